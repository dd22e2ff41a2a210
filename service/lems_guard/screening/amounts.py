"""Amounts of one order in mg: a dose, a day's doses, for each kg; ranges where a part is open."""

import math

from lems_guard.clinical.facts import Answer, FactValue, Lack, Span, Unknown
from lems_guard.clinical.medication import Understood

DOSE_UNKNOWN = Unknown(("dose",))
WEIGHT_UNKNOWN = Unknown(("weight_kg",))
PER_DAY_UNKNOWN = Unknown(("doses_per_day",))
# "As needed" is known: what is not is how much that comes to, so nobody asks for a frequency.
AS_NEEDED = Unknown(("expected_daily_maximum",))


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


def how_often(understood: Understood) -> Span:
    """One order's doses a day: open upwards when taken as needed or not told."""
    per_day = doses_per_day(understood)
    return per_day if isinstance(per_day, Span) else Span(0.0, math.inf, missing_lacks(per_day))


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


def total(left: Span, right: Span) -> Span:
    """Two amounts together."""
    roots = (*left.roots, *right.roots)
    return Span(left.low + right.low, left.high + right.high, tuple(dict.fromkeys(roots)))
