"""The numbers of an order sorted out: strengths of pieces, and what is taken at each time.

A take is what stands between one time and the next: `15 mg in the morning, 20 mg at noon` are two.
"""

from typing import Final, NamedTuple

from lems_guard.clinical.dose import Dose
from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.bag import Bag
from lems_guard.terminology.reading.look import (
    Look,
    has_before,
    is_counted_form,
    is_moment,
    kind_at,
    word_at,
)
from lems_guard.terminology.reading.phrase import DIGITS, Amount, Phrase
from lems_guard.terminology.reading.times import Times, is_often

Range = tuple[float, float]
ONE: Final = (1.0, 1.0)
# Many at once without a frequency are what is handed out: `Firdapse 120 tablets`.
MOST_AT_ONCE: Final = 10
MOST_IN_A_DAY: Final = 20
TIME_KINDS: Final = frozenset(
    {kinds.FREQUENCY, kinds.CLOCK, kinds.MEALS, kinds.WEEKDAY, kinds.ONCE, kinds.THEN}
)
NUMBER_KINDS: Final = frozenset(
    {kinds.COUNT, kinds.VOLUME, kinds.MULTIPLE, kinds.TIMES, kinds.BARE}
)
# Between an amount and the form of which it is the strength: `10 mg Firdapse ER tablets`.
BEFORE_FORM: Final = frozenset(
    {kinds.SIGN, kinds.NAME, kinds.BRAND, kinds.SALT, kinds.FILLER, kinds.LINK}
)
LINKS: Final = frozenset({kinds.LINK, kinds.TIMES})
BRACKETS_AND_LINKS: Final = frozenset({kinds.SIGN, kinds.LINK, kinds.TIMES})
TELLS_TAKING: Final = frozenset({kinds.INSTRUCTION, kinds.TALK, kinds.LIMIT})
# Behind a number that a moment of the day stands before: `morgens 2, mittags 2, abends 1`.
BEHIND_MOMENT: Final = frozenset({None, kinds.FREQUENCY, kinds.JOIN, kinds.SIGN, kinds.REASON})
EQUALS, SLASH = "=", "/"


class Take(NamedTuple):
    """What is taken at one time: amounts, counts of pieces, numbers that may be counts.

    `is_total` tells that the amount is that of all pieces, `is_each` that it is that of each;
    `moments` at how many times of the day it is taken, zero where a frequency tells that; `led`
    tells that the time stands before the amount.
    """

    amounts: tuple[Amount, ...] = ()
    counts: tuple[Range, ...] = ()
    unclear: tuple[float, ...] = ()
    is_total: bool = False
    is_each: bool = False
    moments: int = 0
    timed: bool = False
    led: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is taken."""
        return not (self.amounts or self.counts or self.unclear)


class Parts(NamedTuple):
    """All amounts of an order by what they are; `murky` tells of a number that nobody can place."""

    strengths: tuple[Amount, ...]
    takes: tuple[Take, ...]
    days: tuple[Amount, ...]
    murky: bool = False


def parts_of(
    phrases: list[Phrase], words: list[str], bag: Bag, times: Times, piece: Dose | None
) -> Parts:
    """Sort the numbers of an order out; `piece` is what one counted piece is known to hold."""
    look = Look(phrases, words, bag, times)
    strengths: list[Amount] = [each.value for each in bag.get(kinds.STRENGTH, ())]
    days = [] if is_often(bag) else [each.value for each in bag.get(kinds.DAY, ())]
    takes: list[Take] = [Take()]
    murky = False
    in_pack = is_pack(bag)
    for place, phrase in enumerate(phrases):
        kind = phrase.kind
        if kind is kinds.AMOUNT or (kind is kinds.DAY and not days):
            _hear_amount(look, place, (days, strengths, takes))
        elif kind in TIME_KINDS:
            _hear_time(takes, phrase)
        elif kind is kinds.PATTERN:
            murky |= phrase.value is None
            takes += _pattern(phrase)
        elif kind in NUMBER_KINDS and not in_pack:
            taken, is_murky = _number(look, place)
            murky |= is_murky
            _add(takes, taken)
    merged = _merged(takes)
    strengths = _with_piece(strengths, merged, piece)
    if not strengths and len(merged) > 1:
        strengths, merged = _of_one_piece(merged)
    return Parts(tuple(strengths), merged, tuple(days), murky)


def is_pack(bag: Bag) -> bool:
    """Whether an order is a pack by its RxNorm name: its numbers count what lies in it."""
    return any(each.value == "{" for each in bag.get(kinds.SIGN, ()))


def _of_one_piece(takes: tuple[Take, ...]) -> tuple[list[Amount], tuple[Take, ...]]:
    """`10 mg 1-0-2`: the one amount is that of each piece, where other takes only count."""
    amounts = [amount for take in takes for amount in take.amounts]
    if len(amounts) != 1 or not all(take.counts for take in takes):
        return [], takes
    return amounts, tuple(take._replace(amounts=()) for take in takes)


def _with_piece(
    strengths: list[Amount], takes: tuple[Take, ...], piece: Dose | None
) -> list[Amount]:
    counted = any(take.counts or take.unclear for take in takes)
    if strengths or piece is None or not counted:
        return strengths
    return [Amount(piece.value, piece.value, piece.unit)]


def _hear_amount(
    look: Look, place: int, heard: tuple[list[Amount], list[Amount], list[Take]]
) -> None:
    """Put an amount to those of the day, to the strengths, or to what is taken."""
    days, strengths, takes = heard
    if _is_of_day(look, place):
        days.append(look.phrases[place].value)
    elif _is_strength(look, place) or _is_piece_of_day(look, place):
        strengths.append(look.phrases[place].value)
    else:
        _add(takes, _amount(look, place))


def _add(takes: list[Take], more: Take | None) -> None:
    """Put an amount or a count to the present take, or begin a new one behind a time."""
    if more is None:
        return
    last = takes[-1]
    if last.timed and not last.is_empty:
        takes.append(more)
        return
    takes[-1] = Take(
        (*last.amounts, *more.amounts),
        (*last.counts, *more.counts),
        (*last.unclear, *more.unclear),
        last.is_total or more.is_total,
        last.is_each or more.is_each,
        last.moments,
        timed=last.timed,
        led=last.led,
    )


def _hear_time(takes: list[Take], phrase: Phrase) -> None:
    """Put a time to the present take; where times stand before amounts, it begins a new one."""
    last, entry = takes[-1], phrase.entry
    is_moment = phrase.kind is kinds.CLOCK or (
        entry is not None and entry.pace is not None and entry.pace.moment
    )
    if is_moment and last.led and not last.is_empty:
        takes.append(Take(moments=1, timed=True, led=True))
        return
    led = last.led or last.is_empty
    takes[-1] = last._replace(timed=True, led=led, moments=last.moments + is_moment)


def _pattern(phrase: Phrase) -> list[Take]:
    """`2-0-2` is two takes alike; `1-0-2` two that are not."""
    numbers = [each for each in phrase.value or () if each]
    if len(set(numbers)) == 1:
        return [Take(counts=((numbers[0], numbers[0]),), timed=True)]
    return [Take(counts=((each, each),), timed=True, moments=1) for each in numbers]


def _merged(takes: list[Take]) -> tuple[Take, ...]:
    """The takes that hold something; an amount without a time of its own belongs to one before."""
    full = [take for take in takes if not take.is_empty]
    found: list[Take] = []
    for take in full:
        if found and not (take.timed and found[-1].timed):
            last = found[-1]
            found[-1] = Take(
                (*last.amounts, *take.amounts),
                (*last.counts, *take.counts),
                (*last.unclear, *take.unclear),
                last.is_total or take.is_total,
                last.is_each or take.is_each,
                last.moments + take.moments,
                timed=last.timed or take.timed,
            )
        else:
            found.append(take)
    return tuple(found)


# Amounts.


def _amount(look: Look, place: int) -> Take:
    phrases = look.phrases
    return Take(
        (phrases[place].value,),
        is_total=kind_at(look, place + 1) is kinds.TOTAL or _beside_equals(look, place),
        is_each=_is_each(look, place),
    )


def _beside_equals(look: Look, place: int) -> bool:
    return EQUALS in {word_at(look, place - 1), word_at(look, place + 1)}


def _is_of_day(look: Look, place: int) -> bool:
    """`daily dose 80 mg`, `80 mg total daily`, `80 mg daily total`."""
    before = place - 1
    while kind_at(look, before) in {kinds.LINK, kinds.SIGN}:
        before -= 1
    if kinds.DAILY in {kind_at(look, before), kind_at(look, place + 1)}:
        return True
    following = place + 2
    is_daily = kind_at(look, following) is kinds.FREQUENCY
    is_daily = is_daily and look.phrases[following].value == ONE
    return is_daily and kind_at(look, place + 1) is kinds.TOTAL


def _is_strength(look: Look, place: int) -> bool:
    """Whether the form of a piece follows an amount."""
    place += 1
    while word_at(look, place) == SLASH or (
        kind_at(look, place) in BEFORE_FORM and word_at(look, place) not in {"(", EQUALS}
    ):
        place += 1
    return is_counted_form(look, place)


def _is_piece_of_day(look: Look, place: int) -> bool:
    """`10 mg morgens 2, mittags 1`: of the only amount so many pieces follow each moment."""
    is_led = is_moment(look, place + 1) and kind_at(look, place + 2) is kinds.BARE
    return is_led and len(look.bag[kinds.AMOUNT]) == 1 and not is_moment(look, place - 1)


def _is_each(look: Look, place: int) -> bool:
    """Whether an amount is what each counted piece holds: `2 tablets of 10 mg`, `10 mg 2 tabs`."""
    before = place - 1
    while kind_at(look, before) in {kinds.NAME, kinds.BRAND, kinds.SALT}:
        before -= 1
    if kind_at(look, before) in LINKS:
        return True
    return kind_at(look, place + 1) in {
        kinds.COUNT,
        kinds.TIMES,
        kinds.LINK,
        kinds.INSTRUCTION,
    } or (
        (kind_at(look, place - 1) is kinds.MULTIPLE or not has_before(look, place, kinds.COUNT))
        and word_at(look, place + 1) != "("
    )


# Numbers without a unit.


def _number(look: Look, place: int) -> tuple[Take | None, bool]:
    """What a number without a unit adds, and whether nobody can place it."""
    phrase = look.phrases[place]
    match phrase.kind:
        case kinds.COUNT:
            return _count(look, place), False
        case kinds.VOLUME:
            amount = phrase.value
            is_dose = _is_volume_dose(look, place)
            return Take(counts=((amount.low, amount.high),)) if is_dose else None, False
        case kinds.MULTIPLE:
            is_count = not is_often(look.bag)
            return Take(counts=(phrase.value,), is_each=True) if is_count else None, False
        case kinds.TIMES if phrase.value is not None:
            return _times(look, place), False
        case kinds.BARE:
            return _bare(look, place)
    return None, False


def _is_volume_dose(look: Look, place: int) -> bool:
    """Whether a volume is what is taken: no other amount is told, nor is it added to a bag."""
    is_bag = kind_at(look, place - 1) is kinds.JOIN
    return not is_bag and kinds.AMOUNT not in look.bag and kinds.COUNT not in look.bag


def _count(look: Look, place: int) -> Take | None:
    """So many pieces, unless they are a supply."""
    low, high = look.phrases[place].value
    if high > MOST_AT_ONCE:
        given = has_before(look, place, kinds.FREQUENCY)
        told = kind_at(look, place - 1) is kinds.INSTRUCTION
        untimed = look.times.per_day is None and not (
            told or look.times.as_needed or look.times.divided
        )
        if untimed or (given and kinds.AMOUNT in look.bag):
            return None
    return Take(counts=((low, high),))


def _times(look: Look, place: int) -> Take | None:
    """`x 3 tablets` are pieces; `q6h x 3` are doses; `10 mg x 3` may be either."""
    value = look.phrases[place].value
    if is_counted_form(look, place + 1):
        return Take(counts=(value,), is_each=True)
    behind_time = has_before(look, place, kinds.FREQUENCY)
    if value == ONE or behind_time or value[1] > MOST_AT_ONCE:
        return None
    return Take(unclear=(value[1],))


def _bare(look: Look, place: int) -> tuple[Take | None, bool]:
    value = look.phrases[place].value
    if value is None:
        return None, kinds.AMOUNT in look.bag and ":" not in word_at(look, place)
    if _may_be_route(look.phrases[place]):
        return Take(unclear=value), False
    if _counts_strength(look, place) or _counts_behind_taking(look, place):
        return Take(counts=(value,)), False
    if not (has_before(look, place, kinds.AMOUNT) or kind_at(look, place + 1) is kinds.AMOUNT):
        return None, False
    if value[1] <= MOST_AT_ONCE:
        return None if value == ONE else Take(unclear=value), False
    return (None, False) if _is_supply(look, place) else (Take(unclear=value), True)


def _is_supply(look: Look, place: int) -> bool:
    """Whether a large number counts what is handed out, or repeats an amount.

    A few more than most take at once, directly before a time, may still be taken: `#12 daily`.
    """
    most = look.phrases[place].value[1]
    behind_form = kind_at(look, place - 1) is kinds.FORM
    may_be_taken = most <= MOST_IN_A_DAY and kind_at(look, place + 1) is kinds.FREQUENCY
    is_known = any(each.value.high == most for each in look.bag.get(kinds.AMOUNT, ()))
    timed = has_before(look, place, kinds.FREQUENCY)
    return timed or is_known or (behind_form and not may_be_taken)


def _may_be_route(phrase: Phrase) -> bool:
    """`tabs iv`: four of them, or into a vein."""
    return phrase.entry is not None and phrase.entry.route is not None


def _counts_strength(look: Look, place: int) -> bool:
    """`six 20 mg tablets`, `6 of the 10 mg tablets`, `(6) 10 mg tablets`."""
    following = place + 1
    if look.phrases[place].value[1] > MOST_AT_ONCE or kind_at(look, place - 1) is kinds.BARE:
        return False  # a list of strengths: `25, 37.5, 50, 75, 100 mcg patches`
    while kind_at(look, following) in BRACKETS_AND_LINKS:
        following += 1
    spelled = look.words[look.phrases[place].start][0] not in DIGITS
    while spelled and kind_at(look, following) in {kinds.NAME, kinds.BRAND, kinds.SALT}:
        following += 1
    is_amount = kind_at(look, following) in {kinds.AMOUNT, kinds.STRENGTH}
    return is_amount and _is_strength(look, following)


def _counts_behind_taking(look: Look, place: int) -> bool:
    """`take 2 po bid`, and `2 in the morning, 1 at noon` of a piece that was spoken of."""
    behind = kind_at(look, place - 1)
    if look.phrases[place].value[1] >= MOST_AT_ONCE and behind is not kinds.INSTRUCTION:
        return False
    known = not {kinds.AMOUNT, kinds.FORM, kinds.STRENGTH}.isdisjoint(look.bag)
    following = kind_at(look, place + 1)
    if is_moment(look, place + 1):
        return known
    if known and is_moment(look, place - 1) and following in BEHIND_MOMENT:
        return True
    is_sig = following in {kinds.FREQUENCY, kinds.ROUTE, kinds.MEALS}
    return known and is_sig and behind in {kinds.INSTRUCTION, kinds.FORM}
