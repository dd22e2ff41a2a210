"""How often an order is given, from its words: every reading of it, the oftenest first."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from lems_guard.terminology.lexicon import Pace
from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.bag import Bag
from lems_guard.terminology.reading.phrase import Phrase

MEALS_A_DAY: Final = 3.0
MOST_AT_ONCE: Final = 10
# These tell of the times, or of what they may mean, beside a frequency.
BESIDE: Final = frozenset(
    {kinds.MEALS, kinds.WEEKDAY, kinds.ONCE, kinds.CLOCK, kinds.PATTERN, kinds.MULTIPLE, kinds.DAY}
    | {kinds.DIVIDED, kinds.DAILY, kinds.TIMES, kinds.WEIGHT_DAY}
)
BUT_PATTERN: Final = BESIDE - {kinds.PATTERN}
# Every five minutes; what is said to be oftener is no frequency of doses.
OFTENEST: Final = 288.0
AND_AS_NEEDED: Final = "doses as needed are given beside the regular ones"
AMOUNTS: Final = (kinds.AMOUNT, kinds.COUNT)
CHANGED: Final = "what is given first is given at other times than what follows"
DIVIDING: Final = frozenset(
    {"in", "into", "split", "divided", "en", "em", "auf", "verteilt", "aufgeteilt", "divisi"}
    | {"suddivisi", "suddivisa", "repartido", "repartidos", "dividido", "divididos"}
    | {"reparti", "repartis", "repartie"}
)
DAYS_AMOUNT: Final = frozenset({kinds.DAY, kinds.DIVIDED, kinds.DAILY, kinds.WEIGHT_DAY})


class Times(NamedTuple):
    """Doses a day; `others` are readings that may be meant as well, `doubt` says why.

    `daily` tells that "daily" was said, which may stand beside a whole day's amount, `divided` that
    an amount is said to be that of several doses together.
    """

    per_day: float | None = None
    others: tuple[float, ...] = ()
    as_needed: bool = False
    doubt: str = ""
    daily: bool = False
    divided: bool = False


NOT_SAID: Final = Times()


def times_of(bag: Bag) -> Times:
    """How often a day one order is given."""
    said = bag.get(kinds.FREQUENCY, ())
    if BESIDE.isdisjoint(bag):
        if not said:
            return NOT_SAID
        timed = [each for each in said if _pace(each).divisions]
        if len(timed) == 1 and timed[0].value is not None and _one_moment(said):
            low, high = timed[0].value
            as_needed = any(map(_is_as_needed, said))
            is_plain = not (as_needed and _has_regular_beside(said, bag))
            if low == high <= OFTENEST and is_plain and not is_dividing(timed[0]):
                return Times(high, (), as_needed, "", high == 1.0)
    elif not said and BUT_PATTERN.isdisjoint(bag) and len(bag[kinds.PATTERN]) == 1:
        return Times(_taken(bag[kinds.PATTERN][0]))
    return _together(said, bag)


def without_strengths(bag: Bag) -> Bag:
    """The bag of several drugs in one: `12.5-50-200 mg` is what each of them weighs, no day."""
    if kinds.PATTERN not in bag:
        return bag
    told = [each for each in bag[kinds.PATTERN] if max(each.value or (0,)) < MOST_AT_ONCE]
    rest: Bag = {kind: phrases for kind, phrases in bag.items() if kind is not kinds.PATTERN}
    if told:
        rest[kinds.PATTERN] = told
    return rest


def _taken(pattern: Phrase) -> float | None:
    """How often a day something is taken by `1-0-1`."""
    return float(sum(map(bool, pattern.value))) if pattern.value else None


def _one_moment(said: Sequence[Phrase]) -> bool:
    return len(said) == 1 or not any(_pace(each).moment for each in said)


def _is_as_needed(phrase: Phrase) -> bool:
    return _pace(phrase).as_needed


def is_repeating(phrase: Phrase) -> bool:
    """Whether a phrase tells of more doses than one: `bid`, and not `prn` alone."""
    return bool(_pace(phrase).divisions)


def is_dividing(phrase: Phrase) -> bool:
    """`in 4 doses`, `split into 4 doses`: the amount is that of all of them."""
    entry = phrase.entry
    if entry is None or entry.pace is None or not entry.pace.is_formula:
        return False
    words = entry.phrase.split(" ")
    return "divided" in words or words[0] in DIVIDING


def _pace(phrase: Phrase) -> Pace:
    entry = phrase.entry
    if entry is None or entry.pace is None:
        raise LookupError("no frequency")
    return entry.pace


def _together(said: Sequence[Phrase], bag: Bag) -> Times:
    """Frequencies, moments of the day, meals and weekdays drawn together."""
    paces = [each for each in said if not _pace(each).moment and _pace(each).divisions]
    as_needed = any(_pace(each).as_needed for each in said)
    moments = sum(_pace(each).moment for each in said) + len(bag.get(kinds.CLOCK, ()))
    told = {end for each in paces if each.value is not None for end in each.value}
    ends = {end for end in told if end <= OFTENEST}
    unread = any(each.value is None for each in paces) or len(ends) < len(told)
    daily = 1.0 in ends
    divided = kinds.DIVIDED in bag or any(map(is_dividing, paces))
    if as_needed and _has_regular_beside(said, bag):
        told = sum(max(each.value) for each in paces if each.value is not None)
        most = told + any(_is_as_needed(each) and not _pace(each).divisions for each in said)
        return Times(most, tuple(sorted(ends, reverse=True)), False, AND_AS_NEEDED)
    if divided or not DAYS_AMOUNT.isdisjoint(bag) or (kinds.TOTAL in bag and len(ends) > 1):
        ends -= {1.0}
    if kinds.PATTERN in bag:
        ends -= {1.0}  # `1-0-1 daily`: the pattern tells how often
    ends = _with_multiple(ends, bag)
    taken = map(_taken, bag.get(kinds.PATTERN, ()))
    ends |= {each for each in taken if each is not None}
    doubt = "the frequency is not one number" if unread or len(ends) > 1 else ""
    if moments and kinds.THEN in bag and ends:
        ends, doubt = {*ends, float(moments)}, doubt or CHANGED
    else:
        ends, doubt = _with_moments(ends, moments, doubt)
    ends, doubt = _with_meals(ends, moments, bag, doubt)
    ends = _with_weekdays(ends, moments, bag)
    if not ends and not doubt and not as_needed and _is_once(bag):
        ends = {1.0}
    found = sorted(ends, reverse=True)
    return Times(found[0] if found else None, tuple(found[1:]), as_needed, doubt, daily, divided)


def _has_regular_beside(said: Sequence[Phrase], bag: Bag) -> bool:
    """`20 mg tid + 20 mg prn`: regular doses, and others as needed beside them.

    Each has an amount of its own, and a time behind it.
    """
    amounts = sorted(each.start for kind in AMOUNTS for each in bag.get(kind, ()))
    if len(amounts) < 2 or said[0].start > amounts[-1]:
        return False
    first, second = (
        [each for each in said if (each.start > amounts[-1]) is behind] for behind in (False, True)
    )
    regular, other = (second, first) if any(map(_is_as_needed, first)) else (first, second)
    is_one_regular = not any(map(_is_as_needed, regular)) and any(map(is_repeating, regular))
    return is_one_regular and any(map(_is_as_needed, other))


def _with_multiple(ends: set[float], bag: Bag) -> set[float]:
    """`3 x 20 mg daily`: three times, where no other frequency is said."""
    found = bag.get(kinds.MULTIPLE)
    return {end for each in found for end in each.value} if found and is_often(bag) else ends


def is_often(bag: Bag) -> bool:
    """Whether `3 x 20 mg` means three times: beside "daily" alone, and no piece is spoken of."""
    if kinds.MULTIPLE not in bag or kinds.FORM in bag:
        return False
    paces = [each.value for each in bag.get(kinds.FREQUENCY, ()) if _pace(each).divisions]
    said = any(value == (1.0, 1.0) for value in paces) or kinds.DAY in bag
    return said and all(value == (1.0, 1.0) for value in paces)


def _with_moments(ends: set[float], moments: int, doubt: str) -> tuple[set[float], str]:
    """Moments are counted; beside a frequency they must make it, or add to it."""
    if not moments:
        return ends, doubt
    if not ends:
        return ({float(moments)}, doubt) if not doubt else (ends, doubt)
    most = max(ends)
    if moments in {most, 1 if most <= 1 else 0} or most < 1:
        return ends, doubt
    told = {*ends, float(moments), *([most + moments] if moments == 1 else [])}
    return told, doubt or "frequency and times of day contradict each other"


def _with_meals(ends: set[float], moments: int, bag: Bag, doubt: str) -> tuple[set[float], str]:
    """Meals are three, where nothing else says how often; with a moment beside them, four."""
    if kinds.MEALS not in bag or doubt:
        return ends, doubt
    if ends == {float(moments)} and moments:
        return {MEALS_A_DAY + moments}, doubt
    if not ends:
        return {MEALS_A_DAY, 1.0}, "'with meals' may tell how often, or only when"
    return ends, doubt


def _with_weekdays(ends: set[float], moments: int, bag: Bag) -> set[float]:
    """`on Mondays`: as often as that on the days that are named, else once."""
    days = bag.get(kinds.WEEKDAY)
    if not days or (ends and not moments):
        return ends
    named = {each.entry: each.entry.number for each in days if each.entry is not None}
    return {(max(ends) if ends else 1.0) * min(sum(named.values()), 7.0) / 7}


def _is_once(bag: Bag) -> bool:
    """Whether one dose is ordered: `once`, `x 1`, `stat`."""
    return kinds.ONCE in bag or any(each.value == (1.0, 1.0) for each in bag.get(kinds.TIMES, ()))
