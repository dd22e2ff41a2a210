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
        "classes_of",
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
        self.classes_of = knowledge.classes_of
        self.exposures = tuple(exposures_of(request))
        self.by_ingredient: dict[str, list[Exposure]] = defaultdict(list)
        self.by_class: dict[str, list[Exposure]] = defaultdict(list)
        self._order_facts: dict[tuple[int, str], Facts] = {}
        for exposure in self.exposures:
            self.by_ingredient[exposure.ingredient.name].append(exposure)
            for name in self.classes_of.get(exposure.ingredient.name, NO_CLASSES):
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

    def is_renewed(self, exposure: Exposure) -> bool | None:
        """Whether an active order has a proposed one for the same drug: a renewal, a new dose.

        `None` where that depends on what an ambiguous order means.
        """
        if self.order_of(exposure).list is not MedicationList.ACTIVE:
            return False
        renewals = [
            other
            for other in self.by_ingredient[exposure.ingredient.name]
            if self.order_of(other).list is MedicationList.PROPOSED
        ]
        return True if any(other.sure for other in renewals) else None if renewals else False

    def are_together(self, exposure: Exposure, other: Exposure) -> bool:
        """Whether two exposures can both be true: not so in two readings of the same order."""
        if exposure.order != other.order or exposure.sure:
            return True
        both = {exposure.ingredient.name, other.ingredient.name}
        readings = self.request.orders[exposure.order][1].readings
        return any(both <= {each.name for each in reading} for reading in readings)

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
        taken_already = any(
            _is_given(exposure, other) and self.order_of(other).list is MedicationList.ACTIVE
            for other in self.by_ingredient[exposure.ingredient.name]
        )
        return Phase.CONTINUE if taken_already else None

    def _daily_dose(self, exposure: Exposure, lists: frozenset[MedicationList]) -> Span:
        """The sum over all orders of the drug in these lists: split regimens count together.

        An order that may be of another drug may add nothing.
        """
        total = Span(0.0, 0.0)
        for other in self.by_ingredient[exposure.ingredient.name]:
            order, understood = self.request.orders[other.order]
            if order.list in lists:
                daily = daily_dose(understood)
                if not _is_given(exposure, other):
                    daily = Span(0.0, daily.high, (*daily.roots, "identity"))
                total = _sum(total, daily)
        return total

    def _days_since_stopped(self, order: Medication) -> FactValue:
        if order.stopped_on is None:
            return Unknown(("stopped_on",))
        days = float((self.request.as_of - order.stopped_on).days)
        return Span(days, days)


def _is_given(exposure: Exposure, other: Exposure) -> bool:
    """Whether, given one exposure to a drug, another to the same drug is certain as well."""
    return other.sure or other.order == exposure.order


def exposures_of(request: ScreeningRequest) -> Iterator[Exposure]:
    """Every ingredient of every reading of every order, in the request's order."""
    for index, (_, understood) in enumerate(request.orders):
        readings = understood.readings
        sure = understood.disposition is not Disposition.AMBIGUOUS and len(readings) <= 1
        seen = set()
        for reading in readings:
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
