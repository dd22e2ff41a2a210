"""A number with its unit: an amount, by weight, for a whole day, a concentration, a rate."""

from typing import Final

from lems_guard.terminology.lexicon import Kind
from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.phrase import (
    DIGITS,
    RANGE_WORDS,
    Amount,
    Phrase,
    Words,
    new_amount,
    new_phrase,
)
from lems_guard.terminology.words import in_thousands, number_of

DOSE_UNITS: Final = frozenset(
    {"mg", "g", "mcg", "ng", "units", "million units", "thousand units", "meq", "mmol"}
)
IN_THOUSANDS: Final = frozenset({"mg", "mcg", "ng", "units"})
# Nothing is given for each of so many milligrams.
SMALL: Final = "mg"
WEIGHT, SURFACE, DAY, DOSE = "kg", "m2", "day", "dose"
HOURS_A_DAY: Final = 24
CLOCK_UNITS: Final = frozenset({"hr", "min", "sec"})
LONG_PERIODS: Final = frozenset({"week", "month"})
PIECE: Final = "piece"
PIECES: Final = frozenset({"actuation", "spray", "patch", "vial", PIECE})
# Words that are units behind a slash alone: elsewhere they are forms, or parts of names.
BEHIND_SLASH: Final = {
    **dict.fromkeys(("puff", "puffs", "sprays", "patch", "spr", "inh", "inhalation", "act"), PIECE),
    **dict.fromkeys(("ampoule", "amp", "syringe", "pen"), PIECE),
    **dict.fromkeys(("jour", "j", "tag", "giorno", "dia", "die"), DAY),
    **dict.fromkeys(("heure", "h", "stunde", "std", "ora", "hora"), "hr"),
}
PER: Final = frozenset({"/", "per", "pro", "par", "al", "por"})

# Behind a kilogram: of the body, `0.4 g/kg KG/d`, `mg/kg BW/day`.
OF_BODY: Final = frozenset({"kg", "kgkg", "bw", "kgbw"})
# Behind a unit these make more of it than an amount.
GOES_ON: Final = PER | RANGE_WORDS

Range = tuple[float, float]


def amount_phrase(text: Words, at: int, number: Range, stop: int) -> Phrase:
    """The amount whose unit begins at `stop`, with all that it is given for each of."""
    unit = text.units.get(text.words[stop])
    behind = text.words[stop + 1] if stop + 1 < text.end else ""
    if "." in text.words[at]:
        number = _with_thousands(text.words[at], number, unit)
    if unit in DOSE_UNITS and behind not in GOES_ON:
        return new_phrase((kinds.AMOUNT, at, stop + 1, None, new_amount((*number, unit))))
    return _with_shares(text, at, number, stop)


def _with_thousands(word: str, number: Range, unit: str | None) -> Range:
    """`30.000 mcg` may be thirty or thirty thousand; of grams nobody gives thousands."""
    high = in_thousands(word) if unit in IN_THOUSANDS else None
    return number if high is None else (number[0], max(number[1], high))


def may_be_thousands(amount: Phrase, words: list[str]) -> bool:
    """Whether an amount has two readings by how its number is written: `1.000 mg`, `2 500 mg`."""
    first, second = words[amount.start : amount.start + 2]
    return in_thousands(first) is not None or (first[0] in DIGITS and second[0] in DIGITS)


def _with_shares(text: Words, at: int, number: Range, stop: int) -> Phrase:
    unit, stop = unit_at(text, stop)
    low, high = number
    if unit in DOSE_UNITS:
        high, stop = _upper(text, high, unit, stop)
    shares, stop = _shares(text, stop)
    kind = _kind(unit, shares)
    if kind in {kinds.RATIO, kinds.RATE}:
        unit = "/".join((unit, *shares))
    return Phrase(kind, at, stop, None, Amount(low, high, unit))


def unit_at(text: Words, at: int) -> tuple[str, int]:
    """The unit here, of one word or two, and where it ends; empty where there is none."""
    words = text.words
    if at >= text.end:
        return "", at
    if at + 1 < text.end:
        both = text.units.get(f"{words[at]} {words[at + 1]}")
        if both is not None:
            return both, at + 2
        if words[at] == "m" and words[at + 1] == "2":
            return SURFACE, at + 2
    unit = text.units.get(words[at])
    return (unit, at + 1) if unit is not None else ("", at)


def _upper(text: Words, high: float, unit: str, stop: int) -> tuple[float, int]:
    """The upper end of `5 mg to 10 mg`."""
    words = text.words
    if stop + 2 < text.end and words[stop] in RANGE_WORDS and words[stop + 1][0] in DIGITS:
        other, behind = unit_at(text, stop + 2)
        upper = number_of(words[stop + 1])
        if other == unit and upper is not None and upper > high:
            return upper, behind
    return high, stop


def _shares(text: Words, stop: int) -> tuple[tuple[str, ...], int]:
    """The units behind slashes or `per`, with their numbers: `/ kg / day`, `per 24 hours`."""
    words, shares = text.words, []
    while stop + 1 < text.end and words[stop] in PER:
        ahead, number = stop + 1, 1.0
        if words[ahead][0] in DIGITS and ahead + 1 < text.end:
            number = number_of(words[ahead]) or 0.0
            ahead += 1
        unit, behind = unit_at(text, ahead)
        if words[ahead] in BEHIND_SLASH:
            unit, behind = BEHIND_SLASH[words[ahead]], ahead + 1
        if not unit or unit in LONG_PERIODS or _is_interval(words[stop], unit, number):
            break
        if unit == SMALL and number != 1:
            break  # `20 mg/12.5 mg` are two amounts
        shares.append(_share(unit, number))
        stop = behind
        if unit == WEIGHT and stop < text.end and words[stop] in OF_BODY:
            stop += 1
    return tuple(shares), stop


def _is_interval(sign: str, unit: str, number: float) -> bool:
    """`20 mg/6h`: so much every six hours, as Spanish wards write it; no rate."""
    if sign != "/" or unit != "hr" or number <= 1 or number == HOURS_A_DAY:
        return False
    return HOURS_A_DAY % number == 0 or number % HOURS_A_DAY == 0


def _share(unit: str, number: float) -> str:
    """`5ml` for a concentration in 5 mL; 24 hours are a day."""
    if unit == "hr" and number == HOURS_A_DAY:
        return DAY
    return unit if number == 1 or unit in CLOCK_UNITS else f"{number:g}{unit}"


def _kind(unit: str, shares: tuple[str, ...]) -> Kind:
    """What an amount is by its unit and by what it is given for each of."""
    if not shares or shares == (DOSE,):
        if unit in DOSE_UNITS:
            return kinds.AMOUNT
        return kinds.VOLUME if unit == "ml" else kinds.MEASURE
    if not CLOCK_UNITS.isdisjoint(shares):
        return kinds.RATE
    return _shared(shares) if unit in DOSE_UNITS else kinds.RATIO


def _shared(shares: tuple[str, ...]) -> Kind:
    """An amount for each piece, kg, square metre or day, or a concentration."""
    if shares[0] in PIECES:
        return kinds.STRENGTH
    if WEIGHT in shares:
        return kinds.WEIGHT if set(shares) <= {WEIGHT, DOSE} else _weight_of_day(shares)
    if SURFACE in shares:
        return kinds.SURFACE
    return kinds.DAY if shares == (DAY,) else kinds.RATIO


def _weight_of_day(shares: tuple[str, ...]) -> Kind:
    return kinds.WEIGHT_DAY if set(shares) == {WEIGHT, DAY} else kinds.RATIO
