"""Amounts of one order in mg: a dose, a day's doses, for each kg; ranges where a part is open."""

import math
from collections.abc import Iterable

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.facts import FactValue, Interval, Lack, Unknown, YesNo
from lems_guard.clinical.medication import Understood

# The fields of a doubt.
DOSE, TIMES, PHASE = "dose", "doses_per_day", "phase"
DOSE_UNKNOWN = Unknown(("dose",))
WEIGHT_UNKNOWN = Unknown(("weight_kg",))
PER_DAY_UNKNOWN = Unknown(("doses_per_day",))
# "As needed" is known: what is not is how much that comes to, so nobody asks for a frequency.
AS_NEEDED = Unknown(("expected_daily_maximum",))


def single_dose(understood: Understood, weight_kg: FactValue) -> FactValue:
    """One dose in mg; unknown for a combination, whose dose says nothing of each part.

    Where several readings of the dose are in doubt it lies between the least and the largest.
    """
    if understood.dose is None or any(len(reading) > 1 for reading in understood.readings):
        return DOSE_UNKNOWN
    found = _one_dose(understood.dose, understood, weight_kg)
    if not is_in_doubt(understood, DOSE) or not isinstance(found, Interval):
        return found
    others = [_one_dose(dose, understood, weight_kg) for dose in understood.other_doses]
    return _between((found, *others), DOSE_UNKNOWN.roots)


def _one_dose(dose: Dose, understood: Understood, weight_kg: FactValue) -> FactValue:
    """One reading of a dose in mg."""
    a_day = _of_day(dose, weight_kg)
    if a_day is not None:
        return _part_of(a_day, doses_per_day(understood)) if isinstance(a_day, Interval) else a_day
    milligrams, per_kg = dose.milligrams(), dose.milligrams_per_kg()
    if milligrams is not None:
        return Interval(milligrams, milligrams)
    if per_kg is None:
        return DOSE_UNKNOWN
    return times(Interval(per_kg, per_kg), weight_kg or WEIGHT_UNKNOWN)


def is_in_doubt(understood: Understood, field: str) -> bool:
    """Whether it is in doubt what an order says of something, though it says it."""
    return any(doubt.field == field for doubt in understood.doubts)


def _between(values: Iterable[FactValue], roots: tuple[Lack, ...]) -> Interval:
    """From the least to the largest of several readings, all of which may be meant."""
    spans = [value for value in values if isinstance(value, Interval)]
    lacks = [root for span in spans for root in span.roots]
    return Interval(
        min(span.low for span in spans),
        max(span.high for span in spans),
        tuple(dict.fromkeys((*roots, *lacks))),
        in_doubt=True,
    )


def _of_day(dose: Dose, weight_kg: FactValue) -> FactValue:
    """The mg of a whole day, where the dose is that of a day; `None` where it is a single one."""
    a_day, per_kg = dose.milligrams_per_day(), dose.milligrams_per_kg_per_day()
    if a_day is not None:
        return Interval(a_day, a_day)
    if per_kg is None:
        return None
    return times(Interval(per_kg, per_kg), weight_kg or WEIGHT_UNKNOWN)


def _part_of(a_day: Interval, per_day: FactValue) -> Interval:
    """One of the doses of a whole day; anything up to it where nobody said how many there are."""
    if isinstance(per_day, Interval) and per_day.low > 0:
        return Interval(a_day.low / per_day.high, a_day.high / per_day.low, a_day.roots)
    return Interval(0.0, a_day.high, (*DOSE_UNKNOWN.roots, *a_day.roots))


def single_dose_per_kg(understood: Understood) -> Interval | None:
    """One dose in mg for each kg, where it is given so; `None` where it is not."""
    doses = [dose for dose in (understood.dose, *understood.other_doses) if dose is not None]
    found = [dose.milligrams_per_kg() for dose in doses]
    known = [each for each in found if each is not None]
    if not known or len(known) < len(found):
        return None
    if not is_in_doubt(understood, DOSE):
        return Interval(known[0], known[0])
    return Interval(min(known), max(known), DOSE_UNKNOWN.roots, in_doubt=True)


def doses_per_day(understood: Understood) -> FactValue:
    """How many doses a day; unknown when taken as needed, but for a maximum that is named."""
    per_day = understood.doses_per_day
    if understood.as_needed is YesNo.YES:
        most = understood.most_per_day
        return AS_NEEDED if most is None else Interval(0.0, most, AS_NEEDED.roots)
    if per_day is None:
        return PER_DAY_UNKNOWN
    if not is_in_doubt(understood, TIMES):
        return Interval(per_day, per_day)
    ends = per_day, *understood.other_per_day
    return Interval(min(ends), max(ends), PER_DAY_UNKNOWN.roots, in_doubt=True)


def how_often(understood: Understood) -> Interval:
    """One order's doses a day: open upwards when taken as needed or not told."""
    per_day = doses_per_day(understood)
    return (
        per_day
        if isinstance(per_day, Interval)
        else Interval(0.0, math.inf, missing_lacks(per_day))
    )


def daily_dose(understood: Understood, weight_kg: FactValue) -> Interval:
    """One order's daily dose in mg: open upwards when taken as needed or frequency is unknown."""
    as_needed = understood.as_needed is YesNo.YES
    single = single_dose(understood, weight_kg)
    a_day = whole_day(understood, weight_kg) if isinstance(single, Interval) else None
    if a_day is not None:
        return Interval(0.0, a_day.high, AS_NEEDED.roots) if as_needed else a_day
    daily = times(single, doses_per_day(understood))
    limit = understood.daily_limit.milligrams() if understood.daily_limit is not None else None
    if as_needed and limit is not None:
        high = min(limit, daily.high) if isinstance(daily, Interval) else limit
        return Interval(0.0, high, AS_NEEDED.roots)
    return daily if isinstance(daily, Interval) else Interval(0.0, math.inf, missing_lacks(daily))


def whole_day(understood: Understood, weight_kg: FactValue) -> Interval | None:
    """The mg of a whole day where they are said, or the sum of doses that are not alike."""
    if understood.daily is not None:
        total_mg = understood.daily.milligrams()
        if total_mg is not None:
            return Interval(total_mg, total_mg, DOSE_UNKNOWN.roots, in_doubt=True)
    if understood.dose is None:
        return None
    found = [_of_day(dose, weight_kg) for dose in (understood.dose, *understood.other_doses)]
    if not isinstance(found[0], Interval):
        return None
    return _between(found, DOSE_UNKNOWN.roots) if is_in_doubt(understood, DOSE) else found[0]


def times(one: FactValue, other: FactValue) -> FactValue:
    """The product of two amounts; what either lacks where one of them is not known."""
    if isinstance(one, Interval) and isinstance(other, Interval):
        doubt = one.in_doubt or other.in_doubt
        roots = (*one.roots, *other.roots)
        return Interval(one.low * other.low, one.high * other.high, roots, doubt)
    return Unknown((*missing_lacks(one), *missing_lacks(other)))


def over(amount: FactValue, weight_kg: FactValue) -> FactValue:
    """An amount for each kg of body weight; an unknown amount is asked for before the weight."""
    if not isinstance(amount, Interval):
        return amount
    if not isinstance(weight_kg, Interval):
        return WEIGHT_UNKNOWN
    low, high = amount.low / weight_kg.high, amount.high / weight_kg.low
    return Interval(low, high, amount.roots, amount.in_doubt)


def missing_lacks(value: FactValue) -> tuple[Lack, ...]:
    """What a value lacks in order to be known; nothing where it is."""
    return value.roots if isinstance(value, (Interval, Unknown)) else ()


def total(left: Interval, right: Interval) -> Interval:
    """Two amounts together."""
    roots = (*left.roots, *right.roots)
    doubt = left.in_doubt or right.in_doubt
    return Interval(
        left.low + right.low, left.high + right.high, tuple(dict.fromkeys(roots)), doubt
    )
