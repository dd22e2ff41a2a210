"""How much is taken at one time, and in a day: every reading of it, the largest first.

A strength is what one piece holds (`10 mg tablets`), a count how many pieces are taken. What can
be read in two ways is judged both ways.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from lems_guard.clinical.dose import Dose
from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.amounts import may_be_thousands
from lems_guard.terminology.reading.bag import Bag
from lems_guard.terminology.reading.parts import MOST_AT_ONCE, Parts, Take, is_pack, parts_of
from lems_guard.terminology.reading.phrase import Amount, Phrase
from lems_guard.terminology.reading.solutions import millilitre_of
from lems_guard.terminology.reading.times import Times

# A lone amount is the dose where none of these stands in the order.
INTRICATE: Final = frozenset(
    {kinds.COUNT, kinds.BARE, kinds.PATTERN, kinds.MULTIPLE, kinds.DAY, kinds.DAILY, kinds.DIVIDED}
    | {
        kinds.UNSAID,
        kinds.STEP,
        kinds.TOTAL,
        kinds.TIMES,
        kinds.STRENGTH,
        kinds.WEIGHT,
        kinds.WEIGHT_DAY,
        kinds.VOLUME,
    }
)
# Where one piece is taken at a time, the lone amount beside it is the dose as well.
BUT_PIECES: Final = INTRICATE - {kinds.COUNT, kinds.PATTERN}
OF_AMOUNT: Final = (kinds.AMOUNT, kinds.DAY, kinds.STRENGTH, kinds.WEIGHT, kinds.WEIGHT_DAY)
DOSE_KINDS: Final = INTRICATE | {kinds.AMOUNT}
MASSES: Final = {"mg": 1.0, "g": 1000.0, "mcg": 0.001}
WHOLE_DAY: Final = frozenset({"daily", "each day", "every day", "everyday", "taglich", "tgl"})
OVER_DAY: Final = frozenset({"a day", "/ day", "per day", "/ d", "per d", "par jour", "/ jour"})
# With one of these an order is more than the name of a product.
TELLS_TAKING: Final = frozenset(
    {kinds.FREQUENCY, kinds.ROUTE, kinds.SIDE, kinds.COUNT, kinds.PATTERN, kinds.CLOCK, kinds.ONCE}
    | {kinds.MEALS, kinds.WEEKDAY, kinds.INSTRUCTION, kinds.TIMES, kinds.MULTIPLE, kinds.DAY}
    | {kinds.DAILY, kinds.DIVIDED, kinds.TOTAL, kinds.START, kinds.CONTINUE, kinds.WEIGHT}
    | {kinds.WEIGHT_DAY, kinds.DURATION, kinds.VOLUME, kinds.STEP, kinds.THEN}
)
ONE: Final = (1.0, 1.0)
SINGLE: Final = frozenset({0.0, 1.0})
NEARLY: Final = 1e-6
LARGEST: Final = 1e12
RANGE: Final = "a range is given, or amounts that may be taken together"
THOUSANDS: Final = "a number may be parted into thousands, or not: the larger reading is judged"


class Doses(NamedTuple):
    """One dose; `others` are readings that may be meant as well, `doubt` says why.

    `daily` is the amount of a whole day where its doses are not all alike; `counted` tells that
    pieces were counted, `strength` is what one of them holds, `pieces` how
    many are taken where nobody says what one holds.
    """

    dose: Dose | None = None
    others: tuple[Dose, ...] = ()
    daily: Dose | None = None
    doubt: str = ""
    counted: bool = False
    strength: Dose | None = None
    pieces: float | None = None


NOT_SAID: Final = Doses()


def doses_of(
    phrases: list[Phrase], words: list[str], bag: Bag, times: Times, piece: Dose | None
) -> Doses:
    """The dose of one order; `piece` is what a counted piece holds where only one is made."""
    if DOSE_KINDS.isdisjoint(bag):
        return NOT_SAID
    amounts = bag.get(kinds.AMOUNT)
    if amounts is not None and len(amounts) == 1 and BUT_PIECES.isdisjoint(bag):
        plain = _plain(amounts[0].value, bag, times)
        if plain is not NOT_SAID:
            return plain
    parts = parts_of(phrases, words, bag, times, piece or millilitre_of(bag))
    is_unsaid = kinds.UNSAID in bag or is_product(bag)
    doses = NOT_SAID if is_unsaid else _bounded(_read(parts, bag, times, piece))
    if doses.doubt == RANGE and any(may_be_thousands(each, words) for each in _amounts_in(bag)):
        doses = doses._replace(doubt=THOUSANDS)
    if kinds.STEP in bag and doses.dose is not None:
        doses = doses._replace(doubt=doses.doubt or "the dose is changed in steps")
    if len(parts.strengths) == 1:
        _, high, unit = parts.strengths[0]
        return doses._replace(strength=Dose(high, unit))
    return doses


def _amounts_in(bag: Bag) -> Iterator[Phrase]:
    """The amounts of an order, whatever they are given for each of."""
    return (each for kind in OF_AMOUNT for each in bag.get(kind, ()))


def _plain(amount: Amount, bag: Bag, times: Times) -> Doses:
    """A lone amount that is the dose, also where a single piece of it is counted."""
    low, high, unit = amount
    if low != high or times.divided or not 0 < high < LARGEST:
        return NOT_SAID
    dose = Dose(high, unit)
    if INTRICATE.isdisjoint(bag):
        return Doses(strength=dose) if is_product(bag) else Doses(dose)
    if is_pack(bag) or not _is_single(bag):
        return NOT_SAID
    return Doses(dose, counted=True, strength=dose)


def is_product(bag: Bag) -> bool:
    """Whether an order is the name of a product and no more: `metoprolol 25 mg tablet`.

    What a piece holds is then no dose: how many are taken is not said. With a time, a route or an
    instruction the strength is what is taken, as sigs are written; a large number is the pack's.
    """
    if kinds.FORM not in bag or not TELLS_TAKING.isdisjoint(bag):
        return False
    numbers = bag.get(kinds.BARE, ())
    is_list = len(numbers) > 1  # `5, 10 and 20 mg tablets`
    return is_list or all(each.value and each.value[1] > MOST_AT_ONCE for each in numbers)


def _is_single(bag: Bag) -> bool:
    """Whether every count is one: `1 tab`, `1-0-1`."""
    for each in bag.get(kinds.COUNT, ()):
        if each.value != ONE:
            return False
    patterns = bag.get(kinds.PATTERN, ())
    return all(each.value is not None and SINGLE.issuperset(each.value) for each in patterns)


def _read(parts: Parts, bag: Bag, times: Times, piece: Dose | None) -> Doses:
    weights = [each.value for each in bag.get(kinds.WEIGHT, ())]
    weight_days = [each.value for each in bag.get(kinds.WEIGHT_DAY, ())]
    plain = any(take.amounts for take in parts.takes)
    counted = any(take.counts for take in parts.takes)
    if parts.days or (times.divided and (plain or weights) and not counted):
        return _of_day(parts, times, weights)
    if weight_days and not plain:
        return _day_in_parts(weight_days, "/kg", times, ())
    if weights and not plain:
        return _amounts(weights, "/kg", "")
    found = [_at_once(take, parts.strengths) for take in parts.takes]
    if kinds.SIGN in bag and is_pack(bag) and (found or len(set(parts.strengths)) != 1):
        return NOT_SAID
    if not found:
        of_pieces = parts.strengths[len(bag.get(kinds.STRENGTH, ())) :]
        return _murky(_amounts(of_pieces, "", "") if of_pieces else NOT_SAID, parts)
    if times.divided and len(found) == 1:
        found = [_day_of_pieces(found[0], times)]
    doses = _several(found, parts) if len(found) > 1 else found[0]
    if piece is not None and len(found) == 1 and not times.divided:
        doses = _over_the_day(doses, parts, bag, piece)
    return _murky(doses, parts)


def _murky(doses: Doses, parts: Parts) -> Doses:
    if not parts.murky or doses.dose is None:
        return doses
    return doses._replace(doubt=doses.doubt or "a number is not clear")


def _bounded(doses: Doses) -> Doses:
    """No dose where the number is beyond all that can be given, or none at all."""
    told = [dose for dose in (doses.dose, *doses.others, doses.daily) if dose is not None]
    if all(0 < dose.value < LARGEST for dose in told):
        return doses
    return Doses(doubt="an amount is not one that can be given", counted=doses.counted)


def _at_once(take: Take, strengths: tuple[Amount, ...]) -> Doses:
    """One take: its amount, or so many pieces of a strength."""
    unit = _unit((*strengths, *take.amounts))
    counts = sorted({end for count in take.counts for end in count})
    if not unit:
        return Doses(counted=bool(counts), pieces=counts[0] if len(counts) == 1 else None)
    held, amounts = _values(strengths, unit), _values(take.amounts, unit)
    found, doubt = _readings(amounts, counts, held, take)
    unclear = _products(take.unclear, found or held)
    if unclear:
        found, doubt = found | unclear, doubt or "a number is not clear"
    if len(found) > 1 and not doubt:
        doubt = RANGE if _is_range(take) else "more than one amount is given"
    return _ordered(found, unit, doubt, counted=bool(counts))


def _is_range(take: Take) -> bool:
    ends = (*take.counts, *((each.low, each.high) for each in take.amounts))
    return any(low != high for low, high in ends)


def _readings(
    amounts: set[float], counts: list[float], strengths: set[float], take: Take
) -> tuple[set[float], str]:
    """What the amount of one take may be, and what is in doubt."""
    if not counts:
        return _of_parts(amounts, strengths)
    pieces = _products(counts, strengths)
    if strengths or take.is_total:
        return _of_pieces(amounts, pieces, strengths, take)
    together = _products(counts, amounts)
    if take.is_each or counts == [1.0]:
        return together, ""
    if len(amounts) > 1 and _near(max(amounts), max(counts) * min(amounts)):
        return {max(amounts)}, ""
    return amounts | together, "each piece, or all of them together, may hold the amount"


def _of_parts(amounts: set[float], strengths: set[float]) -> tuple[set[float], str]:
    """An amount beside the strength of a piece is so many pieces, or a part of one."""
    quarters = (each / held * 4 for each in amounts for held in strengths if held)
    if all(_near(each, round(each)) for each in quarters):
        return amounts or strengths, ""
    return amounts | strengths, "the amount is not made of such pieces"


def _of_pieces(
    amounts: set[float], pieces: set[float], strengths: set[float], take: Take
) -> tuple[set[float], str]:
    """Pieces of a known strength, or an amount that is said to be that of all of them."""
    if not amounts or (amounts <= strengths and not take.is_total):
        return pieces, ""
    if not pieces or _same(amounts, pieces):
        return amounts, ""
    return amounts | pieces, "the tablets do not make the amount"


def _several(found: list[Doses], parts: Parts) -> Doses:
    """Takes that are not alike: together they make the day, or follow each other."""
    told = [each for each in found if each.dose is not None]
    if not told:
        return found[0]
    doses = {dose for each in told for dose in (each.dose, *each.others) if dose is not None}
    ordered = sorted(doses, key=_weight, reverse=True)
    counted = any(each.counted for each in found)
    if len(ordered) == 1:
        return Doses(ordered[0], counted=counted)
    first, *others = ordered
    daily = None
    moments = all(take.moments for take in parts.takes) and len({d.unit for d in doses}) == 1
    if moments:
        each = zip(found, parts.takes, strict=True)
        amounts = (one.dose.value * take.moments for one, take in each if one.dose is not None)
        daily = Dose(round(sum(amounts), 9), first.unit)
    reason = "the doses of a day are not alike" if moments else "several doses are given"
    return Doses(first, tuple(others), daily, reason, counted)


def _over_the_day(doses: Doses, parts: Parts, bag: Bag, piece: Dose) -> Doses:
    """`8 tablets daily` may be taken at once or over the day; `8 tablets a day` are the day's."""
    counts = {end for count in parts.takes[0].counts for end in count}
    said = {each.entry.phrase for each in bag.get(kinds.FREQUENCY, ()) if each.entry is not None}
    if doses.dose is None or not counts or max(counts) <= 1 or len(said) != 1:
        return doses
    if said <= OVER_DAY and not doses.others:
        return doses._replace(dose=Dose(doses.dose.value, f"{doses.dose.unit}/day"))
    if not said <= WHOLE_DAY:
        return doses
    doubt = "pieces may be taken at once, or over the day"
    return doses._replace(others=(*doses.others, piece), daily=doses.dose, doubt=doubt)


# The amount of a whole day.


def _of_day(parts: Parts, times: Times, weights: list[Amount]) -> Doses:
    amounts = [amount for take in parts.takes for amount in take.amounts]
    if parts.days:
        return _day_in_parts(parts.days, "", times, amounts)
    share = "" if amounts else "/kg"
    divided = amounts or weights
    if times.daily or times.per_day is None:
        return _day_in_parts(divided, share, times, ())
    whole = _amounts(divided, share, "")
    if whole.dose is None or times.per_day <= 1:
        return whole._replace(doubt="an amount in divided doses is given")
    part = Dose(round(whole.dose.value / times.per_day, 9), whole.dose.unit)
    doubt = "the amount may be the day's, or that of each part"
    return whole._replace(others=(*whole.others, part), doubt=doubt)


def _day_of_pieces(pieces: Doses, times: Times) -> Doses:
    """`12 tablets daily in divided doses`: pieces that are a whole day's, or their parts."""
    if pieces.dose is None:
        return pieces
    told = (pieces.dose, *pieces.others)
    if times.per_day is None:
        whole, *others = (Dose(each.value, f"{each.unit}/day") for each in told)
        return pieces._replace(dose=whole, others=tuple(others))
    parts = [Dose(round(each.value / times.per_day, 9), each.unit) for each in told]
    if times.daily:
        return pieces._replace(dose=parts[0], others=tuple(parts[1:]))
    doubt = "the amount may be the day's, or that of each part"
    return pieces._replace(others=(*pieces.others, *parts), doubt=pieces.doubt or doubt)


def _day_in_parts(
    days: Iterable[Amount], share: str, times: Times, beside: Iterable[Amount]
) -> Doses:
    """`80 mg/day`, or its part where the number of parts is said; an amount beside it may agree."""
    whole = _amounts(days, f"{share}/day", "more than one amount for a whole day is given")
    if whole.dose is None or times.per_day is None or times.others:
        return whole
    if times.per_day < 1:
        return whole._replace(doubt="an amount for a whole day is given, and not every day")
    told = [
        Dose(round(dose.value / times.per_day, 9), dose.unit.removesuffix("/day"))
        for dose in (whole.dose, *whole.others)
    ]
    unit = told[0].unit
    others = _values(beside, unit) if unit in MASSES else set()
    values = {dose.value for dose in told}
    if not others or _same(others, values):
        return _ordered(values, unit, whole.doubt)
    doubt = "the single amount does not make the day's amount"
    return _ordered(values | others, unit, doubt)


# Values in one unit.


def _amounts(amounts: Iterable[Amount], share: str, doubt: str) -> Doses:
    told = list(amounts)
    unit = _unit(told)
    found = _values(told, unit)
    ranged = any(each.low != each.high for each in told)
    reason = RANGE if ranged else doubt or "more than one amount is given"
    return _ordered(found, f"{unit}{share}", reason if len(found) > 1 else "")


def _ordered(found: set[float], unit: str, doubt: str, *, counted: bool = False) -> Doses:
    ordered = [Dose(round(value, 9), unit) for value in sorted(found, reverse=True)]
    if not ordered:
        return Doses(counted=counted)
    return Doses(ordered[0], tuple(ordered[1:]), None, doubt, counted)


def _unit(amounts: Iterable[Amount]) -> str:
    """The unit to reckon in: the one that all have, else mg where a mass is among them."""
    units = list(dict.fromkeys(each.unit for each in amounts))
    if len(units) <= 1:
        return units[0] if units else ""
    return "mg" if any(unit in MASSES for unit in units) else units[0]


def _values(amounts: Iterable[Amount], unit: str) -> set[float]:
    """Both ends of each amount in a unit; one of another kind tells nothing."""
    found: set[float] = set()
    for low, high, own in amounts:
        if own == unit:
            found |= {low, high}
        elif own in MASSES and unit in MASSES:
            factor = MASSES[own] / MASSES[unit]
            found |= {low * factor, high * factor}
    return found


def _products(counts: Iterable[float], values: Iterable[float]) -> set[float]:
    return {round(count * value, 9) for value in values for count in counts}


def _same(one: set[float], other: set[float]) -> bool:
    """Whether each amount is one of the others, but for rounding."""
    return all(any(_near(value, each) for each in other) for value in one)


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= NEARLY * max(abs(one), abs(other), 1.0)


def _weight(dose: Dose) -> tuple[float, float]:
    return dose.milligrams() or 0.0, dose.value
