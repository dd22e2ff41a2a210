"""What changes by rule, for a committee: every part of a rule that reads otherwise, and examples.

A rule is laid out in parts of plain lines on both sides; what stands on one side alone has changed.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from lems_guard.clinical.evidence import Evidence
from lems_guard.clinical.rule import Advice, Outcome, Rule
from lems_guard.knowledge.diff import CaseChange, RuleChange
from lems_guard.papers.words import (
    alternative_in_words,
    drugs_in_words,
    in_words,
    meant_in_words,
    row_in_words,
    scope_in_words,
    source_in_words,
    unknown_in_words,
)

MOST_EXAMPLES = 3
PARTS = (
    "Title", "Concern", "It says", "Drugs", "Beside", "Where", "In short", "Do", "Because", "How",
    "Instead", "Watch", "To override", "Evidence", "Often given?", "Often harmful?",
)  # fmt: skip


class PartChange(NamedTuple):
    """One part of a rule: the lines that are gone, and those that are new."""

    name: str
    gone: tuple[str, ...]
    new: tuple[str, ...]


class ChangedRule(NamedTuple):
    """A rule that reads otherwise, and some of what it answers otherwise; `more` have no room."""

    change: RuleChange
    parts: tuple[PartChange, ...]
    examples: tuple[CaseChange, ...]
    more: int

    @property
    def rule(self) -> Rule:
        """The rule as it is now, or as it last was."""
        return self.change.of_both[-1]

    @property
    def what(self) -> str:
        """New, gone or changed."""
        if self.change.before is None:
            return "new"
        return "gone" if self.change.after is None else "changed"


class Titles(NamedTuple):
    """The titles of both editions' drug classes by their ids."""

    before: dict[str, str]
    after: dict[str, str]


def changed_rule(change: RuleChange, titles: Titles, examples: Iterable[CaseChange]) -> ChangedRule:
    """A change with its parts, and with the first of those examples that tell of the rule."""
    shown = [found for each in examples if (found := each.of_rule(change.id)) is not None]
    parts = tuple(_parts_changed(change, titles))
    return ChangedRule(
        change, parts, tuple(shown[:MOST_EXAMPLES]), max(len(shown) - MOST_EXAMPLES, 0)
    )


def _parts_changed(change: RuleChange, titles: Titles) -> Iterator[PartChange]:
    if change.before is None or change.after is None:
        return
    before = _laid_out(change.before, titles.before)
    after = _laid_out(change.after, titles.after)
    for name in PARTS:
        gone = tuple(line for line in before[name] if line not in after[name])
        new = tuple(line for line in after[name] if line not in before[name])
        if gone or new:
            yield PartChange(name, gone, new)
    if change.joined or change.left:
        yield PartChange("Members", tuple(sorted(change.left)), tuple(sorted(change.joined)))


def _laid_out(rule: Rule, titles: dict[str, str]) -> Mapping[str, list[str]]:
    """Every part of a rule as lines, each once."""
    rows = rule.outcomes
    told: dict[str, Iterable[str]] = {
        "Title": (rule.title,),
        "Concern": (in_words(rule.concern),),
        "It says": (*map(_row, rows), *(f"one worse: {it.reason}" for it in rule.modifiers)),
        "Drugs": (meant_in_words(rule, titles),),
        "Beside": (drugs_in_words(rule.partners, titles),) if rule.partners else (),
        "Where": (scope_in_words(rule),),
        "Often given?": (rule.frequency_of_exposure,),
        "Often harmful?": (rule.frequency_of_harm,),
    }
    for row in rows:
        for name, lines in _advised(row.advice).items():
            told[name] = (*told.get(name, ()), *lines)
    return {name: list(dict.fromkeys(told.get(name, ()))) for name in PARTS}


def _advised(advice: Advice) -> dict[str, Iterable[str]]:
    return {
        "In short": (advice.summary,),
        "Do": (advice.action,),
        "Because": (advice.consequence,),
        "How": (advice.mechanism,),
        "Instead": map(alternative_in_words, advice.alternatives),
        "Watch": advice.monitoring,
        "To override": (in_words(advice.override_policy),),
        "Evidence": map(_evidence, advice.evidence),
    }


def _row(row: Outcome) -> str:
    unknown = unknown_in_words(row)
    asked = f" (not known: {unknown})" if unknown else ""
    return f"{row.severity.name} where {row_in_words(row)}{asked}: {row.advice.deed}"


def _evidence(each: Evidence) -> str:
    against = "against: " if each.counter else ""
    said = f": {each.says}" if each.says else ""
    return f"{against}{source_in_words(each.source)}, {each.locator}, grade {each.grade}{said}"
