"""Metrics: the instruments of one process.

What every call counts is gathered in plain numbers and handed to Prometheus when it asks.
"""

import collections
import threading
from collections.abc import Callable, Iterable
from typing import TypeAlias

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder

from lems_guard import __version__
from lems_guard.clinical.fact_table import FACTS
from lems_guard.clinical.medication import Disposition
from lems_guard.clinical.severity import Severity
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.telemetry import instruments
from lems_guard.telemetry.caller_metrics import CallerMetrics
from lems_guard.telemetry.finding_metrics import FindingKind, FindingMetrics
from lems_guard.telemetry.instruments import Instrument
from lems_guard.telemetry.journal_metrics import JournalMetrics
from lems_guard.telemetry.knowledge_metrics import KnowledgeMetrics
from lems_guard.telemetry.rpc_metrics import RpcMetrics

# Of one answer: its outcome, findings, dispositions, reasons and gaps (`answering.answer.Tally`).
Counted: TypeAlias = tuple[
    str,
    tuple[FindingKind, ...],
    tuple[tuple[Disposition, int], ...],
    tuple[str, ...],
    tuple[tuple[str, Severity], ...],
]
# When a series began is nobody's question here, and would be one series more for each.
disable_created_metrics()  # type: ignore[no-untyped-call]
# So many different ones are gathered; counting them then takes less than a millisecond.
MOST_GATHERED = 256


class Metrics:
    """All instruments of one service, in a registry of their own."""

    def __init__(self, outcomes: Iterable[str]) -> None:
        """Create every series of a closed label set at zero."""
        self.registry = CollectorRegistry()
        self._gathered: collections.Counter[Counted] = collections.Counter()
        self._mutex = threading.Lock()  # answers are given in one thread, metrics read in another
        self.rpc = RpcMetrics()
        self.registry.register(self.rpc)
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

    def watch_calls(
        self,
        *,
        in_flight: Callable[[], float],
        waiting: Callable[[], float],
        streams: Callable[[], float],
    ) -> None:
        """Ask how many calls there are whenever the metrics are read."""
        self._gauge(instruments.IN_FLIGHT).set_function(in_flight)
        self._gauge(instruments.WAITING).set_function(waiting)
        self._gauge(instruments.STREAMS_OPEN).set_function(streams)

    def callers(self) -> CallerMetrics:
        """Begin to count by callers."""
        return CallerMetrics(self.registry)

    def journal(self) -> JournalMetrics:
        """Begin to count records."""
        return JournalMetrics(self.registry)

    def watch_certificate(self, expires: Callable[[], float]) -> None:
        """Ask when our certificate ends whenever the metrics are read."""
        self._gauge(instruments.CERTIFICATE_EXPIRES).set_function(expires)

    def observe(self, counted: Counted) -> None:
        """Count one answered prescription: answers are much alike, so first they are gathered."""
        with self._mutex:
            if len(self._gathered) >= MOST_GATHERED:
                self._count_gathered()
            self._gathered[counted] += 1

    def _count_gathered(self) -> None:
        for counted, times in self._gathered.items():
            self._count(*counted, times)
        self._gathered.clear()

    def _count(
        self,
        outcome: str,
        findings: Iterable[FindingKind],
        dispositions: Iterable[tuple[Disposition, int]],
        unresolved: Iterable[str],
        gaps: Iterable[tuple[str, Severity]],
        times: int,
    ) -> None:
        self._screenings[outcome].inc(times)
        for kind in findings:
            self._findings.count(kind, times)
        for disposition, number in dispositions:
            self._medications[disposition].inc(number * times)
        for reason in unresolved:
            self._unresolved[reason].inc(times)
        for gap in gaps:
            self._gaps[gap].inc(times)

    def knowledge_loaded(self, knowledge: KnowledgeBase) -> None:
        """Show which knowledge base is in service, and count its rules' findings from zero."""
        with self._mutex:
            self._count_gathered()
            self.knowledge.loaded(knowledge)
            self._findings.expect(knowledge)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """The metrics as text and its content type: OpenMetrics where it is asked for."""
        with self._mutex:
            self._count_gathered()
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type

    def _counter(self, instrument: Instrument) -> Counter:
        return Counter(instrument.name, instrument.help, instrument.labels, registry=self.registry)

    def _gauge(self, instrument: Instrument) -> Gauge:
        return Gauge(instrument.name, instrument.help, instrument.labels, registry=self.registry)
