"""Traces: a span for each call, by the conventions; where they are off, nothing is loaded."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.edges.grpc.traced import TracedCalls
from lems_guard.edges.grpc.tracing import Traced
from lems_guard.telemetry.traces import Traces

CHECK = "lems_guard.v1.InteractionCheckService/CheckPrescription"
STREAM = "lems_guard.v1.InteractionCheckService/CheckPrescriptionStream"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def check(request: bytes, context: Any) -> bytes:  # noqa: ANN401
    if request == b"fault":
        raise ValueError("metoprolol for Jane Roe")
    if request == b"refuse":
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no")
    return request


async def stream(requests: AsyncIterator[bytes], _: Any) -> AsyncIterator[bytes]:  # noqa: ANN401
    async for request in requests:
        yield request


async def spans_of(method: str, request: bytes) -> list[ReadableSpan]:
    """The spans of one call to a server of two methods."""
    exporter = InMemorySpanExporter()
    traces = Traces(SimpleSpanProcessor(exporter))
    server = grpc.aio.server(interceptors=(TracedCalls(traces),))
    handlers: dict[str, Any] = {
        "CheckPrescription": grpc.unary_unary_rpc_method_handler(check),
        "CheckPrescriptionStream": grpc.stream_stream_rpc_method_handler(stream),
    }
    service = CHECK.partition("/")[0]
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        metadata = (("traceparent", PARENT), ("x-patient", "Jane Roe"))
        call: Any
        try:
            if method == STREAM:
                call = channel.stream_stream(f"/{STREAM}")
                items = call(iter([request]), metadata=metadata)
                assert [item async for item in items] == [request]
            else:
                call = channel.unary_unary(f"/{CHECK}")
                await call(request, metadata=metadata)
        except grpc.RpcError:
            pass
    await server.stop(1)
    traces.close()
    return list(exporter.get_finished_spans())


@pytest.mark.parametrize(
    ("method", "request_", "code", "status"),
    [
        (CHECK, b"fine", "OK", StatusCode.UNSET),
        (CHECK, b"refuse", "INVALID_ARGUMENT", StatusCode.UNSET),
        (CHECK, b"fault", "UNKNOWN", StatusCode.ERROR),
        (STREAM, b"fine", "OK", StatusCode.UNSET),
    ],
)
def test_a_call_is_one_span_by_the_conventions(
    method: str, request_: bytes, code: str, status: StatusCode
) -> None:
    (span,) = asyncio.run(spans_of(method, request_))
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


def test_off_means_no_interceptor_and_nothing_imported() -> None:
    assert Traced.of("off").interceptors() == ()
    program = (
        "import sys, lems_guard.server; from lems_guard.edges.grpc.tracing import Traced;"
        "Traced.of('off'); sys.exit(any('opentelemetry.exporter' in name for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_missing_extra_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    monkeypatch.delitem(sys.modules, "lems_guard.telemetry.traces")
    with pytest.raises(InvalidSettings, match=r"lems-guard\[otel\]"):
        Traced.of("otlp")
