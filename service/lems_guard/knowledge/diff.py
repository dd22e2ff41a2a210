"""What changes between two editions: their rules, and what they say of whole medication lists."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lems_guard.clinical.alert import Finding, Screening, ScreeningRequest
from lems_guard.clinical.fact_table import FACTS
from lems_guard.clinical.medication import Medication
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Certainty, Jurisdiction
from lems_guard.knowledge.cases import Understand
from lems_guard.knowledge.problems import Problems
from lems_guard.knowledge.reader import read
from lems_guard.knowledge.shape import Fields, named
from lems_guard.knowledge.suites import CASES_AS_OF, Case, orders_of, patient_of
from lems_guard.knowledge.tree import Branch, Node, Series
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.screen import RuleScreener

PRESCRIPTION_KEYS = ("jurisdiction", "as_of", "patient", "proposed", "active", "stopped")


@dataclass(frozen=True, slots=True)
class MedicationCase:
    """A whole medication list of a corpus, without what is expected of it."""

    name: str
    patient: Patient
    orders: tuple[Medication, ...]
    jurisdiction: Jurisdiction
    as_of: datetime.date


class Side(NamedTuple):
    """One of two editions: its rules, and how it reads an order."""

    knowledge: KnowledgeBase
    understand: Understand


class RuleChange(NamedTuple):
    """A rule before and after; `None` where it is not there yet, or not any more."""

    id: str
    before: Rule | None
    after: Rule | None
    joined: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    """Drugs that it speaks of now and did not before, and the other way round."""

    @property
    def is_worth_a_line(self) -> bool:
        """Whether the rule says something else, or the same under another version."""
        if self.before is None or self.after is None:
            return True
        known = [(rule.written, rule.version, severities(rule)) for rule in self.of_both]
        return known[0] != known[1] or bool(self.joined or self.left)

    @property
    def of_both(self) -> list[Rule]:
        """The rule on the sides on which it is."""
        return [rule for rule in (self.before, self.after) if rule is not None]

    def words(self) -> str:
        """Added (+), removed (-) or changed (~), in a line."""
        if self.before is None or self.after is None:
            [rule] = self.of_both
            return f"{'-' if self.after is None else '+'} {self.id} {rule.version}"
        told = list(self._differences())
        if not told and self.before.written == self.after.written:
            told.append("the version alone")
        head = f"~ {self.id} {self.before.version} → {self.after.version}"
        return ": ".join((head, "; ".join(told))) if told else head

    def _differences(self) -> Iterator[str]:
        levels = [" ".join(severities(rule)) for rule in self.of_both]
        if levels[0] != levels[1]:
            yield " → ".join(levels)
        if self.joined:
            yield f"of {', '.join(sorted(self.joined))} too"
        if self.left:
            yield f"no longer of {', '.join(sorted(self.left))}"


class CaseChange(NamedTuple):
    """A medication list that is answered anew: what is no longer said of it, and what newly is."""

    list: MedicationCase
    gone: tuple["SaidLine", ...]
    new: tuple["SaidLine", ...]

    def lines(self) -> Iterator[str]:
        """In lines, the first of them the list's name."""
        yield f"{self.list.name}:"
        yield from (f"  - {said.text}" for said in self.gone)
        yield from (f"  + {said.text}" for said in self.new)

    def of_rule(self, rule: str) -> "CaseChange | None":
        """As far as a rule says it or would change it; `None` where that is nothing."""
        gone = tuple(each for each in self.gone if rule in each.rules)
        new = tuple(each for each in self.new if rule in each.rules)
        return self._replace(gone=gone, new=new) if gone or new else None


class SaidLine(NamedTuple):
    """One thing that is said of a list, in short and in words; the rules that say it or would."""

    text: str
    words: str
    rules: tuple[str, ...]


def severities(rule: Rule) -> list[str]:
    """What the rows of a decision table say, in their order."""
    return [row.severity.name for row in rule.outcomes]


def rule_changes(old: KnowledgeBase, new: KnowledgeBase) -> Iterator[RuleChange]:
    """Every rule of either side, by id."""
    before, after = ({rule.id: rule for rule in each.rules} for each in (old, new))
    for rule_id in sorted(before.keys() | after.keys()):
        change = RuleChange(rule_id, before.get(rule_id), after.get(rule_id))
        if change.before is not None and change.after is not None:
            was, is_now = drugs_of(change.before, old), drugs_of(change.after, new)
            change = change._replace(joined=is_now - was, left=was - is_now)
        yield change


def drugs_of(rule: Rule, knowledge: KnowledgeBase) -> frozenset[str]:
    """Every ingredient that a rule speaks of, by itself or by a class."""
    members = (each.members for each in knowledge.classes if each.id in rule.drugs.classes)
    return rule.drugs.ingredients.union(*members) - rule.drugs.excepted


def rules_changed(old: KnowledgeBase, new: KnowledgeBase) -> Iterator[str]:
    """A line for each rule that is added (+), removed (-) or changed (~), by id."""
    return (each.words() for each in rule_changes(old, new) if each.is_worth_a_line)


def lists_changed(lists: Iterable[MedicationCase], old: Side, new: Side) -> Iterator[CaseChange]:
    """Each list that the editions answer differently, with what is no longer and newly said."""
    for each in lists:
        before, after = _said(each, old), _said(each, new)
        if before.keys() != after.keys():
            gone, come = before.keys() - after.keys(), after.keys() - before.keys()
            yield CaseChange(
                each,
                tuple(before[text] for text in sorted(gone)),
                tuple(after[text] for text in sorted(come)),
            )


def _said(each: MedicationCase, side: Side) -> dict[str, SaidLine]:
    orders = tuple((order, side.understand(order)) for order in each.orders)
    request = ScreeningRequest(each.patient, orders, each.jurisdiction, each.as_of)
    return {said.text: said for said in _lines(RuleScreener().screen(request, side.knowledge))}


def _lines(screening: Screening) -> Iterator[SaidLine]:
    for alert in screening.alerts:
        for finding in alert.findings:
            yield _found(alert.drug, finding)
    for gap in screening.gaps:
        text, asked = f"gap {gap.fact}  {gap.worst.name}", FACTS[gap.fact].ask
        yield SaidLine(text, f"asks, for up to {gap.worst.name}: {asked}", gap.would_change)
    name = screening.completeness.name
    yield SaidLine(name, f"the answer is {name.lower()}", ())


def _found(drug: str, finding: Finding) -> SaidLine:
    severity, sure = finding.severity.name, finding.certainty.name
    possible = " (possible)" if finding.certainty is Certainty.POSSIBLE else ""
    return SaidLine(
        f"{drug}  {finding.rule.id}  {severity}  {sure}",
        f"{severity}{possible} {drug}: {finding.rule.title}",
        (finding.rule.id,),
    )


def examples_of(change: RuleChange, cases: Iterable[Case]) -> tuple[MedicationCase, ...]:
    """The cases of a rule on either side as lists; of those that both have, one."""
    found = {
        each.name: MedicationCase(
            each.name, each.patient, each.orders, each.jurisdiction, each.as_of
        )
        for each in cases
        if each.rule == change.id
    }
    return tuple(found.values())


def read_lists(text: str, file: str, problems: Problems) -> tuple[MedicationCase, ...]:
    """The medication lists of a corpus file: every item of its one list, less what is expected."""
    root = read(text, file, problems)
    if not isinstance(root, Branch):
        return ()
    items = [node for _, value in root.entries if isinstance(value, Series) for node in value.items]
    return tuple(_list(node, file, problems) for node in items)


def _list(node: Node, file: str, problems: Problems) -> MedicationCase:
    """Only what is sent is read: a corpus says more of its lists than a request does."""
    sent = ("name", *PRESCRIPTION_KEYS)
    entries = node.entries if isinstance(node, Branch) else ()
    kept = tuple(entry for entry in entries if entry[0].text in sent)
    fields = Fields(Branch(node.place, kept), problems, "a list", ("name",), PRESCRIPTION_KEYS)
    as_of = fields.date("as_of") or CASES_AS_OF
    return MedicationCase(
        f"{file}: {fields.text('name')}",
        patient_of(fields.node("patient"), as_of, problems),
        orders_of(fields),
        fields.choice("jurisdiction", named(Jurisdiction), Jurisdiction.US),
        as_of,
    )
