"""What changes for a whole cohort: counted by rule, with examples, in words."""

import collections
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lems_guard.cohort.changes import OF_ALERTS, ChangeKind, ComparedList, ListChange
from lems_guard.cohort.summary import counted

EXAMPLES = 3
SHOWN_RULES = 100
HEADINGS = {
    ChangeKind.ORDER: "Orders read otherwise",
    ChangeKind.LIST: "Lists checked otherwise",
}
NOTHING = "Nothing changes for any list."


class RuleChanges(NamedTuple):
    """How many alerts of one rule change, by how they do."""

    rule: str
    counts: dict[ChangeKind, int]

    @property
    def lost(self) -> int:
        """Those that say less than before, or nothing any more."""
        return self.counts[ChangeKind.GONE] + self.counts[ChangeKind.LOWERED]

    @property
    def won(self) -> int:
        """Those that say more than before, or speak only now."""
        return self.counts[ChangeKind.NEW] + self.counts[ChangeKind.RAISED]


class ChangeTally:
    """Counts changes, and keeps a few of each as examples: no more than a page, however many."""

    def __init__(self) -> None:
        """Nothing has been compared yet."""
        self.lists = self.changed = self.had_answer = 0
        self._counts: collections.Counter[tuple[str, ChangeKind]] = collections.Counter()
        self._examples: dict[tuple[str, ChangeKind], list[ListChange]] = {}

    def add(self, compared: ComparedList) -> None:
        """Take in one list."""
        self.lists += 1
        self.changed += bool(compared.changes)
        self.had_answer += compared.had_answer
        for each in compared.changes:
            key = each.rule, each.change
            self._counts[key] += 1
            kept = self._examples.setdefault(key, [])
            if len(kept) < EXAMPLES:
                kept.append(each)

    def count(self, change: ChangeKind) -> int:
        """How many changes are of a kind."""
        return sum(count for (_, kind), count in self._counts.items() if kind is change)

    def by_rule(self) -> list[RuleChanges]:
        """The rules whose alerts change; first those of which most is lost, then by how many."""
        rules = {rule for rule, kind in self._counts if kind in OF_ALERTS}
        found = [
            RuleChanges(rule, {kind: self._counts[rule, kind] for kind in OF_ALERTS})
            for rule in rules
        ]
        return sorted(found, key=lambda each: (-each.lost, -each.won, each.rule))

    def examples(self, rule: str, change: ChangeKind) -> Sequence[ListChange]:
        """A few changes of a rule, or where it is empty of orders and lists."""
        return self._examples.get((rule, change), ())


class ComparedSides(NamedTuple):
    """What was compared: what each side answers from, as of which day, and how the rules differ.

    `on_file` is how many answers there were on file already, where the old ones were.
    """

    old: str
    new: str
    as_of: str
    rules: tuple[str, ...]
    on_file: int = 0


def head_lines(sides: ComparedSides, tally: ChangeTally) -> Iterator[str]:
    """What was compared, and what it comes to."""
    yield f"{counted(tally.lists)} compared as of {sides.as_of}"
    yield f"Old: {sides.old}"
    yield f"New: {sides.new}"
    if sides.on_file > tally.had_answer:
        yield f"NOT compared: {sides.on_file - tally.had_answer} on file, of no list of this cohort"
    if not tally.changed:
        yield NOTHING
        return
    told = ", ".join(f"{tally.count(kind)} {kind}" for kind in OF_ALERTS)
    yield f"{counted(tally.changed)} change{'s' * (tally.changed == 1)}; alerts: {told}"


def report_lines(sides: ComparedSides, tally: ChangeTally) -> Iterator[str]:
    """The whole report in words, a line each."""
    yield from head_lines(sides, tally)
    for each in tally.by_rule()[:SHOWN_RULES]:
        told = ", ".join(f"{count} {kind}" for kind, count in each.counts.items() if count)
        yield f"{each.rule}: {told}"
        for kind in OF_ALERTS:
            yield from _examples(tally.examples(each.rule, kind))
    for kind, heading in HEADINGS.items():
        if count := tally.count(kind):
            yield f"{heading}: {count}"
            yield from _examples(tally.examples("", kind))
    if sides.rules:
        yield f"Rules that differ: {len(sides.rules)}"
        yield from (f"  {line}" for line in sides.rules)


def _examples(changes: Sequence[ListChange]) -> Iterator[str]:
    return (f"  {in_words(each)}" for each in changes)


def in_words(change: ListChange) -> str:
    """One change in a line; of orders and lists a heading tells that it is one."""
    kind = change.change if change.change in OF_ALERTS else ""
    what = " ".join(filter(None, (kind, change.patient, change.drug)))
    moved = " → ".join(filter(None, (change.before, change.after)))
    return f"{what}: {moved}"
