"""Gaps: what was not known and would change something, gathered over all drugs."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from lems_guard.clinical.alert import Exposure, Gap
from lems_guard.clinical.fact_table import FACTS
from lems_guard.clinical.facts import Elsewhere, name_of
from lems_guard.clinical.medication import MedicationList
from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Severity
from lems_guard.screening.judge import Doubt
from lems_guard.screening.situation import Situation


class Question(NamedTuple):
    """A fact that is not known, and what a rule could say if it were.

    `order` is the order that the fact is one of, by its list and id, in which orders are sorted.
    """

    fact: str
    rule_id: str
    worst: Severity
    order: tuple[MedicationList, str] | None


def question_of(rule: Rule, exposure: Exposure, doubt: Doubt, situation: Situation) -> Question:
    """What a doubt makes one ask, and of which order."""
    fact, place = name_of(doubt.lack), None
    if isinstance(doubt.lack, Elsewhere):
        place = doubt.lack.order
    elif FACTS[fact].of_order:
        place = exposure.order
    order = None
    if place is not None:
        medication, _ = situation.request.orders[place]
        order = medication.list, medication.id
    return Question(fact, rule.id, doubt.severity, order)


def gaps_of(questions: Iterable[Question]) -> tuple[Gap, ...]:
    """One gap for each fact, gravest first."""
    by_fact: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        by_fact[question.fact].append(question)
    gaps = [_gap(fact, asked) for fact, asked in by_fact.items()]
    return tuple(sorted(gaps, key=lambda gap: (-gap.worst, gap.fact)))


def _gap(fact: str, asked: list[Question]) -> Gap:
    orders = sorted({question.order for question in asked if question.order})
    return Gap(
        fact,
        tuple(sorted({question.rule_id for question in asked})),
        max(question.worst for question in asked),
        FACTS[fact].ask,
        tuple(medication_id for _, medication_id in orders),
    )
