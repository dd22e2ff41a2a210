"""Findings by rule: the only label whose values come from content, hence held to a budget."""

from collections.abc import Iterator
from typing import TypeAlias

from prometheus_client import Counter

from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Concern, Severity
from lems_guard.screening.knowledge_base import KnowledgeBase

FindingKind: TypeAlias = tuple[str, Severity, Concern]

# A knowledge base of three thousand rules is still counted rule by rule.
MOST_SERIES = 10_000
OVER_BUDGET = "over_budget"


class FindingMetrics:
    """Counts findings under the rules of the edition in service and of the one before it."""

    def __init__(self, counter: Counter) -> None:
        """Know no rule yet."""
        self._counter = counter
        self._series: dict[FindingKind, Counter] = {}
        self._expected: set[FindingKind] = set()

    def expect(self, knowledge: KnowledgeBase) -> None:
        """Begin every series of an edition at zero, and drop those that only older ones had."""
        coming = set(kinds_of(knowledge))
        kept = coming | self._expected
        for kind in set(self._series) - kept:
            self._counter.remove(*labels_of(kind))
        self._series = {kind: self._child(kind) for kind in kept}
        self._expected = coming

    def count(self, kind: FindingKind, times: int) -> None:
        """Count a finding that was given so many times."""
        series = self._series.get(kind)
        if series is None:
            series = self._child((OVER_BUDGET, *kind[1:]))
        series.inc(times)

    def _child(self, kind: FindingKind) -> Counter:
        return self._counter.labels(*labels_of(kind))


def labels_of(kind: FindingKind) -> tuple[str, str, str]:
    """The labels of a kind: severity, concern, rule."""
    rule, severity, concern = kind
    return severity.name.lower(), concern.name.lower(), rule


def kinds_of(knowledge: KnowledgeBase) -> Iterator[FindingKind]:
    """What the rules of an edition can say, as far as the budget goes."""
    left = MOST_SERIES
    for rule in knowledge.rules:
        severities = severities_of(rule)
        left -= len(severities)
        if left < 0:
            return
        yield from ((rule.id, severity, rule.concern) for severity in severities)


def severities_of(rule: Rule) -> set[Severity]:
    """Each severity that a rule can give: its rows', and one level more where it has modifiers."""
    plain = {outcome.severity for outcome in rule.outcomes}
    return plain | {each.raised() for each in plain} if rule.modifiers else plain
