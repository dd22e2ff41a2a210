"""What a run found, counted: lists, alerts by severity and by rule, orders that were not read."""

import collections
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lems_guard.cohort.checking import CheckedLine
from lems_guard.cohort.results import Result, ToldKnowledge
from lems_guard.v1 import terms_pb2 as terms

# More different texts than anybody reads are not kept: memory stays flat.
MOST_TEXTS = 20_000
SHOWN = 10
WORST_FIRST = ("CONTRAINDICATED", "AVOID", "CAUTION", "MONITOR", "INFORMATION")


class RunTally:
    """Counts what became of lines while they come; `lines` are all that are done by now."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self.lines = self.answered = self.refused = self.incomplete = self.found = 0
        self.worst = 0
        self.patients: int | None = None
        self.unread: collections.Counter[str] = collections.Counter()

    def add(self, checked: CheckedLine) -> None:
        """Count one line; somebody who is not concerned counts for nothing else."""
        self.lines += 1
        if not checked.answer:
            return
        self.answered += checked.is_answered
        self.refused += not checked.is_answered
        self.incomplete += checked.is_answered and not checked.is_complete
        self.found += checked.worst >= terms.SEVERITY_AVOID
        self.worst = max(self.worst, checked.worst)
        for words in checked.unread:
            self._add_unread(words, 1)

    def join(self, other: "RunTally") -> None:
        """Count what another has counted."""
        self.lines += other.lines
        self.answered += other.answered
        self.refused += other.refused
        self.incomplete += other.incomplete
        self.found += other.found
        self.worst = max(self.worst, other.worst)
        for words, count in other.unread.items():
            self._add_unread(words, count)

    def _add_unread(self, words: str, count: int) -> None:
        if words in self.unread or len(self.unread) < MOST_TEXTS:
            self.unread[words] += count

    def settle(self, summary: "Summary") -> None:
        """Count what was answered before this part of the run too."""
        self.answered, self.refused = summary.lists, summary.refused
        self.incomplete, self.worst = summary.incomplete, summary.worst


class Summary(NamedTuple):
    """What all answers of a run come to, also those of an earlier part of it."""

    lists: int
    refused: int
    incomplete: int
    alerts: collections.Counter[str]
    rules: collections.Counter[str]
    knowledge: ToldKnowledge
    as_of: str

    def lines(self) -> Iterator[str]:
        """The summary in words, a line each."""
        yield f"{counted(self.lists)} checked as of {self.as_of or 'an unknown day'}"
        if self.knowledge.digest:
            yield f"Knowledge base {self.knowledge.version} ({self.knowledge.digest[:12]})"
        found = [f"{self.alerts[each]} {each}" for each in WORST_FIRST if self.alerts[each]]
        yield f"Alerts: {', '.join(found) or 'none'}"
        if self.refused:
            yield f"NOT checked: {counted(self.refused)}, each says why"
        if self.incomplete:
            yield f"Checked in part: {counted(self.incomplete)}"
        by_rule = sorted(self.rules.items(), key=lambda each: (-each[1], each[0]))
        yield from (f"  {count} x {rule}" for rule, count in by_rule[:SHOWN])

    @property
    def worst(self) -> int:
        """The gravest severity of all alerts, as the wire numbers it; zero without any."""
        found = (len(WORST_FIRST) - at for at, name in enumerate(WORST_FIRST) if self.alerts[name])
        return next(found, 0)


def counted(lists: int) -> str:
    """A number of lists in words."""
    return f"{lists} list{'s' * (lists != 1)}"


def summary_of(results: Iterable[Result]) -> Summary:
    """What some results come to."""
    alerts: collections.Counter[str] = collections.Counter()
    rules: collections.Counter[str] = collections.Counter()
    lists = refused = incomplete = 0
    knowledge, as_of = ToldKnowledge(), ""
    for result in results:
        if result.response is None:
            refused += 1
            continue
        lists += 1
        incomplete += not result.response.is_complete
        knowledge = result.response.knowledge_base if not knowledge.digest else knowledge
        as_of = as_of or result.response.as_of
        alerts.update(each.severity.removeprefix("SEVERITY_") for each in result.response.alerts)
        for alert in result.response.alerts:
            rules.update({finding.rule_id for finding in alert.findings})
    return Summary(lists, refused, incomplete, alerts, rules, knowledge, as_of)


def unread_lines(unread: collections.Counter[str]) -> Iterator[str]:
    """The orders that were not read, the most frequent first, and how to close the gap."""
    if unread:
        yield f"Orders not read: {len(unread)} different ones, the most frequent:"
        for words, count in sorted(unread.items(), key=lambda each: (-each[1], each[0]))[:SHOWN]:
            yield f"  {count} x {words}"
        yield "`lems-guard vocabulary coverage` tells which line to add for each"
