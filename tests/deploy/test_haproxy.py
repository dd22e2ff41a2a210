"""HAProxy, as it is shipped, over two real replicas; one dies, hangs or drains: no call fails."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from lems_guard.v1 import interaction_check_service_pb2 as wire
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from running import Running, start, stop
from steady_load import CHECK, steady_load
from system_programs import connected, free_port, program
from waiting import PATIENCE

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "haproxy" / "haproxy.cfg"


@pytest.fixture
def replicas() -> Iterator[list[Running]]:
    program("haproxy")
    with contextlib.ExitStack() as stack:
        found = []
        for _ in range(2):
            found.append(start(LEMS_GUARD_DRAIN_NOTICE_SECONDS="2"))
            stack.callback(stop, found[-1])
        yield found


@contextlib.contextmanager
def haproxy(replicas: list[Running]) -> Iterator[str]:
    """HAProxy over the replicas; where it listens."""
    listen = f"127.0.0.1:{free_port()}"
    environment = os.environ | {"GRPC_LISTEN": listen}
    for number, each in enumerate(replicas, 1):
        host, _, port = each.http_at.rpartition(":")
        environment |= {
            f"REPLICA_{number}": each.grpc_at,
            f"CHECK_{number}_HOST": host,
            f"CHECK_{number}_PORT": port,
        }
    process = subprocess.Popen(
        [program("haproxy"), "-db", "-q", "-f", str(CONFIGURATION)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        connected(listen)
        yield listen
    finally:
        process.kill()
        process.wait()


def answers(replica: Running) -> int:
    """How many answers a replica has logged or left out of its log."""
    return sum('"event": "answered"' in line for line in list(replica.log))


def test_a_killed_replica_fails_no_call(replicas: list[Running]) -> None:
    with haproxy(replicas) as listen, steady_load(listen, clients=4, retrying=True) as load:
        load.wait_for(200)
        assert all(answers(each) for each in replicas), "both are asked"
        replicas[0].process.send_signal(signal.SIGKILL)
        load.wait_for(200)
        time.sleep(1)
        load.wait_for(200)
    assert load.failed == []


def test_a_replica_that_hangs_fails_no_call(replicas: list[Running]) -> None:
    with haproxy(replicas) as listen, steady_load(listen, clients=4, retrying=True) as load:
        load.wait_for(200)
        replicas[0].process.send_signal(signal.SIGSTOP)
        try:
            load.wait_for(200)
            time.sleep(3.5)  # longer than HAProxy waits for an answer
            load.wait_for(200)
        finally:
            replicas[0].process.send_signal(signal.SIGCONT)
    assert load.failed == []


def test_a_drained_replica_fails_no_call(replicas: list[Running]) -> None:
    with haproxy(replicas) as listen, steady_load(listen, clients=4) as load:
        load.wait_for(200)
        replicas[0].process.send_signal(signal.SIGTERM)
        assert replicas[0].process.wait(PATIENCE) == 0
        load.wait_for(200)
    assert load.failed == []


def test_a_stream_under_way_through_a_drained_replica_goes_on(replicas: list[Running]) -> None:
    """HAProxy sees NOT_SERVING and sends nothing new there; what there is may end."""
    go_on = threading.Event()

    def items() -> Iterator[wire.CheckPrescriptionStreamRequest]:
        yield wire.CheckPrescriptionStreamRequest(request_id="1", request=CHECK)
        assert go_on.wait(PATIENCE)
        yield wire.CheckPrescriptionStreamRequest(request_id="2", request=CHECK)

    with haproxy(replicas) as listen, grpc.insecure_channel(listen) as channel:
        call = rpc.InteractionCheckServiceStub(channel).CheckPrescriptionStream(items())
        try:
            assert next(call).request_id == "1"
            for each in replicas[:1] if answers(replicas[0]) else replicas[1:]:
                each.process.send_signal(signal.SIGTERM)
            time.sleep(1.5)  # three looks of HAProxy's
        finally:
            go_on.set()
        assert [each.request_id for each in call] == ["2"]
