"""The journal in numbers: what was written and lost, and whether it can be written now."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from lems_guard.telemetry import instruments


class JournalMetrics:
    """Counts records."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Nothing has been recorded."""
        records, lost = instruments.JOURNAL_RECORDS, instruments.JOURNAL_LOST
        stuck = instruments.JOURNAL_STUCK
        self._records = Counter(records.name, records.help, registry=registry)
        self._lost = Counter(lost.name, lost.help, registry=registry)
        self._stuck = Gauge(stuck.name, stuck.help, registry=registry)

    def written(self, number: int) -> None:
        """So many records have been written."""
        self._records.inc(number)

    def lost(self, number: int) -> None:
        """So many found no place."""
        self._lost.inc(number)

    def stuck(self, is_stuck: bool) -> None:  # noqa: FBT001 - called with what is so
        """Whether the journal cannot be written."""
        self._stuck.set(is_stuck)
