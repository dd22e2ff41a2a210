"""What changes between two editions: their rules, and what they say of whole medication lists."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lems_guard.clinical.alert import Screening, ScreeningRequest
from lems_guard.clinical.medication import Medication
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.knowledge.cases import Understand
from lems_guard.knowledge.problems import Problems
from lems_guard.knowledge.reader import read
from lems_guard.knowledge.shape import Fields, named
from lems_guard.knowledge.suites import CASES_AS_OF, orders_of, patient_of
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


def rules_changed(old: Iterable[Rule], new: Iterable[Rule]) -> Iterator[str]:
    """A line for each rule that is added (+), removed (-) or changed (~), by id."""
    before, after = ({rule.id: rule for rule in rules} for rules in (old, new))
    for rule_id in sorted(before.keys() | after.keys()):
        if rule_id not in before:
            yield f"+ {rule_id} {after[rule_id].version}"
        elif rule_id not in after:
            yield f"- {rule_id} {before[rule_id].version}"
        else:
            yield from _changed(before[rule_id], after[rule_id])


def _changed(old: Rule, new: Rule) -> Iterator[str]:
    versions = f"{old.version} → {new.version}"
    if old.written != new.written:
        severities = tuple(
            " ".join(row.severity.name for row in rule.outcomes) for rule in (old, new)
        )
        told = "" if severities[0] == severities[1] else f": {' → '.join(severities)}"
        yield f"~ {new.id} {versions}{told}"
    elif old.version != new.version:
        yield f"~ {new.id} {versions}: the version alone"


def lists_changed(lists: Iterable[MedicationCase], old: Side, new: Side) -> Iterator[str]:
    """Each list that the editions answer differently, with what is no longer and newly said."""
    for each in lists:
        before, after = _said(each, old), _said(each, new)
        if before != after:
            yield f"{each.name}:"
            yield from (f"  - {line}" for line in sorted(before - after))
            yield from (f"  + {line}" for line in sorted(after - before))


def _said(each: MedicationCase, side: Side) -> set[str]:
    orders = tuple((order, side.understand(order)) for order in each.orders)
    request = ScreeningRequest(each.patient, orders, each.jurisdiction, each.as_of)
    return set(_lines(RuleScreener().screen(request, side.knowledge)))


def _lines(screening: Screening) -> Iterator[str]:
    for alert in screening.alerts:
        for finding in alert.findings:
            sure = finding.certainty.name
            yield f"{alert.drug}  {finding.rule.id}  {finding.severity.name}  {sure}"
    for gap in screening.gaps:
        yield f"gap {gap.fact}  {gap.worst.name}"
    yield screening.completeness.name


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
