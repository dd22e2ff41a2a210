"""What an order says that it may come to at most: `max 4 doses a day`."""

from typing import Final, NamedTuple

from lems_guard.clinical.dose import Dose
from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.phrase import Phrase

OF_PIECES: Final = frozenset({kinds.COUNT, kinds.AMOUNT})
DOSES_A_DAY: Final = "dose/day"
DAY_IN_HOURS: Final = 24.0


class Limit(NamedTuple):
    """The most in a day: as an amount, or as a number of doses or pieces."""

    amount: Dose | None = None
    per_day: float | None = None


NONE: Final = Limit()


def limit_of(said: list[Phrase], dose: Dose | None, piece: Dose | None) -> Limit:
    """The least of the maxima that an order names; pieces count by what each holds."""
    found = [_limit(phrase.value or (), dose, piece) for phrase in said]
    amounts = [each.amount for each in found if each.amount is not None]
    numbers = [each.per_day for each in found if each.per_day is not None]
    return Limit(min(amounts, default=None), min(numbers, default=None))


def _limit(parts: tuple[Phrase, ...], dose: Dose | None, piece: Dose | None) -> Limit:
    for part in parts:
        if part.kind is kinds.DAY:
            return Limit(Dose(part.value.high, part.value.unit))
        if part.kind is kinds.RATIO and part.value and part.value.unit == DOSES_A_DAY:
            return Limit(None, part.value.high)
        if part.kind is kinds.FREQUENCY and _is_formula(part) and not _is_of_pieces(parts):
            return Limit(None, part.value[1])
    if not any(map(_is_a_day, parts)):
        return NONE
    found = (_of_day(part, dose, piece) for part in parts)
    return next((limit for limit in found if limit is not NONE), NONE)


def _is_of_pieces(parts: tuple[Phrase, ...]) -> bool:
    """`2 tablets/24h`: so many pieces in a day, and no number of doses."""
    return any(map(_is_a_day, parts)) and any(part.kind in OF_PIECES for part in parts)


def _of_day(part: Phrase, dose: Dose | None, piece: Dose | None) -> Limit:
    """What one part says of the whole day."""
    if part.kind is kinds.AMOUNT:
        return Limit(Dose(part.value.high, part.value.unit))
    if part.kind is kinds.COUNT:
        return _pieces(part.value[1], dose, piece)
    if part.kind is kinds.BARE and part.value is not None:
        return Limit(None, part.value[1])
    is_doses = part.kind is kinds.MEASURE and part.value.unit == "dose"
    return Limit(None, part.value.high) if is_doses else NONE


def _is_formula(part: Phrase) -> bool:
    pace = part.entry.pace if part.entry is not None else None
    return pace is not None and pace.is_formula and part.value is not None


def _is_a_day(part: Phrase) -> bool:
    """Whether a part says that it is for a day, or for 24 hours."""
    if part.kind is kinds.FREQUENCY:
        return bool(part.value == (1.0, 1.0))
    if part.kind is kinds.DAILY:
        return True
    if part.kind is kinds.MEASURE:
        return bool(part.value.unit == "hr" and part.value.high == DAY_IN_HOURS)
    return part.kind is kinds.DURATION and bool(part.value == (DAY_IN_HOURS, DAY_IN_HOURS))


def _pieces(count: float, dose: Dose | None, piece: Dose | None) -> Limit:
    """Pieces by what each holds; where that is not known, the limit is not."""
    held = piece or dose
    return NONE if held is None else Limit(Dose(count * held.value, held.unit))
