"""The service itself beside Redis: start, readiness, metrics, AlertService on two replicas."""

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing

import grpc
import pytest

from lems_guard.v1 import alert_service_pb2 as wire
from lems_guard.v1 import alert_service_pb2_grpc as alert_rpc
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import prescription_pb2 as prescription
from redis_servers import Server, alone, until
from replicas import question
from running import COMMAND, Running, start, stop
from waiting import PATIENCE

KEY = "0123456789abcdef0123456789abcdef"
RULE = "no-such-rule"
# Where the machine is busy, Redis' 20 ms may pass, and each replica goes by what it knows itself.
ATTEMPTS = 20
HITS = 'lems_guard_cache_lookups_total{result="hit",tier="redis"}'
REPORT = wire.RecordAlertOutcomeRequest(
    outcome_id="f3a1",
    alert_id="0123456789abcdef",
    rule_ids=[RULE],
    verdict=wire.ALERT_VERDICT_OVERRIDDEN,
    reason=wire.OVERRIDE_REASON_WILL_MONITOR,
)


def beside(server: Server, stack: ExitStack) -> Running:
    service = start(
        LEMS_GUARD_REDIS_URL=server.url,
        LEMS_GUARD_CACHE_KEY=KEY,
        LEMS_GUARD_REPLY_CACHE_BYTES="0",
        LEMS_GUARD_REDIS_REPLIES="always",
    )
    stack.callback(stop, service)
    return service


def page(service: Running, path: str) -> str:
    with urllib.request.urlopen(f"http://{service.http_at}{path}") as response:
        return str(response.read().decode())


def counted(service: Running, series: str) -> float:
    lines = page(service, "/metrics").splitlines()
    return float(next(line for line in lines if line.startswith(f"{series} ")).rpartition(" ")[2])


def in_use(service: Running) -> bool:
    return counted(service, 'lems_guard_redis_breaker{state="closed"}') == 1


@pytest.fixture
def plain() -> Iterator[Running]:
    running = start()
    yield running
    stop(running)


def ask(service: Running, number: int) -> bytes:
    request = prescription.CheckPrescriptionRequest.FromString(question(number))
    request.as_of = "2026-11-21"
    with service.channel() as channel:
        reply = rpc.InteractionCheckServiceStub(channel).CheckPrescription(
            request, timeout=PATIENCE
        )
    return bytes(reply.SerializeToString(deterministic=True))


def test_redis_comes_late_is_used_goes_and_is_not_missed(plain: Running) -> None:
    server = Server()
    with closing(server), ExitStack() as stack:
        one, other = beside(server, stack), beside(server, stack)
        assert page(one, "/readyz")
        assert ask(one, 1) == ask(plain, 1)
        server.start()
        until(lambda: in_use(one) and in_use(other))
        until(lambda: ask(one, 2) == ask(plain, 2) and counted(one, HITS) > 0)
        until(lambda: ask(other, 2) == ask(plain, 2) and counted(other, HITS) > 0)
        server.kill()
        for number in range(10):
            assert ask(one, number) == ask(other, number) == ask(plain, number)
        assert page(one, "/readyz")
        until(lambda: not in_use(one))
        said = [json.loads(line) for line in one.log if '"in_use"' in line]
        assert [each["in_use"] for each in said][-1:] == [False], "the log tells"
        assert len(said) < 20, "not of every call"


def test_a_report_sent_to_two_replicas_counts_once() -> None:
    with alone() as server, ExitStack() as stack:
        services = [beside(server, stack), beside(server, stack)]
        for service in services:
            until(lambda service=service: in_use(service))  # type: ignore[misc]
        channels = [stack.enter_context(service.channel()) for service in services]
        stubs = [alert_rpc.AlertServiceStub(channel) for channel in channels]
        told = 'rule="not_in_service",verdict="overridden"'
        series = f"lems_guard_alert_outcomes_total{{{told}}}"
        report = wire.RecordAlertOutcomeRequest()
        report.CopyFrom(REPORT)
        repeated, before = [False, False], 0.0
        for attempt in range(ATTEMPTS):
            before = sum(counted(service, series) for service in services)
            report.outcome_id = f"report {attempt}"
            repeated = [stub.RecordAlertOutcome(report).repeated for stub in stubs]
            if repeated[1]:
                break
        assert repeated == [False, True]
        assert sum(counted(service, series) for service in services) == before + 1
        assert list(stubs[0].RecordAlertOutcome(report).unknown_rule_ids) == [RULE]
        another = wire.RecordAlertOutcomeRequest()
        another.CopyFrom(report)
        another.reason = wire.OVERRIDE_REASON_EMERGENCY
        with pytest.raises(grpc.RpcError) as caught:
            stubs[1].RecordAlertOutcome(another)
        assert caught.value.code() is grpc.StatusCode.ALREADY_EXISTS


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"LEMS_GUARD_REDIS_URL": "redis://localhost"}, "openssl rand -hex 32"),
        (
            {"LEMS_GUARD_REDIS_URL": "redis://localhost", "LEMS_GUARD_CACHE_KEY": "short"},
            "LEMS_GUARD_CACHE_KEY",
        ),
        ({"LEMS_GUARD_REDIS_SCREENINGS": "off"}, "LEMS_GUARD_REDIS_REPLIES"),
        (
            {"LEMS_GUARD_REDIS_URL": "http://u:secret@localhost", "LEMS_GUARD_CACHE_KEY": KEY},
            "LEMS_GUARD_REDIS_URL",
        ),
    ],
)
def test_settings_that_do_not_suffice_are_refused_at_the_start(
    settings: dict[str, str], named: str
) -> None:
    environment = os.environ | settings | {"LEMS_GUARD_GRPC_LISTEN": "127.0.0.1:0"}
    ended = subprocess.run(
        [COMMAND, "serve"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 2
    assert named in ended.stderr + ended.stdout
    assert "secret" not in ended.stderr + ended.stdout
