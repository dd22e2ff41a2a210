"""The facts of one order, each worked out when a rule first asks for it."""

import math
from collections.abc import Callable
from typing import ClassVar

from lems_guard.clinical.alert import Exposure, ScreeningRequest
from lems_guard.clinical.facts import Answer, FactValue, Span, Unknown
from lems_guard.clinical.medication import MedicationList, Phase, Understood

DOSE_UNKNOWN = Unknown(("dose",))
ACTIVE = MedicationList.ACTIVE
CURRENT = frozenset({MedicationList.PROPOSED, ACTIVE})


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
        return single_dose(self._request.orders[self._exposure.order][1])

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

    def _daily_dose(self, lists: frozenset[MedicationList]) -> Span:
        """The sum over all orders of the drug in these lists: split regimens count together.

        An order that may be of another drug may add nothing.
        """
        total = Span(0.0, 0.0)
        for other in self._same_drug:
            order, understood = self._request.orders[other.order]
            if order.list in lists:
                daily = daily_dose(understood)
                if not is_given(self._exposure, other):
                    daily = Span(0.0, daily.high, (*daily.roots, "identity"))
                total = _sum(total, daily)
        return total

    def _days_since_stopped(self) -> FactValue:
        stopped_on = self._request.orders[self._exposure.order][0].stopped_on
        if stopped_on is None:
            return Unknown(("stopped_on",))
        days = float((self._request.as_of - stopped_on).days)
        return Span(days, days)

    _WORKED_OUT: ClassVar[dict[str, Callable[["OrderFacts"], FactValue]]] = {
        "list": _list,
        "phase": _phase,
        "as_needed": _as_needed,
        "single_dose_mg": _single_dose,
        "daily_dose_mg": _daily_dose_here,
        "combined_daily_dose_mg": _daily_dose_everywhere,
        "days_since_stopped": _days_since_stopped,
    }


def is_given(exposure: Exposure, other: Exposure) -> bool:
    """Whether, given one exposure to a drug, another to the same drug is certain as well."""
    return other.sure or other.order == exposure.order


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
    roots = tuple(sorted({*left.roots, *right.roots})) if left.roots or right.roots else ()
    return Span(left.low + right.low, left.high + right.high, roots)
