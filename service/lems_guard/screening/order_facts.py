"""The facts of one order, each worked out when a rule first asks for it."""

from collections.abc import Callable
from typing import ClassVar

from lems_guard.clinical.alert import Exposure, ScreeningRequest
from lems_guard.clinical.dose import DoseBasis
from lems_guard.clinical.facts import Elsewhere, FactValue, Interval, Unknown, YesNo
from lems_guard.clinical.indication import Use
from lems_guard.clinical.medication import MedicationList, Phase, Understood
from lems_guard.screening.amounts import (
    PHASE,
    daily_dose,
    doses_per_day,
    how_often,
    is_in_doubt,
    over,
    single_dose,
    single_dose_per_kg,
    times,
    total,
    whole_day,
)
from lems_guard.screening.same_drug import Lists, SameDrug

NO_STEP = Interval(0.0, 0.0)
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
        same_drug: SameDrug,
        request: ScreeningRequest,
    ) -> None:
        """`same_drug` tells of all exposures to the same drug, this one included."""
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

    def _as_needed(self) -> YesNo | None:
        return self._request.orders[self._exposure.order][1].as_needed

    def _single_dose(self) -> FactValue:
        return single_dose(self._request.orders[self._exposure.order][1], self["weight_kg"])

    def _single_dose_per_kg(self) -> FactValue:
        per_kg = single_dose_per_kg(self._request.orders[self._exposure.order][1])
        if per_kg is not None:
            return per_kg
        return over(self["single_dose_mg"], self["weight_kg"])

    def _daily_dose_per_kg(self) -> FactValue:
        """Of this order alone."""
        understood = self._request.orders[self._exposure.order][1]
        if whole_day(understood, self["weight_kg"]) is not None:
            return over(self._daily_dose_of_order(), self["weight_kg"])
        return times(self["single_dose_mg_per_kg"], self["doses_per_day"])

    def _daily_dose_of_order(self) -> Interval:
        return daily_dose(self._request.orders[self._exposure.order][1], self["weight_kg"])

    def _doses_per_day(self) -> FactValue:
        return doses_per_day(self._request.orders[self._exposure.order][1])

    def _indication(self) -> Use | None:
        return self._request.orders[self._exposure.order][1].use

    def _dose_basis(self) -> DoseBasis | None:
        return self._request.orders[self._exposure.order][1].dose_basis

    def _phase(self) -> Phase | None:
        order, understood = self._request.orders[self._exposure.order]
        if is_in_doubt(understood, PHASE):
            return None
        told = order.phase or understood.phase
        if told is not None or order.list is MedicationList.STOPPED:
            return told
        goes_on = self._surely_stands_in(ACTIVE) or self._same_drug.ends_on(self._request.as_of)
        return Phase.CONTINUE if goes_on else None

    def _daily_dose_here(self) -> Interval:
        return self._daily_dose(frozenset({self._list()}))

    def _daily_dose_everywhere(self) -> Interval:
        return self._daily_dose(CURRENT)

    def _dose_step(self) -> Interval:
        """By how much the proposed daily dose differs from the active one.

        No step where the drug does not stand in both lists. Where that is open, both may be.
        """
        same_drug = self._same_drug
        if not (same_drug.stands_in(ONLY_PROPOSED) and same_drug.stands_in(ONLY_ACTIVE)):
            return NO_STEP
        after, before = self._daily_dose(ONLY_PROPOSED), self._daily_dose(ONLY_ACTIVE)
        taken = Interval(-before.high, -before.low, before.roots, before.in_doubt)
        step = total(after, taken)
        if self._surely_stands_in(PROPOSED) and self._surely_stands_in(ACTIVE):
            return step
        return Interval(min(step.low, 0.0), max(step.high, 0.0), step.roots, step.in_doubt)

    def _surely_stands_in(self, medication_list: MedicationList) -> bool:
        """Whether the drug does for certain, given that this order holds it."""
        if self._list() is medication_list:
            return True
        return self._same_drug.surely_stands_in(frozenset({medication_list}))

    def _daily_dose(self, lists: Lists) -> Interval:
        return self._same_drug.sum(lists, daily_dose).seen_from(self._exposure)

    def _doses_per_day_in_list(self) -> Interval:
        return self._same_drug.sum(frozenset({self._list()}), _how_often).seen_from(self._exposure)

    def _other_product(self) -> FactValue:
        """Whether another current order of the drug goes by the name of another product.

        The INN stands for any licensed product, not for what goes by the chemical name.
        """
        mine = self._request.orders[self._exposure.order][1].product
        others = self._same_drug.other_products(CURRENT, mine)
        if not others.orders:
            return YesNo.NO
        return YesNo.YES if others.has_sure else Unknown((Elsewhere("identity", others.orders),))

    def _days_since_stopped(self) -> FactValue:
        stopped_on = self._request.orders[self._exposure.order][0].stopped_on
        if stopped_on is None:
            return Unknown(("stopped_on",))
        days = float((self._request.as_of - stopped_on).days)
        return Interval(days, days)

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
        "list_doses_per_day": _doses_per_day_in_list,
        "dose_basis": _dose_basis,
        "indication": _indication,
        "other_product": _other_product,
        "partner_phase": _without_partners,
        "partner_indication": _without_partners,
        "partner_daily_dose_mg": _without_partners,
        "days_since_stopped": _days_since_stopped,
    }


def _how_often(understood: Understood, _weight_kg: FactValue) -> Interval:
    return how_often(understood)
