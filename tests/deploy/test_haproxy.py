"""HAProxy, as it is shipped, over two real replicas; one dies, hangs or drains: no call fails."""

import contextlib
import os
import re
import signal
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import grpc
import pytest

from certificates import Authority
from edges.http.calling import send
from go_load import GoClient
from lems_guard.v1 import interaction_check_service_pb2 as wire
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard_client import Client, Tls
from running import Running, start, stop
from secured import REQUEST, read
from steady_load import CHECK, steady_load
from system_programs import connected, fetched, free_port, program
from waiting import PATIENCE, until

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "haproxy" / "haproxy.cfg"


@pytest.fixture
def replicas() -> Iterator[list[Running]]:
    program("haproxy")
    with contextlib.ExitStack() as stack:
        found = []
        for _ in range(2):
            # Whoever comes through a proxy is not this machine.
            found.append(start(LEMS_GUARD_DRAIN_NOTICE_SECONDS="2", LEMS_GUARD_ANONYMOUS="check"))
            stack.callback(stop, found[-1])
        yield found


class Balancer(NamedTuple):
    """Where HAProxy listens."""

    grpc_at: str
    http_at: str


@contextlib.contextmanager
def balanced(
    replicas: list[Running], configuration: Path = CONFIGURATION, **more: str
) -> Iterator[Balancer]:
    """HAProxy over the replicas."""
    balancer = Balancer(f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}")
    environment = os.environ | more
    environment |= {"GRPC_LISTEN": balancer.grpc_at, "HTTP_LISTEN": balancer.http_at}
    for number, each in enumerate(replicas, 1):
        host, _, port = each.http_at.rpartition(":")
        environment |= {
            f"HOST_{number}": host,
            f"GRPC_PORT_{number}": each.grpc_at.rpartition(":")[2],
            f"HTTP_PORT_{number}": port,
        }
    process = subprocess.Popen(
        [program("haproxy"), "-db", "-q", "-f", str(configuration)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        connected(balancer.grpc_at)
        yield balancer
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def haproxy(replicas: list[Running]) -> Iterator[str]:
    """HAProxy over the replicas; where it takes gRPC."""
    with balanced(replicas) as balancer:
        yield balancer.grpc_at


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


def test_many_calls_on_one_connection_keep_their_status(
    replicas: list[Running], tmp_path: Path
) -> None:
    """As a client in Go makes them, with answers of all sizes."""
    client, made, codes = GoClient(tmp_path), 0, Counter[str]()
    with haproxy(replicas) as listen:
        for _ in range(20):
            told = client.put(listen, connections=1, callers=16, seconds=1, deadline=60)
            made += told["made"]
            codes.update(told["codes"])
            if made > 2000:
                break
    assert codes.total() == made
    assert codes["OK"] > 200, codes
    # A busy machine may refuse some; none is to end without a status.
    assert set(codes) <= {"OK", "ResourceExhausted", "Unavailable"}, codes


def test_http_goes_through_as_well_and_not_as_this_machines_own(replicas: list[Running]) -> None:
    with balanced(replicas) as balancer:
        until(lambda: send(balancer.http_at).status == 200)
        assert send(balancer.http_at).value["alerts"]
        assert fetched(f"http://{balancer.http_at}/livez") == "ok\n"
        assert send(balancer.http_at, "/metrics", b"", method="GET").status in {401, 403}


TLS = re.compile(r"^#TLS (\w+) (\w+):  (.+)$", re.MULTILINE)


def with_tls(folder: Path) -> Path:
    """The configuration with its lines for TLS in their places."""
    text = CONFIGURATION.read_text("utf-8")
    found = TLS.findall(text)
    assert len(found) == 5
    for kind, name, line in found:
        head = f"\n{kind} {name}\n"
        assert head in text
        before, _, after = text.partition(head)
        replaced = re.sub(r"^    bind .*\n", "", after, count=1) if kind == "frontend" else after
        text = f"{before}{head}    {line}\n{replaced}"
    moved = folder / "haproxy.cfg"
    moved.write_text(text.replace("default-server proto h2", "default-server"), "utf-8")
    return moved


def test_tls_to_haproxy_and_on_to_the_replicas(tmp_path: Path) -> None:
    program("haproxy")
    authority = Authority(tmp_path / "authority")
    pair = authority.issued("localhost")
    both = tmp_path / "both.pem"
    both.write_bytes(pair.certificate.read_bytes() + pair.key.read_bytes())
    told = {"TLS_PEM": str(both), "TLS_CA": str(authority.certificate), "TLS_NAME": "localhost"}
    with contextlib.ExitStack() as stack:
        replicas = []
        for _ in range(2):
            replicas.append(start(**pair.settings(), LEMS_GUARD_ANONYMOUS="check"))
            stack.callback(stop, replicas[-1])
        balancer = stack.enter_context(balanced(replicas, with_tls(tmp_path), **told))
        tls = Tls.of_files(ca=authority.certificate)
        where = balancer.grpc_at.replace("127.0.0.1", "localhost")
        asking = stack.enter_context(Client(where, tls=tls, deadline=PATIENCE))
        assert asking.check(REQUEST).alerts
        context = ssl.create_default_context(cafile=str(authority.certificate))
        assert read(balancer.http_at, "/livez", context) == "ok\n"
