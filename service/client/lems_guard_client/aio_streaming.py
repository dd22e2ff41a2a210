"""Many prescriptions over one stream, for asyncio."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from typing import Protocol

import grpc

from lems_guard_client.errors import error_of
from lems_guard_client.streaming import Item, Sent
from lems_guard_client.v1 import interaction_check_service_pb2 as wire
from lems_guard_client.v1.prescription_pb2 import CheckPrescriptionRequest

Requests = AsyncIterable[CheckPrescriptionRequest] | Iterable[CheckPrescriptionRequest]


class AsyncCall(Protocol):
    """A stream under way."""

    def __aiter__(self) -> AsyncIterator[wire.CheckPrescriptionStreamResponse]:
        """Its replies."""

    def cancel(self) -> bool:
        """End it."""


class AsyncWindow:
    """Room for so many items on the way; whoever sends waits for it."""

    def __init__(self, ahead: int) -> None:
        if ahead < 1:
            raise ValueError("ahead: at least 1")
        self._room = asyncio.Semaphore(ahead)
        self.fault: Exception | None = None

    async def outgoing(
        self, requests: Requests, sent: Sent
    ) -> AsyncIterator[wire.CheckPrescriptionStreamRequest]:
        """The requests, each taken up only when there is room for it."""
        following = aiter(_asynchronous(requests))
        while await self._room.acquire():
            try:
                request = await anext(following, None)
            except Exception as fault:
                self.fault = fault  # raised in gRPC's task, told in the caller's
                raise
            if request is None:
                sent.is_all = True
                return
            yield sent.message(request)

    def taken(self) -> None:
        """One more item was taken."""
        self._room.release()


async def _asynchronous(requests: Requests) -> AsyncIterator[CheckPrescriptionRequest]:
    if isinstance(requests, AsyncIterable):
        async for request in requests:
            yield request
    else:
        for request in requests:
            yield request


async def check_all(
    open_stream: Callable[[AsyncIterator[wire.CheckPrescriptionStreamRequest]], AsyncCall],
    requests: Requests,
    ahead: int,
    request_id: str,
) -> AsyncIterator[Item]:
    """Each request with its answer, in order; ends the stream when its taker leaves."""
    window, sent = AsyncWindow(ahead), Sent()
    call = open_stream(window.outgoing(requests, sent))
    try:
        async for reply in call:
            yield sent.item(reply)
            window.taken()
        sent.end()
    except (grpc.RpcError, asyncio.CancelledError) as fault:
        if window.fault is not None:
            raise window.fault from None
        if isinstance(fault, grpc.RpcError):
            raise error_of(fault, request_id) from None
        raise
    finally:
        call.cancel()
