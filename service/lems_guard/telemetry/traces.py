"""Traces: a span for each call, by OpenTelemetry's conventions for RPC; the extra `otel`.

Where spans go is told by OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_ENDPOINT` …). A span
holds what a log line may: method, status, outcome; no word of a request, no message of an error.
"""

import contextlib
import threading
from collections.abc import Iterator

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from lems_guard import __version__
from lems_guard.telemetry.call_ids import Headers, text

# Of the semantic conventions for RPC; the package that names them is not stable yet.
SYSTEM = "rpc.system.name"
METHOD = "rpc.method"
STATUS_CODE = "rpc.response.status_code"
ERROR_TYPE = "error.type"
OUTCOME = "lems_guard.outcome"
TIER = "lems_guard.tier"
# Codes that tell of a fault on our side; the others are the caller's affair.
OUR_FAULTS = frozenset(
    {"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}
)
CLOSE_SECONDS = 2.0
TRACE_CONTEXT = ("traceparent", "tracestate")


class CallSpan:
    """The span of a call under way."""

    def __init__(self, span: trace.Span) -> None:
        """Not ended: `Traces.call` ends it."""
        self._span = span

    @property
    def trace_id(self) -> str:
        """The trace's id, as 32 hexadecimal digits."""
        return trace.format_trace_id(self._span.get_span_context().trace_id)

    def ended(self, code: str) -> None:
        """Note the status that the call ends with."""
        self._span.set_attribute(STATUS_CODE, code)
        if code != "OK":
            self._span.set_attribute(ERROR_TYPE, code)
        if code in OUR_FAULTS:
            self._span.set_status(trace.StatusCode.ERROR)


class Traces:
    """Makes spans and sends them in the background."""

    def __init__(self, processor: SpanProcessor | None = None) -> None:
        """Send to the collector that OpenTelemetry's variables name, unless told otherwise."""
        resource = Resource.create({"service.name": "lems-guard", "service.version": __version__})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor or BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("lems_guard", __version__)

    @contextlib.contextmanager
    def call(self, method: str, metadata: Headers) -> Iterator[CallSpan]:
        """The span of one call: `method` is `package.Service/Method`, the parent the caller's."""
        sent = ((text(key), value) for key, value in metadata)
        carrier = {key: text(value) for key, value in sent if key in TRACE_CONTEXT}
        with self._tracer.start_as_current_span(
            method,
            context=propagate.extract(carrier),
            kind=trace.SpanKind.SERVER,
            attributes={SYSTEM: "grpc", METHOD: method},
            record_exception=False,  # its message may hold what a client sent
            set_status_on_exception=False,
        ) as span:
            yield CallSpan(span)

    def answered(self, outcome: str, tier: str) -> None:
        """Note on the call under way what was answered."""
        span = trace.get_current_span()
        span.set_attribute(OUTCOME, outcome)
        span.set_attribute(TIER, tier)

    def close(self) -> None:
        """Send what is left, unless that takes longer than the end of a service may."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(CLOSE_SECONDS)
