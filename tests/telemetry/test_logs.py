"""Every line that concerns a call can be found by its ids; level, form and libraries' warnings."""

import gzip
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest

from edges.http.calling import CHECK, JSON
from edges.http.calling import send as send_json
from edges.order_entry.calling import order, send, sign
from lems_guard.edges.frame import Frame
from lems_guard.telemetry.call_ids import CallIds
from lems_guard.telemetry.call_log import CallLog
from lems_guard.telemetry.rpc_metrics import RpcMetrics
from lems_guard.telemetry.traces import Traces
from lems_guard.v1 import interaction_check_service_pb2 as wire
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import prescription_pb2 as prescription
from running import Running, start, stop
from waiting import PATIENCE, until

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"
GOOD = prescription.CheckPrescriptionRequest(
    proposed=[prescription.Medication(id="p", text="metoprolol 50 mg po bid")]
)
BAD = prescription.CheckPrescriptionRequest()


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    running = start(LEMS_GUARD_CDS_HOOKS_AUTH="off", LEMS_GUARD_LOG_CALLS_PER_SECOND="1000")
    yield running
    stop(running)


def lines_of(service: Running, request_id: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, list(service.log)) if is_of(line, request_id)]


def is_of(line: dict[str, Any], request_id: str) -> bool:
    return bool(line.get("request_id") == request_id)


def asked_by_grpc(
    service: Running,
    request_id: str,
    *messages: prescription.CheckPrescriptionRequest,
    path: str = "",
) -> None:
    metadata = (("x-request-id", request_id), ("traceparent", PARENT))
    with service.channel() as channel:
        checks = rpc.InteractionCheckServiceStub(channel)
        unknown: Any = channel.unary_unary(path or "/unknown")
        try:
            if path:
                unknown(b"", metadata=metadata, timeout=PATIENCE)
            elif len(messages) > 1:
                items = [wire.CheckPrescriptionStreamRequest(request=each) for each in messages]
                list(checks.CheckPrescriptionStream(iter(items), metadata=metadata))
            else:
                checks.CheckPrescription(messages[0], metadata=metadata, timeout=PATIENCE)
        except grpc.RpcError:
            pass


HEADERS = {**JSON, "traceparent": PARENT}
Ask = Callable[[Running, str], object]
CALLS: list[tuple[str, Ask, list[str]]] = [
    ("grpc", lambda at, own: asked_by_grpc(at, own, GOOD), ["answered"]),
    ("grpc-refused", lambda at, own: asked_by_grpc(at, own, BAD), ["call failed"]),
    ("grpc-stream", lambda at, own: asked_by_grpc(at, own, GOOD, GOOD), ["answered", "answered"]),
    ("grpc-no-method", lambda at, own: asked_by_grpc(at, own, path="/a/b"), ["call failed"]),
    (
        "json",
        lambda at, own: send_json(
            at.http_at, CHECK, '{"active": [{"id": "a"}]}', {**HEADERS, "x-request-id": own}
        ),
        ["answered"],
    ),
    (
        "json-refused",
        lambda at, own: send_json(at.http_at, CHECK, "{}", {**HEADERS, "x-request-id": own}),
        ["call failed"],
    ),
    (
        "hook",
        lambda at, own: send(
            at.http_at,
            "/cds-services/lems-guard-order-sign",
            sign(order("metoprolol 50 mg po bid")),
            **HEADERS,
            **{"x-request-id": own},
        ),
        ["answered"],
    ),
    (
        "hook-refused",
        lambda at, own: send(
            at.http_at,
            "/cds-services/lems-guard-order-sign",
            {},
            **HEADERS,
            **{"x-request-id": own},
        ),
        ["call failed", "hook call refused"],
    ),
]


@pytest.mark.parametrize(("name", "ask", "events"), CALLS, ids=[call[0] for call in CALLS])
def test_a_call_is_found_in_the_log_by_its_own_id(
    service: Running, name: str, ask: Ask, events: list[str]
) -> None:
    own = f"{name}-{'x' * 16}"
    ask(service, own)
    until(lambda: len(lines_of(service, own)) >= len(events))
    lines = lines_of(service, own)
    assert [line["event"] for line in lines] == events
    assert {line["trace_id"] for line in lines} == {TRACE}


def test_who_is_not_let_in_is_found_too(tmp_path: Path) -> None:
    callers = tmp_path / "callers.yaml"
    callers.write_text("callers: []\n")
    running = start(LEMS_GUARD_CALLERS=str(callers))
    try:
        asked_by_grpc(running, "unary-1", GOOD)
        asked_by_grpc(running, "stream-1", GOOD, GOOD)
        for own in ("unary-1", "stream-1"):
            until(lambda own=own: lines_of(running, own))  # type: ignore[misc]
            (line,) = lines_of(running, own)
            assert (line["event"], line["code"]) == ("call failed", "UNAUTHENTICATED")
    finally:
        stop(running)


def test_a_call_without_an_id_is_told_apart_from_others(service: Running) -> None:
    before = len(service.log)
    for _ in range(2):
        with service.channel() as channel:
            rpc.InteractionCheckServiceStub(channel).CheckPrescription(GOOD)
    until(lambda: len(service.log) >= before + 2)
    ids = [json.loads(line)["request_id"] for line in service.log[before:]]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    ("sent", "is_kept"),
    [
        ("0f8fad5b-d9cb-469f-a165-70867728950e", True),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", True),
        ("req-17", True),
        ("12345678", False),
        ("Miller", False),
        ("Jane Roe 1961", False),
        ("req-17\nforged", False),
        ("x" * 129, False),
    ],
)
def test_what_might_be_a_patients_name_or_number_is_no_id(sent: str, is_kept: bool) -> None:
    """A number of a record is a short word; what a client makes to tell its calls apart is not."""
    ids = CallIds(((b"X-Request-Id", sent.encode()),))
    assert (ids.told()["request_id"] == sent) is is_kept
    assert ids.told() == ids.told()


@pytest.mark.parametrize(
    "parent", ["", "00-0-0-00", f"00-{'0' * 32}-b7ad6b7169203331-01", PARENT.upper()]
)
def test_what_is_no_trace_has_no_id(parent: str) -> None:
    assert "trace_id" not in CallIds((("traceparent", parent),)).told()


def written(program: str) -> list[str]:
    """What a program with our logs writes."""
    configured = "import logging, structlog; from lems_guard.telemetry.logs import configure_logs\n"
    ran = subprocess.run(
        [sys.executable, "-c", configured + program], capture_output=True, text=True, check=True
    )
    return ran.stderr.splitlines()


def test_less_than_the_level_is_not_written() -> None:
    said = "log = structlog.get_logger(); log.info('a'); log.warning('b'); log.error('c')"
    for level, events in (("info", "abc"), ("warning", "bc"), ("error", "c")):
        lines = written(f"configure_logs('{level}')\n{said}")
        assert "".join(json.loads(line)["event"] for line in lines) == events


def test_a_person_reads_lines_of_words() -> None:
    (line,) = written("configure_logs('info', 'console')\nstructlog.get_logger().info('hi', n=1)")
    assert "hi" in line
    assert "n=1" in line
    assert not line.startswith("{")


def test_a_library_that_warns_of_every_call_fills_no_disk() -> None:
    program = "configure_logs()\nfor _ in range(1000): logging.getLogger('a').warning('secret')"
    lines = written(program)
    assert 1 <= len(lines) <= 50, "five a second"
    assert all(json.loads(line)["logger"] == "a" for line in lines)
    assert "secret" not in "".join(lines)


def test_the_metrics_are_compressed_for_who_takes_that(service: Running) -> None:
    url = f"http://{service.http_at}/metrics"
    asked = urllib.request.Request(url, headers={"accept-encoding": "gzip"})
    with urllib.request.urlopen(asked) as page, urllib.request.urlopen(url) as plain:  # noqa: S310
        assert page.headers["content-encoding"] == "gzip"
        assert plain.headers["content-encoding"] is None
        packed, whole = page.read(), plain.read()
    assert gzip.decompress(packed).startswith(b"# HELP")
    assert len(packed) < len(whole) / 5
    assert b"_created" not in whole


def test_a_slow_bucket_names_the_trace_of_a_call_in_it() -> None:
    registry, metrics = CollectorRegistry(), RpcMetrics()
    registry.register(metrics)
    frame = Frame(1, metrics, CallLog(0), Traces(SimpleSpanProcessor(InMemorySpanExporter())))
    method = frame.method("unary", "lems_guard.v1.S", "M")
    frame.enter(method, metadata=(("traceparent", PARENT),)).run(str)
    told = generate_latest(registry).decode()  # type: ignore[no-untyped-call]
    assert f'# {{trace_id="{TRACE}"}}' in told
    assert told.count("trace_id") == 1
