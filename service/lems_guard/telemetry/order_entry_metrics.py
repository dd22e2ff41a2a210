"""Metrics of order entry: calls by hook and status, cards by urgency, repeats, comments."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter

from lems_guard.telemetry import hook_instruments as instruments
from lems_guard.telemetry.instrument import Instrument

OTHER = "other"


class OrderEntryMetrics:
    """What is counted of CDS Hooks. Labels come from closed sets; a client's word is never one."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Create every series at zero."""
        calls = _counter(instruments.HOOK_CALLS, registry)
        self._calls = {
            (hook, status): calls.labels(hook, status)
            for hook in (*instruments.HOOKS, OTHER)
            for status in (*instruments.HOOK_STATUSES, OTHER)
        }
        cards = _counter(instruments.CARDS, registry)
        self._cards = {
            (hook, indicator): cards.labels(hook, indicator)
            for hook in (*instruments.HOOKS, OTHER)
            for indicator in instruments.INDICATORS
        }
        self._repeated = _counter(instruments.REPEATED_ALERTS, registry)
        self._comments = _counter(instruments.COMMENT_CHARACTERS, registry)
        self._rules: frozenset[str] = frozenset()

    def rules_loaded(self, rules: Iterable[str]) -> None:
        """Show these rules at zero."""
        self._rules = frozenset(rules)
        for rule in self._rules:
            self._repeated.labels(rule)

    def called(self, hook: str, status: int) -> None:
        """A call of a hook ended with a status."""
        hook = hook if hook in instruments.HOOKS else OTHER
        told = str(status)
        self._calls[hook, told if told in instruments.HOOK_STATUSES else OTHER].inc()

    def shown(self, hook: str, indicator: str) -> None:
        """A card was shown."""
        hook = hook if hook in instruments.HOOKS else OTHER
        self._cards[hook, indicator].inc()

    def repeated(self, rule_id: str) -> None:
        """An alert was left out because it was shown already."""
        if rule_id in self._rules:
            self._repeated.labels(rule_id).inc()

    def comment(self, characters: int) -> None:
        """A comment of so many characters came, and was dropped."""
        self._comments.inc(characters)


def _counter(instrument: Instrument, registry: CollectorRegistry) -> Counter:
    return Counter(instrument.name, instrument.help, instrument.labels, registry=registry)
