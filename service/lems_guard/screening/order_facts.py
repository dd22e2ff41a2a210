"""The facts of one order, each worked out when a rule first asks for it."""

import math
from collections.abc import Callable
from typing import ClassVar

from lems_guard.clinical.alert import Exposure, ScreeningRequest
from lems_guard.clinical.dose import DoseBasis
from lems_guard.clinical.facts import (
    Answer,
    Elsewhere,
    FactValue,
    Lack,
    Span,
    Unknown,
    name_of,
)
from lems_guard.clinical.indication import NecessaryUse
from lems_guard.clinical.medication import MedicationList, Phase, Understood

DOSE_UNKNOWN = Unknown(("dose",))
WEIGHT_UNKNOWN = Unknown(("weight_kg",))
PER_DAY_UNKNOWN = Unknown(("doses_per_day",))
# "As needed" is known: what is not is how much that comes to, so nobody asks for a frequency.
AS_NEEDED = Unknown(("expected_daily_maximum",))
NO_STEP = Span(0.0, 0.0)
PROPOSED, ACTIVE = MedicationList.PROPOSED, MedicationList.ACTIVE
ONLY_PROPOSED, ONLY_ACTIVE = frozenset({PROPOSED}), frozenset({ACTIVE})
CURRENT = ONLY_PROPOSED | ONLY_ACTIVE


class OrderFacts(dict[str, FactValue]):
    """Every fact that a condition may read about an exposure: the patient's, and its order's.

    Rules read few of an order's facts, so those are computed when they are first looked up.
    """

    __slots__ = ("_exposure", "_request", "_same_drug")

    def __init__(
        self,
        patient_facts: dict[str, FactValue],
        exposure: Exposure,
        same_drug: list[Exposure],
        request: ScreeningRequest,
    ) -> None:
        """`same_drug` holds all exposures to the same drug, this one included."""
        super().__init__(patient_facts)
        self._exposure = exposure
        self._same_drug = same_drug
        self._request = request

    def __missing__(self, fact: str) -> FactValue:
        """Work out a fact of the order, once; `KeyError` where there is no such fact."""
        value = self[fact] = self._WORKED_OUT[fact](self)
        return value

    def _list(self) -> MedicationList:
        return self._request.orders[self._exposure.order][0].list

    def _as_needed(self) -> Answer | None:
        return self._request.orders[self._exposure.order][1].as_needed

    def _single_dose(self) -> FactValue:
        return single_dose(self._request.orders[self._exposure.order][1], self["weight_kg"])

    def _single_dose_per_kg(self) -> FactValue:
        dose = self._request.orders[self._exposure.order][1].dose
        per_kg = dose.milligrams_per_kg() if dose is not None else None
        if per_kg is not None:
            return Span(per_kg, per_kg)
        return over(self["single_dose_mg"], self["weight_kg"])

    def _daily_dose_per_kg(self) -> FactValue:
        """Of this order alone."""
        dose = self._request.orders[self._exposure.order][1].dose
        if dose is not None and dose.milligrams_per_day() is not None:
            return over(self._daily_dose_of_order(), self["weight_kg"])
        return times(self["single_dose_mg_per_kg"], self["doses_per_day"])

    def _daily_dose_of_order(self) -> Span:
        return daily_dose(self._request.orders[self._exposure.order][1], self["weight_kg"])

    def _doses_per_day(self) -> FactValue:
        return doses_per_day(self._request.orders[self._exposure.order][1])

    def _indication(self) -> NecessaryUse | None:
        return self._request.orders[self._exposure.order][1].necessary_use

    def _dose_basis(self) -> DoseBasis | None:
        return self._request.orders[self._exposure.order][1].dose_basis

    def _phase(self) -> Phase | None:
        orders = self._request.orders
        order = orders[self._exposure.order][0]
        if order.phase is not None or order.list is MedicationList.STOPPED:
            return order.phase
        taken_already = any(
            is_given(self._exposure, other) and orders[other.order][0].list is ACTIVE
            for other in self._same_drug
        )
        return Phase.CONTINUE if taken_already else None

    def _daily_dose_here(self) -> Span:
        return self._daily_dose(frozenset({self._list()}))

    def _daily_dose_everywhere(self) -> Span:
        return self._daily_dose(CURRENT)

    def _dose_step(self) -> Span:
        """By how much the proposed daily dose differs from the active one.

        No step where the drug does not stand in both lists. Where that is open, both may be.
        """
        if not (self._stands_in(PROPOSED) and self._stands_in(ACTIVE)):
            return NO_STEP
        after, before = self._daily_dose(ONLY_PROPOSED), self._daily_dose(ONLY_ACTIVE)
        step = _sum(after, Span(-before.high, -before.low, before.roots))
        if self._surely_stands_in(PROPOSED) and self._surely_stands_in(ACTIVE):
            return step
        return Span(min(step.low, 0.0), max(step.high, 0.0), step.roots)

    def _stands_in(self, medication_list: MedicationList) -> bool:
        return any(self._list_of(other) is medication_list for other in self._same_drug)

    def _surely_stands_in(self, medication_list: MedicationList) -> bool:
        return any(
            self._list_of(other) is medication_list and is_given(self._exposure, other)
            for other in self._same_drug
        )

    def _list_of(self, exposure: Exposure) -> MedicationList:
        return self._request.orders[exposure.order][0].list

    def _daily_dose(self, lists: frozenset[MedicationList]) -> Span:
        """The sum over all orders of the drug in these lists: split regimens count together.

        An order that may be of another drug may add nothing.
        """
        total = Span(0.0, 0.0)
        for other in self._same_drug:
            order, understood = self._request.orders[other.order]
            if order.list in lists:
                daily = daily_dose(understood, self["weight_kg"])
                if not is_given(self._exposure, other):
                    daily = Span(0.0, daily.high, (*daily.roots, "identity"))
                if daily.roots and other.order != self._exposure.order:
                    daily = daily._replace(roots=elsewhere(daily.roots, other))
                total = _sum(total, daily)
        return total

    def _days_since_stopped(self) -> FactValue:
        stopped_on = self._request.orders[self._exposure.order][0].stopped_on
        if stopped_on is None:
            return Unknown(("stopped_on",))
        days = float((self._request.as_of - stopped_on).days)
        return Span(days, days)

    def _days_since_last_step(self) -> None:
        """No request says since when the active dose is taken: a raise always leaves it open."""

    def _without_partners(self) -> None:
        """Known only beside partners: see `facts_beside`."""

    _WORKED_OUT: ClassVar[dict[str, Callable[["OrderFacts"], FactValue]]] = {
        "list": _list,
        "phase": _phase,
        "as_needed": _as_needed,
        "single_dose_mg": _single_dose,
        "single_dose_mg_per_kg": _single_dose_per_kg,
        "daily_dose_mg_per_kg": _daily_dose_per_kg,
        "daily_dose_mg": _daily_dose_here,
        "combined_daily_dose_mg": _daily_dose_everywhere,
        "dose_step_mg": _dose_step,
        "days_since_last_step": _days_since_last_step,
        "doses_per_day": _doses_per_day,
        "dose_basis": _dose_basis,
        "indication": _indication,
        "partner_phase": _without_partners,
        "partner_indication": _without_partners,
        "days_since_stopped": _days_since_stopped,
    }


def is_given(exposure: Exposure, other: Exposure) -> bool:
    """Whether, given one exposure to a drug, another to the same drug is certain as well."""
    return other.sure or other.order == exposure.order


def single_dose(understood: Understood, weight_kg: FactValue) -> FactValue:
    """One dose in mg; unknown for a combination, whose dose says nothing of each part."""
    dose = understood.dose
    if dose is None or any(len(reading) > 1 for reading in understood.readings):
        return DOSE_UNKNOWN
    milligrams, per_kg = dose.milligrams(), dose.milligrams_per_kg()
    a_day = dose.milligrams_per_day()
    if a_day is not None:
        return _part_of(a_day, doses_per_day(understood))
    if milligrams is not None:
        return Span(milligrams, milligrams)
    if per_kg is None:
        return DOSE_UNKNOWN
    return times(Span(per_kg, per_kg), weight_kg or WEIGHT_UNKNOWN)


def _part_of(milligrams_a_day: float, per_day: FactValue) -> Span:
    """One of the doses of a whole day; anything up to it where nobody said how many there are."""
    if isinstance(per_day, Span) and per_day.low > 0:
        return Span(milligrams_a_day / per_day.high, milligrams_a_day / per_day.low)
    return Span(0.0, milligrams_a_day, DOSE_UNKNOWN.roots)


def doses_per_day(understood: Understood) -> FactValue:
    """How many doses a day; unknown when taken as needed, however often that may be."""
    if understood.as_needed is Answer.YES:
        return AS_NEEDED
    per_day = understood.doses_per_day
    return PER_DAY_UNKNOWN if per_day is None else Span(per_day, per_day)


def daily_dose(understood: Understood, weight_kg: FactValue) -> Span:
    """One order's daily dose in mg: open upwards when taken as needed or frequency is unknown."""
    single = single_dose(understood, weight_kg)
    a_day = understood.dose.milligrams_per_day() if understood.dose is not None else None
    if a_day is not None and isinstance(single, Span):
        as_needed = understood.as_needed is Answer.YES
        return Span(0.0, a_day, AS_NEEDED.roots) if as_needed else Span(a_day, a_day)
    daily = times(single, doses_per_day(understood))
    return daily if isinstance(daily, Span) else Span(0.0, math.inf, missing_lacks(daily))


def times(one: FactValue, other: FactValue) -> FactValue:
    """The product of two amounts; what either lacks where one of them is not known."""
    if isinstance(one, Span) and isinstance(other, Span):
        return Span(one.low * other.low, one.high * other.high, (*one.roots, *other.roots))
    return Unknown((*missing_lacks(one), *missing_lacks(other)))


def over(amount: FactValue, weight_kg: FactValue) -> FactValue:
    """An amount for each kg of body weight; an unknown amount is asked for before the weight."""
    if not isinstance(amount, Span):
        return amount
    if not isinstance(weight_kg, Span):
        return WEIGHT_UNKNOWN
    return Span(amount.low / weight_kg.high, amount.high / weight_kg.low, amount.roots)


def missing_lacks(value: FactValue) -> tuple[Lack, ...]:
    """What a value lacks in order to be known; nothing where it is."""
    return value.roots if isinstance(value, (Span, Unknown)) else ()


def elsewhere(roots: tuple[Lack, ...], exposure: Exposure) -> tuple[Lack, ...]:
    """What an order lacks, as another order sees it; the patient's weight is one for all."""
    return tuple(
        root if root in WEIGHT_UNKNOWN.roots else Elsewhere(name_of(root), exposure.order)
        for root in roots
    )


def _sum(left: Span, right: Span) -> Span:
    roots = (*left.roots, *right.roots)
    return Span(left.low + right.low, left.high + right.high, tuple(dict.fromkeys(roots)))
