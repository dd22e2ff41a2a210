"""Why a server that leaves lets its connections go first, shown on gRPC alone.

gRPC's core ends as CANCELLED what has reached a server and was not yet taken from its queue when
it shuts down, however long the grace (grpc/grpc#41785). Once gRPC mends that, the first test here
fails: then `edges/grpc/connections.py` and what deploy/OPERATING.md says of CANCELLED may go.
"""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

import grpc
import pytest

from steady_load import service_config
from waiting import PATIENCE

CHECK = "/lems_guard.v1.InteractionCheckService/CheckPrescription"
CALLS = 5


@pytest.fixture
def port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])


class Echo(grpc.GenericRpcHandler):
    """Answers every call with what it was sent."""

    def service(self, _: grpc.HandlerCallDetails) -> Any:  # noqa: ANN401  # has no type there
        async def echo(request: bytes, _: object) -> bytes:
            return request

        return grpc.unary_unary_rpc_method_handler(echo)


class Moments(NamedTuple):
    """What server and client wait for of each other."""

    listening: threading.Event
    called: threading.Event
    ended: threading.Event


@contextlib.asynccontextmanager
async def server_at(port: int) -> AsyncIterator[None]:
    server = grpc.aio.server(options=(("grpc.so_reuseport", 1),))
    server.add_generic_rpc_handlers((Echo(),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    try:
        yield
    finally:
        await server.stop(5)


async def serve(port: int, moments: Moments) -> None:
    """Be busy while calls come in, shut down with grace, and start anew."""
    async with server_at(port):
        moments.listening.set()
        moments.called.wait(PATIENCE)  # on purpose: nothing is taken from the queue meanwhile
        time.sleep(1)  # noqa: ASYNC251
    async with server_at(port):
        await asyncio.to_thread(moments.ended.wait, PATIENCE)


def statuses(port: int, config: str) -> list[str]:
    """How calls end that reach a server which is about to shut down."""
    moments = Moments(threading.Event(), threading.Event(), threading.Event())
    server = threading.Thread(target=asyncio.run, args=(serve(port, moments),))
    server.start()
    options = (("grpc.service_config", config), ("grpc.use_local_subchannel_pool", 1))
    try:
        assert moments.listening.wait(PATIENCE)
        with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
            grpc.channel_ready_future(channel).result(PATIENCE)
            call: Any = channel.unary_unary(CHECK)
            futures = [call.future(b"asked", timeout=PATIENCE) for _ in range(CALLS)]
            moments.called.set()
            return [str(each.code()) for each in futures]
    finally:
        moments.called.set()
        moments.ended.set()
        server.join()


def test_a_plain_client_sees_queued_calls_cancelled(port: int) -> None:
    assert "StatusCode.CANCELLED" in statuses(port, "{}")


def test_the_service_config_of_clients_does_not_send_them_again(port: int) -> None:
    """Under load that would double it: hence connections go first."""
    assert "StatusCode.CANCELLED" in statuses(port, service_config())
