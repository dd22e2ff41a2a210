"""Metrics: the instruments of one process, pre-bound so that counting costs half a microsecond."""

from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
)
from prometheus_client.exposition import choose_encoder

from lems_guard import __version__
from lems_guard.clinical.fact_table import FACTS
from lems_guard.clinical.medication import Disposition
from lems_guard.clinical.severity import Severity
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.telemetry import instruments
from lems_guard.telemetry.finding_metrics import FindingKind, FindingMetrics
from lems_guard.telemetry.instruments import Instrument
from lems_guard.telemetry.knowledge_metrics import KnowledgeMetrics

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
        self._findings = FindingMetrics(self._counter(instruments.FINDINGS))
        medications = self._counter(instruments.MEDICATIONS)
        self._medications = {each: medications.labels(each.name.lower()) for each in Disposition}
        unresolved = self._counter(instruments.UNRESOLVED)
        self._unresolved = {
            reason: unresolved.labels(reason) for reason in instruments.UNRESOLVED_REASONS
        }
        gaps = self._counter(instruments.GAPS)
        self._gaps = {
            (fact, worst): gaps.labels(fact, worst.name.lower())
            for fact in FACTS
            for worst in Severity
        }
        self.knowledge = KnowledgeMetrics(self.registry)
        self.in_flight_limit = self._gauge(instruments.IN_FLIGHT_LIMIT)
        self.loop_lag = self._gauge(instruments.LOOP_LAG)
        self._gauge(instruments.BUILD).labels(__version__).set(1)
        ProcessCollector(registry=self.registry)

    def observe(
        self,
        outcome: str,
        findings: Iterable[FindingKind],
        dispositions: Iterable[tuple[Disposition, int]],
        unresolved: Iterable[str],
        gaps: Iterable[tuple[str, Severity]],
    ) -> None:
        """Count one answered prescription."""
        self._screenings[outcome].inc()
        for kind in findings:
            self._findings.count(kind)
        for disposition, number in dispositions:
            self._medications[disposition].inc(number)
        for reason in unresolved:
            self._unresolved[reason].inc()
        for gap in gaps:
            self._gaps[gap].inc()

    def knowledge_loaded(self, knowledge: KnowledgeBase) -> None:
        """Show which knowledge base is in service, and count its rules' findings from zero."""
        self.knowledge.loaded(knowledge)
        self._findings.expect(knowledge)

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
