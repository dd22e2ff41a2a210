"""Many prescriptions over one stream: answered in order, and never more on the way than asked."""

import collections
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol

import grpc

from lems_guard_client.errors import CallError, error_of, item_error
from lems_guard_client.v1 import interaction_check_service_pb2 as wire
from lems_guard_client.v1.prescription_pb2 import CheckPrescriptionRequest
from lems_guard_client.v1.screening_pb2 import CheckPrescriptionResponse

AHEAD = 8


class Item(NamedTuple):
    """What became of one prescription of a stream. The first has number 1."""

    number: int
    request: CheckPrescriptionRequest
    outcome: CheckPrescriptionResponse | CallError

    def checked(self) -> CheckPrescriptionResponse:
        """The response; raises the error where the item was not checked."""
        if isinstance(self.outcome, CallError):
            raise self.outcome
        return self.outcome


class Call(Protocol):
    """A stream under way."""

    def __iter__(self) -> Iterator[wire.CheckPrescriptionStreamResponse]:
        """Its replies."""

    def cancel(self) -> bool:
        """End it."""


class Sent:
    """What is on its way: requests that were sent and not yet answered, oldest first."""

    def __init__(self) -> None:
        self._waiting: collections.deque[CheckPrescriptionRequest] = collections.deque()
        self._sent = 0
        self._answered = 0
        self.is_all = False

    def message(self, request: CheckPrescriptionRequest) -> wire.CheckPrescriptionStreamRequest:
        """A request for the wire, under its number."""
        self._sent += 1
        self._waiting.append(request)
        return wire.CheckPrescriptionStreamRequest(request_id=str(self._sent), request=request)

    def item(self, reply: wire.CheckPrescriptionStreamResponse) -> Item:
        """The oldest request with its answer; raises `CallError` for an answer to another one."""
        self._answered += 1
        name = str(self._answered)
        if reply.request_id != name or not self._waiting:
            raise _broken("an answer came out of turn", name)
        request = self._waiting.popleft()
        if reply.WhichOneof("outcome") == "response":
            return Item(self._answered, request, reply.response)
        return Item(self._answered, request, item_error(reply.error, name))

    def end(self) -> None:
        """Raises `CallError` where the stream ended and something was left unanswered."""
        if self._waiting or not self.is_all:
            raise _broken("the stream ended before all was answered", str(self._answered + 1))


def _broken(why: str, name: str) -> CallError:
    return CallError(grpc.StatusCode.DATA_LOSS, f"{why}: NOT checked from here on", name)


class Window:
    """Room for so many items on the way; whoever sends waits for it."""

    def __init__(self, ahead: int) -> None:
        if ahead < 1:
            raise ValueError("ahead: at least 1")
        self._room = threading.Semaphore(ahead)
        self._is_over = False
        self.fault: Exception | None = None

    def outgoing(
        self, requests: Iterable[CheckPrescriptionRequest], sent: Sent
    ) -> Iterator[wire.CheckPrescriptionStreamRequest]:
        """The requests, each taken up only when there is room for it."""
        following = iter(requests)
        while self._room.acquire() and not self._is_over:
            try:
                request = next(following, None)
            except Exception as fault:
                self.fault = fault  # raised in gRPC's thread, told in the caller's
                raise
            if request is None:
                sent.is_all = True
                return
            yield sent.message(request)

    def taken(self) -> None:
        """One more item was taken."""
        self._room.release()

    def over(self) -> None:
        """Nobody takes any more: do not wait."""
        self._is_over = True
        self._room.release()


def check_all(
    open_stream: Callable[[Iterator[wire.CheckPrescriptionStreamRequest]], Call],
    requests: Iterable[CheckPrescriptionRequest],
    ahead: int,
    request_id: str,
) -> Iterator[Item]:
    """Each request with its answer, in order; ends the stream when its taker leaves."""
    window, sent = Window(ahead), Sent()
    call = open_stream(window.outgoing(requests, sent))
    try:
        for reply in call:
            yield sent.item(reply)
            window.taken()
        sent.end()
    except grpc.RpcError as fault:
        if window.fault is not None:
            raise window.fault from None
        raise error_of(fault, request_id) from None
    finally:
        window.over()
        call.cancel()
