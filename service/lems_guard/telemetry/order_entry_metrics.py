"""Metrics of order entry: calls and their times, refusals, cards, repeats, comments, fetches."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram

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
        seconds = _histogram(instruments.HOOK_SECONDS, registry)
        self._seconds = {
            (hook, outcome): seconds.labels(hook, outcome)
            for hook in (*instruments.HOOKS, OTHER)
            for outcome in instruments.HOOK_OUTCOMES
        }
        refusals = _counter(instruments.REFUSALS, registry)
        self._refusals = {
            (hook, reason): refusals.labels(hook, reason)
            for hook in (*instruments.HOOKS, OTHER)
            for reason in instruments.REASONS
        }
        fetches = _counter(instruments.FETCHES, registry)
        self._fetches = {
            (resource, result): fetches.labels(resource, result)
            for resource in instruments.FETCHED
            for result in instruments.FETCH_RESULTS
        }
        self._fetching = _histogram(instruments.FETCHING_SECONDS, registry)
        cards = _counter(instruments.CARDS, registry)
        self._cards = {
            (hook, indicator): cards.labels(hook, indicator)
            for hook in (*instruments.HOOKS, OTHER)
            for indicator in instruments.INDICATORS
        }
        self._repeated = _counter(instruments.REPEATED_ALERTS, registry)
        suggestions = _counter(instruments.SUGGESTIONS, registry)
        self._suggestions = {
            kind: suggestions.labels(kind) for kind in instruments.SUGGESTION_KINDS
        }
        self._comments = _counter(instruments.COMMENT_CHARACTERS, registry)
        self._rules: frozenset[str] = frozenset()

    def rules_loaded(self, rules: Iterable[str]) -> None:
        """Show these rules at zero."""
        self._rules = frozenset(rules)
        for rule in self._rules:
            self._repeated.labels(rule)

    def called(self, hook: str, status: int, seconds: float) -> None:
        """A call of a hook ended with a status."""
        hook = hook if hook in instruments.HOOKS else OTHER
        told = str(status)
        self._calls[hook, told if told in instruments.HOOK_STATUSES else OTHER].inc()
        outcome = "answered" if status < 400 else "refused" if status < 500 else "failed"
        self._seconds[hook, outcome].observe(seconds)

    def refused(self, hook: str, reason: str) -> None:
        """A call got no cards, for one of the reasons that there are."""
        self._refusals[hook if hook in instruments.HOOKS else OTHER, reason].inc()

    def fetched(self, resource: str, result: str) -> None:
        """A page of a part of the record was asked of a FHIR server."""
        self._fetches[resource, result].inc()

    def waited(self, seconds: float) -> None:
        """A call waited so long for FHIR servers."""
        self._fetching.observe(seconds)

    def shown(self, hook: str, indicator: str) -> None:
        """A card was shown."""
        hook = hook if hook in instruments.HOOKS else OTHER
        self._cards[hook, indicator].inc()

    def repeated(self, rule_id: str) -> None:
        """An alert was left out because it was shown already."""
        if rule_id in self._rules:
            self._repeated.labels(rule_id).inc()

    def suggested(self, kind: str) -> None:
        """A suggestion of a kind was taken."""
        self._suggestions[kind].inc()

    def comment(self, characters: int) -> None:
        """A comment of so many characters came, and was dropped."""
        self._comments.inc(characters)


def _histogram(instrument: Instrument, registry: CollectorRegistry) -> Histogram:
    return Histogram(
        instrument.name,
        instrument.help,
        instrument.labels,
        registry=registry,
        buckets=instruments.HOOK_BUCKETS,
    )


def _counter(instrument: Instrument, registry: CollectorRegistry) -> Counter:
    return Counter(instrument.name, instrument.help, instrument.labels, registry=registry)
