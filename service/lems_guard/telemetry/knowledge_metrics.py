"""Metrics of the knowledge base in service: which, how old, how reviewed, how its reloads went."""

import datetime
import re

from prometheus_client import CollectorRegistry, Counter, Gauge

from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.telemetry import instruments
from lems_guard.telemetry.instruments import Instrument

CALENDAR_VERSION = re.compile(r"(?P<year>20\d\d)\.(?P<month>0?[1-9]|1[0-2])(\.|$)")


class KnowledgeMetrics:
    """What there is to say of the edition in service."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Create every series at zero."""
        self._info = _gauge(instruments.KNOWLEDGE, registry)
        self._rules = _gauge(instruments.RULES, registry)
        self._loaded = _gauge(instruments.LOADED, registry)
        self._content = _gauge(instruments.CONTENT, registry)
        self._refused = _gauge(instruments.REFUSED, registry)
        self._unreviewed = _gauge(instruments.UNREVIEWED, registry)
        self._signed = _gauge(instruments.SIGNED, registry)
        self._due: list[str] = []
        # Judged at each scrape: a rule becomes overdue by the passing of days alone.
        _gauge(instruments.OVERDUE, registry).set_function(self.overdue)
        reloads = Counter(
            instruments.RELOADS.name,
            instruments.RELOADS.help,
            instruments.RELOADS.labels,
            registry=registry,
        )
        self._reloads = {name: reloads.labels(name) for name in instruments.RELOAD_OUTCOMES}

    def loaded(self, knowledge: KnowledgeBase) -> None:
        """Another edition has come into service."""
        now = datetime.datetime.now(datetime.UTC)
        self._info.clear()
        self._info.labels(knowledge.version, knowledge.digest).set(1)
        self._rules.set(len(knowledge.rules))
        self._loaded.set(now.timestamp())
        self._content.set((month_of(knowledge.version) or now).timestamp())
        signed = sum(rule.review.is_signed for rule in knowledge.rules)
        self._signed.set(signed)
        self._unreviewed.set(len(knowledge.rules) - signed)
        self._due = sorted(rule.review.due for rule in knowledge.rules if rule.review.due)

    def reloaded(self, outcome: str) -> None:
        """A reload has ended: taken, unchanged or refused."""
        self._reloads[outcome].inc()
        self._refused.set(outcome == "refused")

    def overdue(self) -> float:
        """How many rules' reviews were due before today."""
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        return sum(due < today for due in self._due)


def month_of(version: str) -> datetime.datetime | None:
    """The month that a version names, if it does."""
    named = CALENDAR_VERSION.match(version)
    if named is None:
        return None
    return datetime.datetime(int(named["year"]), int(named["month"]), 1, tzinfo=datetime.UTC)


def _gauge(instrument: Instrument, registry: CollectorRegistry) -> Gauge:
    return Gauge(instrument.name, instrument.help, instrument.labels, registry=registry)
