"""Traces: a span for each call, by the conventions; where they are off, nothing is loaded."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from lems_guard.clinical.errors import FieldViolation, InvalidRequest, InvalidSettings
from lems_guard.edges.frame import Frame
from lems_guard.telemetry.call_log import CallLog
from lems_guard.telemetry.rpc_metrics import RpcMetrics
from lems_guard.telemetry.traces import Traces
from lems_guard.telemetry.tracing import traces_of
from waiting import PATIENCE

CHECK = "lems_guard.v1.InteractionCheckService/CheckPrescription"
STREAM = "lems_guard.v1.InteractionCheckService/CheckPrescriptionStream"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def spans_of(path: str, work: Callable[[], object]) -> list[ReadableSpan]:
    """The spans of one call that comes by the frame."""
    exporter = InMemorySpanExporter()
    traces = Traces(SimpleSpanProcessor(exporter))
    frame = Frame(1, RpcMetrics(), CallLog(0), traces)
    service, _, name = path.partition("/")
    method = frame.method("unary", service, name)
    metadata = (("traceparent", PARENT), ("x-patient", "Jane Roe"))
    with contextlib.suppress(InvalidRequest, ValueError):
        frame.enter(method, metadata=metadata).run(work)
    traces.close()
    return list(exporter.get_finished_spans())


def refuse() -> None:
    raise InvalidRequest((FieldViolation("patient", "no"),))


def fail() -> None:
    raise ValueError("metoprolol for Jane Roe")


@pytest.mark.parametrize(
    ("method", "work", "code", "status"),
    [
        (CHECK, str, "OK", StatusCode.UNSET),
        (CHECK, refuse, "INVALID_ARGUMENT", StatusCode.UNSET),
        (CHECK, fail, "INTERNAL", StatusCode.ERROR),
        (STREAM, str, "OK", StatusCode.UNSET),
    ],
)
def test_a_call_is_one_span_by_the_conventions(
    method: str, work: Callable[[], object], code: str, status: StatusCode
) -> None:
    (span,) = spans_of(method, work)
    assert span.name == method
    assert span.kind is SpanKind.SERVER
    assert span.attributes is not None
    assert span.attributes["rpc.system.name"] == "grpc"
    assert span.attributes["rpc.method"] == method
    assert span.attributes["rpc.response.status_code"] == code
    assert span.attributes.get("error.type") == (None if code == "OK" else code)
    assert span.status.status_code is status
    assert span.parent is not None
    assert span.parent.trace_id == int(PARENT.split("-")[1], 16)
    assert "Roe" not in span.to_json()
    assert "metoprolol" not in span.to_json()


def test_the_outcome_is_noted_on_the_span() -> None:
    exporter = InMemorySpanExporter()
    traces = Traces(SimpleSpanProcessor(exporter))
    with traces.call(CHECK, ()) as span:
        traces.answered("clear", "evaluated")
        span.ended("OK")
    (span_read,) = exporter.get_finished_spans()
    assert span_read.attributes is not None
    assert span_read.attributes["lems_guard.outcome"] == "clear"
    assert span_read.attributes["lems_guard.tier"] == "evaluated"


def test_a_probe_has_no_span() -> None:
    exporter = InMemorySpanExporter()
    frame = Frame(1, RpcMetrics(), CallLog(0), Traces(SimpleSpanProcessor(exporter)))
    frame.enter(frame.method("unary", "grpc.health.v1.Health", "Check", is_own=False)).run(str)
    assert not exporter.get_finished_spans()


def test_a_collector_that_does_not_answer_holds_up_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead one is tried again for longer than a process that ends is waited for."""
    answering = threading.Event()

    class Dead(SimpleSpanProcessor):
        def shutdown(self) -> None:
            answering.wait(PATIENCE)

    monkeypatch.setattr("lems_guard.telemetry.traces.CLOSE_SECONDS", 0.01)
    Traces(Dead(InMemorySpanExporter())).close()
    assert not answering.is_set()
    answering.set()


def test_off_means_no_spans_and_nothing_imported() -> None:
    assert traces_of("off") is None
    program = (
        "import sys, lems_guard.server; from lems_guard.telemetry.tracing import traces_of;"
        "traces_of('off'); sys.exit(any('opentelemetry.exporter' in name for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_missing_extra_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    monkeypatch.delitem(sys.modules, "lems_guard.telemetry.traces")
    with pytest.raises(InvalidSettings, match=r"lems-guard\[otel\]"):
        traces_of("otlp")
