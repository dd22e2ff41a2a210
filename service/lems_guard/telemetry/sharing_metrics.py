"""Metrics of what replicas share: outcomes of alerts by rule, and how the memories are used."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter

from lems_guard.telemetry import instruments

# The label of rules that are not in service: a client's word is never a label.
NOT_IN_SERVICE = "not_in_service"


class SharingMetrics:
    """Outcomes by rule, from the closed set of the rules in service."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """No rule is known before `rules_loaded`."""
        self._outcomes = _counter(instruments.ALERT_OUTCOMES, registry)
        reports = _counter(instruments.OUTCOME_REPORTS, registry)
        self._reports = {each: reports.labels(each) for each in instruments.RECORDINGS}
        reasons = _counter(instruments.OVERRIDE_REASONS, registry)
        self._reasons = {each: reasons.labels(each) for each in instruments.REASONS_GIVEN}
        memories = _counter(instruments.SHARED_MEMORY, registry)
        self._memories = {
            (memory, result): memories.labels(memory, result)
            for memory in instruments.MEMORIES
            for result in instruments.MEMORY_RESULTS
        }
        self._rules: frozenset[str] = frozenset()

    def rules_loaded(self, rules: Iterable[str]) -> None:
        """Show these rules at zero; the counts of rules no longer in service stay."""
        self._rules = frozenset(rules)
        for rule in (*self._rules, NOT_IN_SERVICE):
            for verdict in instruments.VERDICTS:
                self._outcomes.labels(rule, verdict)

    def reported(self, recording: str, verdict: str, reason: str, rules: Iterable[str]) -> None:
        """Count a report; only a new one counts for its rules, and its reason if it has one."""
        self._reports[recording].inc()
        if recording == "new":
            if verdict == "overridden":
                self._reasons[reason].inc()
            for rule in rules:
                known = rule if rule in self._rules else NOT_IN_SERVICE
                self._outcomes.labels(known, verdict).inc()

    def used(self, memory: str, heard: str) -> None:
        """Count a use of a memory: shared with the other replicas, this one's own, or forged."""
        self._memories[memory, heard].inc()


def _counter(instrument: instruments.Instrument, registry: CollectorRegistry) -> Counter:
    return Counter(instrument.name, instrument.help, instrument.labels, registry=registry)
