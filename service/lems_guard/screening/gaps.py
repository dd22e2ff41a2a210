"""Gaps: what was not known and would change something, gathered over all drugs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from lems_guard.clinical.alert import Exposure, Gap
from lems_guard.clinical.fact_table import FACTS
from lems_guard.clinical.facts import Elsewhere
from lems_guard.clinical.medication import Medication, Understood
from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Severity
from lems_guard.screening.judge import Possibility

Order: TypeAlias = tuple[Medication, Understood]

OF_THE_PATIENT: frozenset[int] = frozenset()


class OpenQuestion(NamedTuple):
    """A fact that is not known, and what a rule could say if it were.

    `orders` are the places of those that the fact is one of, all `but` one; none for the patient's.
    """

    fact: str
    rule_id: str
    worst: Severity
    orders: frozenset[int]
    but: int | None = None


def question_of(rule: Rule, exposure: Exposure, doubt: Possibility) -> OpenQuestion:
    """What a doubt makes one ask, and of which orders."""
    if isinstance(doubt.lack, Elsewhere):
        return OpenQuestion(doubt.lack.fact, rule.id, doubt.severity, *doubt.lack[1:])
    is_of_order = FACTS[doubt.lack].of_order
    orders = frozenset({exposure.order}) if is_of_order else OF_THE_PATIENT
    return OpenQuestion(doubt.lack, rule.id, doubt.severity, orders)


def gaps_of(questions: Iterable[OpenQuestion], orders: Sequence[Order]) -> tuple[Gap, ...]:
    """One gap for each fact, gravest first."""
    by_fact: dict[str, list[OpenQuestion]] = defaultdict(list)
    for question in questions:
        by_fact[question.fact].append(question)
    gaps = [_gap(fact, asked, orders) for fact, asked in by_fact.items()]
    return tuple(sorted(gaps, key=lambda gap: (-gap.worst, gap.fact)))


def _gap(fact: str, asked: list[OpenQuestion], orders: Sequence[Order]) -> Gap:
    concerned = sorted((orders[place][0].list, orders[place][0].id) for place in _places(asked))
    return Gap(
        fact,
        tuple(sorted({question.rule_id for question in asked})),
        max(question.worst for question in asked),
        FACTS[fact].ask,
        tuple(medication_id for _, medication_id in concerned),
    )


def _places(asked: list[OpenQuestion]) -> set[int]:
    """The orders that are asked about. Many questions share one set: it is looked at once."""
    without: dict[frozenset[int], set[int | None]] = defaultdict(set)
    for question in asked:
        without[question.orders].add(question.but)
    found: set[int] = set()
    for orders, but in without.items():
        found |= orders if len(but) > 1 else orders - but
    return found
