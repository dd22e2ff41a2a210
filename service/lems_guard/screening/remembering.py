"""Screening anew only what has changed: a drug is judged again when something near it has.

A patient's list changes by an order at a time and is asked about at every change. What the rules
say of a drug depends on the patient, on the orders that hold it, on those that hold a drug it may
interact with, and on nothing else. While these are the same, so is the opinion.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from lems_guard.clinical.alert import Alert, Gap, Screening, ScreeningRequest
from lems_guard.clinical.medication import Medication, Understood
from lems_guard.clinical.patient import Patient
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.memory import Memory, Recent
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


PLAIN = RuleScreener()


class RememberingScreener:
    """The same answers as `RuleScreener`, from opinions formed before where nothing changed."""

    __slots__ = ("_concluded", "_opinions", "_seen")

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._seen: Recent[int, Patient] = Recent()
        self._opinions: Memory[Opinion] = Memory()
        self._concluded: Memory[Concluded] = Memory()

    def screen(self, request: ScreeningRequest, knowledge: KnowledgeBase) -> Screening:
        """Judge what has not been judged in the same surroundings.

        Of a patient who is seen for the first time nothing is remembered: many never come again.
        """
        if self._seen.get(id(request.patient)) is None:
            self._seen.keep(id(request.patient), request.patient)
            return PLAIN.screen(request, knowledge)
        case = _Case(request, knowledge.on(request.as_of))
        opinions = self._opinions_on(case)
        alerts, gaps = self._concluded.recall(opinions, case.concluded, opinions)
        return Screening(alerts, gaps, completeness_of(request), notes_of(request, case.knowledge))

    def _opinions_on(self, case: "_Case") -> tuple[Opinion, ...]:
        """What is thought of each drug that a rule names, where that is anything."""
        request, knowledge, recall = case.request, case.knowledge, self._opinions.recall
        always = (knowledge, request.patient, request.as_of, request.jurisdiction)
        places = places_by_drug(request.orders)
        opinions = []
        for drug in places:
            met = knowledge.met_by(drug)
            if met:
                near = {place for other in places if other in met for place in places[other]}
                orders = tuple([request.orders[place] for place in sorted(near)])
                opinion = recall((drug, *always, *orders), case.opinion_on, drug)
                if opinion.alert or opinion.questions:
                    opinions.append(opinion)
        return tuple(opinions)


class _Case:
    """One request on one edition, laid out only where something has to be judged."""

    __slots__ = ("_situation", "knowledge", "request")

    def __init__(self, request: ScreeningRequest, knowledge: KnowledgeBase) -> None:
        self.request = request
        self.knowledge = knowledge
        self._situation: Situation | None = None

    def laid_out(self) -> Situation:
        if self._situation is None:
            self._situation = Situation(self.request, self.knowledge)
        return self._situation

    def opinion_on(self, drug: str) -> Opinion:
        return opinion_on(drug, self.laid_out(), self.knowledge)

    def concluded(self, opinions: Sequence[Opinion]) -> Concluded:
        return concluded(opinions, self.knowledge, self.laid_out)


def places_by_drug(orders: Iterable[Order]) -> dict[str, list[int]]:
    """The places of the orders that hold each drug, in whichever reading."""
    found: dict[str, list[int]] = {}
    for place, (_, understood) in enumerate(orders):
        for reading in understood.readings:
            for ingredient in reading:
                found.setdefault(ingredient.name, []).append(place)
    return found
