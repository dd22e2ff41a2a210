"""Unary calls: more than can be answered are refused at once, the late are not evaluated, and
however a call ends it is counted.
"""

import threading
from typing import Any

import pytest
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2

from edges.grpc.serving import (
    CHECK,
    HOLD,
    asked,
    code_of,
    headers_alone,
    serving,
)
from lems_guard.answering.contract import UnaryMethod, unary_methods
from waiting import until

HEALTH = "/grpc.health.v1.Health/Check"
SERVING = health_pb2.HealthCheckResponse(status="SERVING").SerializeToString()
NO_MESSAGE = b"\xff\xff\xff"


def test_one_call_too_many_is_refused_at_once_and_counted() -> None:
    with serving(limit=2) as served, served.channel() as channel:
        held = asked(channel, HOLD)
        until(lambda: served.answers.asked == [HOLD])
        waiting = asked(channel, b"waits")
        until(lambda: served.frame.turns.waiting == 1)
        refused = asked(channel, b"refused")
        assert code_of(refused) == "RESOURCE_EXHAUSTED"
        assert "NOT checked" in refused.details()
        assert ("grpc-retry-pushback-ms", "200") in refused.trailing_metadata()
        assert asked(channel, b"", HEALTH).result() == SERVING
        served.answers.go_on.set()
        assert (held.result(), waiting.result()) == (HOLD, b"waits")
        until(lambda: served.unaccounted() == 0)
        assert served.counted() == {"OK": 2, "RESOURCE_EXHAUSTED": 1}
        assert b"refused" not in served.answers.asked


def test_what_grows_late_in_the_queue_is_not_evaluated_and_counted() -> None:
    with serving() as served, served.channel() as channel:
        held = asked(channel, HOLD)
        until(lambda: served.answers.asked == [HOLD])
        late = [asked(channel, b"late", seconds=0.2) for _ in range(8)]
        assert {code_of(call) for call in late} == {"DEADLINE_EXCEEDED"}
        until(lambda: served.counted().get("DEADLINE_EXCEEDED", 0) == 8)
        served.answers.go_on.set()
        assert held.result() == HOLD
        assert b"late" not in served.answers.asked


def test_a_caller_that_leaves_the_queue_is_counted_and_not_evaluated() -> None:
    with serving() as served, served.channel() as channel:
        held = asked(channel, HOLD)
        until(lambda: served.answers.asked == [HOLD])
        leaving = asked(channel, b"leaves")
        until(lambda: served.frame.turns.waiting == 1)
        leaving.cancel()
        served.answers.go_on.set()
        assert held.result() == HOLD
        until(lambda: served.unaccounted() == 0)
        assert served.counted().get("OK") == 1 + (b"leaves" in served.answers.asked)


@pytest.mark.parametrize("path", [CHECK, HEALTH])
def test_64_headers_without_a_message_delay_no_check_and_no_health(path: str) -> None:
    go_on = threading.Event()
    with serving(message_seconds=2) as served, served.channel() as others:
        stalled = [headers_alone(others, path, go_on) for _ in range(64)]
        with served.channel() as channel:
            for _ in range(20):
                assert asked(channel, b"check").result() == b"check"
                assert asked(channel, b"", HEALTH).result() == SERVING
        assert {code_of(call) for call in stalled} == {"CANCELLED"}
        until(lambda: served.counted(path).get("CANCELLED") == 64)
        go_on.set()


def test_a_call_closed_without_a_message_is_a_fault_that_is_told() -> None:
    go_on = threading.Event()
    go_on.set()
    with serving() as served, served.channel() as channel:
        assert code_of(headers_alone(channel, CHECK, go_on)) == "INVALID_ARGUMENT"
        assert served.counted() == {"INVALID_ARGUMENT": 1}


@pytest.mark.parametrize("path", ["/nobody.v1.Service/Method", f"{CHECK}ed"])
def test_a_method_that_is_not_there_is_told_and_counted_without_its_name(path: str) -> None:
    with serving() as served, served.channel() as channel:
        assert code_of(asked(channel, b"check", path)) == "UNIMPLEMENTED"
        assert served.counted("/unknown/unknown") == {"UNIMPLEMENTED": 1}
        assert served.counted(path) == {}


class Nothing:
    """Nothing is in service: what is amiss with the bytes is found before it is looked for."""

    answers = shown = None


NO_METHODS: Any = Nothing()
METHODS = [
    each
    for each in unary_methods(NO_METHODS, NO_METHODS, NO_METHODS)
    if each.name != "CheckPrescription"
]


@pytest.mark.parametrize("method", METHODS, ids=lambda each: each.name)
def test_bytes_that_are_no_message_are_a_fault_of_the_caller(method: UnaryMethod) -> None:
    path = f"/{method.service}/{method.name}"
    with serving() as served, served.channel() as channel:
        assert code_of(asked(channel, NO_MESSAGE, path)) == "INVALID_ARGUMENT"
        assert served.counted(path) == {"INVALID_ARGUMENT": 1}


@pytest.mark.parametrize("method", METHODS, ids=lambda each: each.name)
def test_a_field_of_a_later_version_is_refused(method: UnaryMethod) -> None:
    path = f"/{method.service}/{method.name}"
    message: Message = method.asked()
    with serving() as served, served.channel() as channel:
        refused = asked(channel, message.SerializeToString() + b"\xfa\x3f\x01x", path)
        assert code_of(refused) == "INVALID_ARGUMENT"
        assert "1023" in refused.details()


def test_bytes_that_are_no_probe_are_a_fault_of_the_caller() -> None:
    with serving() as served, served.channel() as channel:
        assert code_of(asked(channel, NO_MESSAGE, HEALTH)) == "INVALID_ARGUMENT"
        unknown = health_pb2.HealthCheckRequest(service="nobody").SerializeToString()
        assert code_of(asked(channel, unknown, HEALTH)) == "NOT_FOUND"
        assert served.counted(HEALTH) == {"INVALID_ARGUMENT": 1, "NOT_FOUND": 1}


def test_rapid_resets_on_one_connection_cancel_nobody_elses_calls() -> None:
    codes = set()
    with serving() as served, served.channel() as hasty, served.channel() as channel:
        for _ in range(40):
            for call in [asked(hasty, b"reset") for _ in range(100)]:
                call.cancel()
            codes |= {code_of(asked(channel, b"check")) for _ in range(3)}
        until(lambda: served.unaccounted() == 0)
    assert codes <= {"OK", "RESOURCE_EXHAUSTED"}


def test_a_client_may_ping_to_keep_its_connection() -> None:
    pings = {
        "keepalive_time_ms": 1_100,
        "keepalive_permit_without_calls": 1,
        "http2.max_pings_without_data": 0,
    }
    with serving() as served, served.channel(**pings) as channel:
        held = asked(channel, HOLD)
        threading.Event().wait(6)
        served.answers.go_on.set()
        assert held.result() == HOLD
