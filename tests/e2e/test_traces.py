"""A collector of traces that is dead or hangs: calls are answered, and the service ends in time."""

import socket
from collections.abc import Iterator

import pytest

from lems_guard.telemetry.traces import CLOSE_SECONDS
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from running import start, stop
from steady_load import CHECK
from system_programs import free_port
from waiting import PATIENCE, until

MOST_SECONDS = 5.0  # that the end may be held up; by the constant alone, since machines are busy


@pytest.fixture(params=["dead", "hangs"])
def collector(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where nobody listens, and where somebody does who never says a word."""
    if request.param == "dead":
        yield f"http://127.0.0.1:{free_port()}"
        return
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield f"http://127.0.0.1:{silent.getsockname()[1]}"


def test_a_service_ends_although_its_spans_reach_nobody(collector: str) -> None:
    running = start(LEMS_GUARD_TRACES="otlp", OTEL_EXPORTER_OTLP_ENDPOINT=collector)
    try:
        with running.channel() as channel:
            check = rpc.InteractionCheckServiceStub(channel).CheckPrescription
            for _ in range(5):
                assert check(CHECK, timeout=PATIENCE).alerts
        running.process.terminate()
        assert running.process.wait(PATIENCE) == 0
        until(lambda: any('"stopped"' in line for line in list(running.log)))
    finally:
        stop(running)
    assert CLOSE_SECONDS < MOST_SECONDS
