"""The facts of one request, arranged as rules ask for them: per patient, per order, per drug."""

import math
from collections import defaultdict
from collections.abc import Iterator

from lems_guard.clinical.alert import Exposure, ScreeningRequest
from lems_guard.clinical.facts import Answer, Facts, FactValue, Span, Unknown
from lems_guard.clinical.medication import (
    Disposition,
    Medication,
    MedicationList,
    Phase,
    Understood,
)
from lems_guard.clinical.patient import Patient
from lems_guard.screening.knowledge_base import NO_CLASSES, KnowledgeBase

DOSE_UNKNOWN = Unknown(("dose",))


class Situation:
    """One request against one knowledge base: its exposures, and the facts of each."""

    __slots__ = (
        "_order_facts",
        "by_class",
        "by_ingredient",
        "exposures",
        "patient",
        "patient_facts",
        "request",
    )

    def __init__(self, request: ScreeningRequest, knowledge: KnowledgeBase) -> None:
        """Lay out the current and stopped exposures; facts of orders are worked out when asked."""
        self.request = request
        self.patient = request.patient.with_implications()
        self.patient_facts = facts_of_patient(self.patient, request)
        self.exposures = tuple(exposures_of(request))
        self.by_ingredient: dict[str, list[Exposure]] = defaultdict(list)
        self.by_class: dict[str, list[Exposure]] = defaultdict(list)
        self._order_facts: dict[tuple[int, str], Facts] = {}
        for exposure in self.exposures:
            self.by_ingredient[exposure.ingredient.name].append(exposure)
            for name in knowledge.classes_of.get(exposure.ingredient.name, NO_CLASSES):
                self.by_class[name].append(exposure)

    def order_of(self, exposure: Exposure) -> Medication:
        """The order line an exposure comes from."""
        return self.request.orders[exposure.order][0]

    def facts_of(self, exposure: Exposure) -> Facts:
        """Every fact that a condition may read about an exposure and its patient."""
        key = (exposure.order, exposure.ingredient.name)
        if key not in self._order_facts:
            self._order_facts[key] = self.patient_facts | self._facts_of_order(exposure)
        return self._order_facts[key]

    def is_listed(self, ingredient: str, medication_list: MedicationList) -> bool:
        """Whether the ingredient is in an order of that list."""
        return any(
            self.order_of(exposure).list is medication_list
            for exposure in self.by_ingredient[ingredient]
        )

    def _facts_of_order(self, exposure: Exposure) -> dict[str, FactValue]:
        order, understood = self.request.orders[exposure.order]
        return {
            "list": order.list,
            "phase": self._phase(order, exposure),
            "as_needed": understood.as_needed,
            "single_dose_mg": single_dose(understood),
            "daily_dose_mg": self._daily_dose(exposure, frozenset({order.list})),
            "combined_daily_dose_mg": self._daily_dose(
                exposure, frozenset({MedicationList.PROPOSED, MedicationList.ACTIVE})
            ),
            "days_since_stopped": self._days_since_stopped(order),
        }

    def _phase(self, order: Medication, exposure: Exposure) -> Phase | None:
        if order.phase is not None or order.list is MedicationList.STOPPED:
            return order.phase
        taken_already = self.is_listed(exposure.ingredient.name, MedicationList.ACTIVE)
        return Phase.CONTINUE if taken_already else None

    def _daily_dose(self, exposure: Exposure, lists: frozenset[MedicationList]) -> Span:
        """The sum over all orders of the drug in these lists: split regimens count together."""
        total = Span(0.0, 0.0)
        seen: set[int] = set()
        for other in self.by_ingredient[exposure.ingredient.name]:
            order, understood = self.request.orders[other.order]
            if order.list in lists and other.order not in seen:
                seen.add(other.order)
                total = _sum(total, daily_dose(understood))
        return total

    def _days_since_stopped(self, order: Medication) -> FactValue:
        if order.stopped_on is None:
            return Unknown(("stopped_on",))
        days = float((self.request.as_of - order.stopped_on).days)
        return Span(days, days)


def exposures_of(request: ScreeningRequest) -> Iterator[Exposure]:
    """Every ingredient of every reading of every order, in the request's order."""
    for index, (_, understood) in enumerate(request.orders):
        sure = understood.disposition is not Disposition.AMBIGUOUS
        seen = set()
        for reading in understood.readings:
            for ingredient in reading:
                if ingredient.name not in seen:
                    seen.add(ingredient.name)
                    yield Exposure(ingredient, understood.route, index, sure)


def facts_of_patient(patient: Patient, request: ScreeningRequest) -> dict[str, FactValue]:
    """The patient's facts by name, with the jurisdiction beside them."""
    facts: dict[str, FactValue] = {name: getattr(patient, name) for name in Patient.__slots__}
    facts["jurisdiction"] = request.jurisdiction
    return facts


def single_dose(understood: Understood) -> FactValue:
    """One dose in mg; unknown for a combination, whose dose says nothing of each part."""
    if understood.dose is None or any(len(reading) > 1 for reading in understood.readings):
        return DOSE_UNKNOWN
    milligrams = understood.dose.milligrams()
    return DOSE_UNKNOWN if milligrams is None else Span(milligrams, milligrams)


def daily_dose(understood: Understood) -> Span:
    """One order's daily dose in mg: open upwards when taken as needed or frequency is unknown."""
    single = single_dose(understood)
    per_day = understood.doses_per_day
    roots = () if isinstance(single, Span) else ("dose",)
    if per_day is None or understood.as_needed is Answer.YES:
        return Span(0.0, math.inf, (*roots, "doses_per_day"))
    if not isinstance(single, Span):
        return Span(0.0, math.inf, roots)
    return Span(single.low * per_day, single.high * per_day)


def _sum(left: Span, right: Span) -> Span:
    roots = tuple(sorted({*left.roots, *right.roots}))
    return Span(left.low + right.low, left.high + right.high, roots)
