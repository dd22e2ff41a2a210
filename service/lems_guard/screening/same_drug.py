"""All exposures to one drug, and what they tell together: worked out once for all of them.

A list may hold one drug hundreds of times. What each of its orders asks of the others is the same
but for its own part, so it is gathered once and each order's part is told apart.
"""

import datetime
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from lems_guard.clinical.alert import Exposure
from lems_guard.clinical.facts import Elsewhere, FactValue, Interval, Lack
from lems_guard.clinical.medication import (
    CHEMICAL_NAME,
    Medication,
    MedicationList,
    Phase,
    Understood,
)
from lems_guard.screening.amounts import WEIGHT_UNKNOWN

# An amount of an order, for a patient of some weight.
Amount: TypeAlias = Callable[[Understood, FactValue], Interval]
Lists: TypeAlias = frozenset[MedicationList]


PROPOSED, ACTIVE = MedicationList.PROPOSED, MedicationList.ACTIVE
BOTH = frozenset({PROPOSED, ACTIVE})
NOTHING: frozenset[int] = frozenset()


class Others(NamedTuple):
    """Orders by their places, and whether one of them is sure."""

    orders: frozenset[int]
    has_sure: bool


class SameDrug:
    """All exposures to one drug, in the request's order."""

    __slots__ = ("_exposures", "_lists", "_orders", "_others", "_sums", "_sure_lists", "_weight_kg")

    def __init__(
        self,
        exposures: Sequence[Exposure],
        orders: Sequence[tuple[Medication, Understood]],
        weight_kg: FactValue,
    ) -> None:
        """`orders` are all of the request, to which the exposures point."""
        self._exposures = exposures
        self._orders = orders
        self._weight_kg = weight_kg
        self._lists = {orders[each.order][0].list for each in exposures}
        self._sure_lists = {orders[each.order][0].list for each in exposures if each.sure}
        self._sums: dict[tuple[Lists, Amount], DrugSum] = {}
        self._others: dict[tuple[Lists, str], Others] = {}

    def stands_in(self, lists: Lists) -> bool:
        """Whether an order of these lists holds the drug, or may."""
        return not lists.isdisjoint(self._lists)

    def surely_stands_in(self, lists: Lists) -> bool:
        """Whether an order of these lists holds the drug for certain."""
        return not lists.isdisjoint(self._sure_lists)

    def ends_on(self, day: datetime.date) -> bool:
        """Whether an order of the drug ends on this day: a new one beside it is a change."""
        return any(
            order.list is MedicationList.STOPPED and order.stopped_on in {None, day}
            for order in (self._orders[each.order][0] for each in self._exposures)
        )

    def sum(self, lists: Lists, amount: Amount) -> "DrugSum":
        """An amount summed over the orders of these lists; what is renewed counts once."""
        found = self._sums.get((lists, amount))
        if found is None:
            renewed = self._renewed() if lists >= BOTH else NOTHING
            parts = [
                (each, amount(self._orders[each.order][1], self._weight_kg))
                for each in self._in(lists)
                if each.order not in renewed
            ]
            found = self._sums[lists, amount] = DrugSum(parts)
        return found

    def other_products(self, lists: Lists, product: str) -> Others:
        """The orders of these lists that go by the name of another product than this one."""
        found = self._others.get((lists, product))
        if found is None:
            others = [
                each
                for each in self._in(lists)
                if are_two_products(product, self._orders[each.order][1].product)
            ]
            found = self._others[lists, product] = Others(
                frozenset(each.order for each in others), any(each.sure for each in others)
            )
        return found

    def _in(self, lists: Lists) -> Iterable[Exposure]:
        return (each for each in self._exposures if self._orders[each.order][0].list in lists)

    def _renewed(self) -> frozenset[int]:
        """The active orders that a proposed one renews: an equal one, or one sent as going on."""
        placed = [(each.order, *self._orders[each.order]) for each in self._exposures if each.sure]
        proposed = [(order, read) for _, order, read in placed if order.list is PROPOSED]
        active = [(place, read) for place, order, read in placed if order.list is ACTIVE]
        if any(order.phase is Phase.CONTINUE for order, _ in proposed):
            return frozenset(place for place, _ in active)
        renewals = Counter(_regimen(read) for _, read in proposed)
        renewed = set()
        for place, read in active:
            regimen = _regimen(read)
            if regimen is not None and renewals[regimen] > 0:
                renewals[regimen] -= 1
                renewed.add(place)
        return frozenset(renewed)


def _regimen(understood: Understood) -> tuple[object, ...] | None:
    """What makes two orders of a drug equal: how it is called, the dose, how often.

    `None` where dose or frequency is not known: nobody can tell that it is the same.
    """
    amount = understood.dose.milligrams() if understood.dose is not None else None
    if amount is None or understood.doses_per_day is None:
        return None
    is_chemical = understood.product == CHEMICAL_NAME
    return (is_chemical, understood.as_needed, amount, understood.doses_per_day)


class DrugSum:
    """An amount over all orders of a drug in some lists: split regimens count together.

    An order that may be of another drug may add nothing.
    """

    __slots__ = ("_high", "_in_doubt", "_lacking", "_parts", "_sure_low", "_unsure", "_weight")

    def __init__(self, parts: Iterable[tuple[Exposure, Interval]]) -> None:
        """Add up what each order adds, and gather what each lacks."""
        self._sure_low = self._high = 0.0
        self._in_doubt = False
        self._parts: dict[int, Interval] = {}
        self._weight: tuple[Lack, ...] = ()
        self._unsure: set[int] = set()
        lacking: dict[str, set[int]] = defaultdict(set)
        for exposure, part in parts:
            self._parts[exposure.order] = part
            self._high += part.high
            self._in_doubt |= part.in_doubt
            if exposure.sure:
                self._sure_low += part.low
            else:
                self._unsure.add(exposure.order)
                lacking["identity"].add(exposure.order)
            for root in part.roots:
                if root in WEIGHT_UNKNOWN.roots:
                    self._weight = WEIGHT_UNKNOWN.roots
                elif isinstance(root, str):
                    lacking[root].add(exposure.order)
        self._lacking = [(fact, frozenset(orders)) for fact, orders in lacking.items()]

    def seen_from(self, exposure: Exposure) -> Interval:
        """The sum as one of the orders has it, which is sure of itself and knows what it lacks."""
        own, low = self._parts.get(exposure.order), self._sure_low
        if own is not None and exposure.order in self._unsure:
            low += own.low
        roots = (*(own.roots if own is not None else ()), *self._weight, *self._elsewhere(exposure))
        # What is open upwards is asked for: no reading of another order makes it an alert.
        in_doubt = self._in_doubt and math.isfinite(self._high)
        return Interval(low, self._high, tuple(dict.fromkeys(roots)), in_doubt)

    def _elsewhere(self, exposure: Exposure) -> Iterable[Elsewhere]:
        for fact, orders in self._lacking:
            if exposure.order not in orders:
                yield Elsewhere(fact, orders)
            elif len(orders) > 1:
                yield Elsewhere(fact, orders, exposure.order)


def are_two_products(one: str, other: str) -> bool:
    """Whether two names, where they are no INN, name different products."""
    return one != other and (bool(one and other) or CHEMICAL_NAME in {one, other})
