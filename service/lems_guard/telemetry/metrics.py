"""Metrics: the instruments of one process, pre-bound so that counting costs half a microsecond."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder

from lems_guard.clinical.medication import Disposition
from lems_guard.clinical.severity import Concern, Severity
from lems_guard.telemetry import instruments
from lems_guard.telemetry.instruments import Instrument

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


class Metrics:
    """All instruments of one service, in a registry of their own."""

    def __init__(self, outcomes: Iterable[str]) -> None:
        """Create every series of a closed label set at zero."""
        self.registry = CollectorRegistry()
        self._started = self._counter(instruments.STARTED)
        self._handled = self._counter(instruments.HANDLED)
        self._handling = Histogram(
            instruments.HANDLING.name,
            instruments.HANDLING.help,
            instruments.HANDLING.labels,
            registry=self.registry,
            buckets=instruments.BUCKETS,
        )
        screenings = self._counter(instruments.SCREENINGS)
        self._screenings = {outcome: screenings.labels(outcome) for outcome in outcomes}
        findings = self._counter(instruments.FINDINGS)
        self._findings = {
            (severity, concern): findings.labels(severity.name.lower(), concern.name.lower())
            for severity in Severity
            for concern in Concern
        }
        medications = self._counter(instruments.MEDICATIONS)
        self._medications = {each: medications.labels(each.name.lower()) for each in Disposition}
        self._unresolved = self._counter(instruments.UNRESOLVED)
        self._knowledge = self._gauge(instruments.KNOWLEDGE)
        self._rules = self._gauge(instruments.RULES)

    def observe(
        self,
        outcome: str,
        findings: Iterable[tuple[tuple[Severity, Concern], int]],
        dispositions: Iterable[tuple[Disposition, int]],
    ) -> None:
        """Count one answered prescription."""
        self._screenings[outcome].inc()
        for kind, number in findings:
            self._findings[kind].inc(number)
        for disposition, number in dispositions:
            self._medications[disposition].inc(number)
            if disposition is Disposition.UNRESOLVED:
                self._unresolved.inc(number)

    def knowledge_loaded(self, version: str, digest: str, rules: int) -> None:
        """Show which knowledge base is in service, and no other."""
        self._knowledge.clear()
        self._knowledge.labels(version, digest).set(1)
        self._rules.set(rules)

    def method(self, kind: str, service: str, name: str) -> "MethodMetrics":
        """The instruments of one RPC method, every status code at zero."""
        labels = (kind, service, name)
        return MethodMetrics(
            self._started.labels(*labels),
            {code: self._handled.labels(*labels, code) for code in GRPC_CODES},
            self._handling.labels(*labels),
        )

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """The metrics as text and its content type: OpenMetrics where it is asked for."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type

    def _counter(self, instrument: Instrument) -> Counter:
        return Counter(instrument.name, instrument.help, instrument.labels, registry=self.registry)

    def _gauge(self, instrument: Instrument) -> Gauge:
        return Gauge(instrument.name, instrument.help, instrument.labels, registry=self.registry)


class MethodMetrics:
    """What is counted of one RPC method."""

    __slots__ = ("_handled", "_handling", "_started")

    def __init__(self, started: Counter, handled: dict[str, Counter], handling: Histogram) -> None:
        """Hold the pre-bound children."""
        self._started = started
        self._handled = handled
        self._handling = handling

    def started(self) -> None:
        """A call has begun."""
        self._started.inc()

    def handled(self, code: str, seconds: float) -> None:
        """A call has ended."""
        self._handled[code].inc()
        self._handling.observe(seconds)
