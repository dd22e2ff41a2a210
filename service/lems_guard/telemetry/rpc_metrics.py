"""Metrics of gRPC calls: counted in plain numbers, put together when Prometheus asks.

A counter of its library takes half a microsecond, and each call would pay for three: here one lock
a method does.
"""

import threading
import time
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar
from prometheus_client.utils import floatToGoString

from lems_guard.telemetry import instruments

BOUNDS = tuple(instruments.BUCKETS)
BOUNDS_IN_WORDS = (*map(floatToGoString, BOUNDS), "+Inf")

# The `grpc_type` of methods whose requests, and whose responses, are a stream.
STREAMS_IN = frozenset({"client_stream", "bidi_stream"})
STREAMS_OUT = frozenset({"server_stream", "bidi_stream"})
# The status codes of gRPC, by name: a closed set.
GRPC_CODES = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)


class MethodMetrics:
    """What is counted of one RPC method: calls begun, calls ended by code, and their times.

    Of streams their messages too; where there is no stream, the calls tell how many there were.
    """

    __slots__ = (
        "_mutex",
        "begun",
        "buckets",
        "codes",
        "exemplars",
        "seconds",
        "streamed_in",
        "streamed_out",
    )

    def __init__(self) -> None:
        """Every status code at zero."""
        self._mutex = threading.Lock()
        self.begun = self.streamed_in = self.streamed_out = 0
        self.codes = dict.fromkeys(GRPC_CODES, 0)
        self.buckets = [0] * len(BOUNDS_IN_WORDS)
        self.exemplars: list[Exemplar | None] = [None] * len(BOUNDS_IN_WORDS)
        self.seconds = 0.0

    def started(self) -> None:
        """A call has begun."""
        with self._mutex:
            self.begun += 1

    def handled(self, code: str, seconds: float, trace: str = "") -> None:
        """A call has ended; `trace` is the id of its trace, if it has one."""
        bucket = bisect_left(BOUNDS, seconds)
        with self._mutex:
            self.codes[code] += 1
            self.buckets[bucket] += 1
            self.seconds += seconds
        if trace:
            self.exemplars[bucket] = Exemplar({"trace_id": trace}, seconds, time.time())

    def came(self) -> None:
        """A stream's message came."""
        with self._mutex:
            self.streamed_in += 1

    def went(self) -> None:
        """A stream's message was sent."""
        with self._mutex:
            self.streamed_out += 1


class RpcMetrics(Collector):
    """The metrics of every method, under the names of go-grpc-prometheus."""

    def __init__(self) -> None:
        """No method yet."""
        self._methods: dict[tuple[str, str, str], MethodMetrics] = {}

    def method(self, kind: str, service: str, name: str) -> MethodMetrics:
        """What counts one method."""
        return self._methods.setdefault((kind, service, name), MethodMetrics())

    def collect(self) -> Iterable[Metric]:
        """What Prometheus reads."""
        started = _counter(instruments.STARTED)
        handled = _counter(instruments.HANDLED)
        for labels, method in self._methods.items():
            started.add_metric(labels, method.begun)
            for code, number in method.codes.items():
                handled.add_metric((*labels, code), number)
        return (started, handled, *self._messages(), self._handling())

    def _messages(self) -> tuple[Metric, Metric]:
        """One message comes with a call that is no stream, and one goes when it ended well."""
        received, sent = _counter(instruments.RECEIVED), _counter(instruments.SENT)
        for labels, method in self._methods.items():
            came = method.streamed_in if labels[0] in STREAMS_IN else method.begun
            went = method.streamed_out if labels[0] in STREAMS_OUT else method.codes["OK"]
            received.add_metric(labels, came)
            sent.add_metric(labels, went)
        return received, sent

    def _handling(self) -> Metric:
        told = instruments.HANDLING
        family = HistogramMetricFamily(told.name, told.help, labels=told.labels)
        for labels, method in self._methods.items():
            sums = accumulate(method.buckets)
            # A bucket may have no exemplar, which its types do not say.
            buckets: Any = list(zip(BOUNDS_IN_WORDS, sums, method.exemplars, strict=True))
            family.add_metric(labels, buckets, method.seconds)
        return family


def _counter(told: instruments.Instrument) -> CounterMetricFamily:
    return CounterMetricFamily(told.name, told.help, labels=told.labels)
