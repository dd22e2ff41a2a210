"""Screening anew only what has changed: a drug is judged again when something near it has.

A patient's list changes by an order at a time and is asked about at every change. What the rules
say of a drug depends on the patient, on the orders that hold it, on those that hold a drug it may
interact with, and on nothing else: no more is laid out for it. While these are the same as at the
patient's last check, so is the opinion.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from lems_guard.clinical.alert import Alert, Gap, Screening, ScreeningRequest
from lems_guard.clinical.medication import Medication, Understood
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.memory import Recent
from lems_guard.screening.screen import (
    Opinion,
    RuleScreener,
    completeness_of,
    concluded,
    notes_of,
    opinion_on,
)
from lems_guard.screening.situation import Situation

Order: TypeAlias = tuple[Medication, Understood]
Concluded: TypeAlias = tuple[tuple[Alert, ...], tuple[Gap, ...]]

# Few enough that the garbage collector walks them in a millisecond.
MOST_PATIENTS = 64
PLAIN = RuleScreener()
NOTHING_FOUND: Concluded = ((), ())


class LastCheck(NamedTuple):
    """What was thought of each drug when a patient was last asked about, and what came of it."""

    request: ScreeningRequest
    knowledge: KnowledgeBase
    opinions: Mapping[str, Opinion]
    concluded: Concluded

    @staticmethod
    def none(request: ScreeningRequest, knowledge: KnowledgeBase) -> "LastCheck":
        """Of this patient, day and place, but of no order."""
        return LastCheck(among(request, ()), knowledge, {}, NOTHING_FOUND)

    def serves(self, request: ScreeningRequest, knowledge: KnowledgeBase) -> bool:
        """Whether it was of the same day and place, by the same knowledge."""
        then = self.request
        return (
            knowledge is self.knowledge
            and request.as_of == then.as_of
            and request.jurisdiction is then.jurisdiction
        )


class RememberingScreener:
    """The same answers as `RuleScreener`, from opinions formed before where nothing changed."""

    __slots__ = ("_checks",)

    def __init__(self) -> None:
        """Remember nothing yet."""
        # By the patient's identity, which none other can come to have while the check is kept.
        self._checks: Recent[int, LastCheck] = Recent(MOST_PATIENTS)

    def screen(self, request: ScreeningRequest, knowledge: KnowledgeBase) -> Screening:
        """Judge what has not been judged in the same surroundings.

        Of a patient who is seen for the first time nothing is remembered: many never come again.
        """
        knowledge = knowledge.on(request.as_of)
        last = self._checks.get(id(request.patient))
        if last is None:
            self._checks.keep(id(request.patient), LastCheck.none(request, knowledge))
            return PLAIN.screen(request, knowledge)
        if not last.serves(request, knowledge):
            last = LastCheck.none(request, knowledge)
        opinions = opinions_on(request, knowledge, last)
        found = last.concluded
        if opinions != last.opinions:
            found = concluded(opinions.values(), knowledge, lambda: Situation(request, knowledge))
        self._checks.keep(id(request.patient), LastCheck(request, knowledge, opinions, found))
        return Screening(*found, completeness_of(request), notes_of(request, knowledge))


def opinions_on(
    request: ScreeningRequest, knowledge: KnowledgeBase, last: LastCheck
) -> dict[str, Opinion]:
    """What is thought of each drug that a rule names, judged again only near a change."""
    changed = orders_by_drug(changes(last.request.orders, request.orders))
    held = orders_by_drug(request.orders)
    opinions = {}
    for drug in held:
        met = knowledge.met_by(drug)
        if not met:
            continue
        known = last.opinions.get(drug) if met.isdisjoint(changed) else None
        if known is None:
            near = {id(order) for other in held.keys() & met for order in held[other]}
            orders = tuple([order for order in request.orders if id(order) in near])
            situation = Situation(among(request, orders), knowledge)
            known = opinion_on(drug, situation, knowledge)
        opinions[drug] = known
    return opinions


def among(request: ScreeningRequest, orders: tuple[Order, ...]) -> ScreeningRequest:
    """The same request of some of its orders."""
    return ScreeningRequest(request.patient, orders, request.jurisdiction, request.as_of)


def changes(before: Sequence[Order], after: Sequence[Order]) -> list[Order]:
    """The orders that came or went, told by identity: to compare them would cost too much."""
    then, now = set(map(id, before)), set(map(id, after))
    gone = [order for order in before if id(order) not in now]
    return gone + [order for order in after if id(order) not in then]


def orders_by_drug(orders: Iterable[Order]) -> dict[str, list[Order]]:
    """The orders that hold each drug, in whichever reading."""
    found: dict[str, list[Order]] = {}
    for order in orders:
        for reading in order[1].readings:
            for ingredient in reading:
                found.setdefault(ingredient.name, []).append(order)
    return found
