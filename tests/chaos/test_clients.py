"""Clients that reset, idle or dawdle: others' calls are right, or refused in words."""

import threading
from collections.abc import Iterator

import pytest

from chaos.counting import TIMES, counted
from lems_guard.v1 import interaction_check_service_pb2 as service_wire
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from running import Running, start, stop
from steady_load import CHECK
from waiting import PATIENCE

RESETS = 1500
IDLE = 12
ITEMS = 300


@pytest.fixture
def service() -> Iterator[Running]:
    running = start(LEMS_GUARD_REPLY_CACHE_BYTES="0")
    yield running
    stop(running)


def test_rapid_resets(service: Running) -> None:
    """CVE-2023-44487: calls begun and broken off at once, on one connection.

    Others may be refused while all places are taken; none of their calls is broken off.
    """
    with counted(service) as calls, service.channel() as channel:
        ask = rpc.InteractionCheckServiceStub(channel).CheckPrescription
        for _ in range(RESETS * TIMES):
            ask.future(CHECK, timeout=PATIENCE).cancel()
        calls.wait_for(50)
    calls.nothing_wrong()


def test_idle_streams_and_readers_that_dawdle(service: Running) -> None:
    """Streams that send nothing, and one that reads nothing of many answers."""
    over = threading.Event()

    def nothing() -> Iterator[service_wire.CheckPrescriptionStreamRequest]:
        over.wait(PATIENCE)
        yield from ()

    items = (
        service_wire.CheckPrescriptionStreamRequest(request_id=str(n), request=CHECK)
        for n in range(ITEMS)
    )
    with counted(service) as calls, service.channel() as channel:
        stream = rpc.InteractionCheckServiceStub(channel).CheckPrescriptionStream
        idle = [stream(nothing(), timeout=PATIENCE) for _ in range(IDLE)]
        dawdling = stream(items, timeout=PATIENCE)
        first = next(iter(dawdling))
        assert first.response.SerializeToString(deterministic=True) == calls.right
        calls.wait_for(100)
        over.set()
        for each in (*idle, dawdling):
            each.cancel()
    calls.all_right()
