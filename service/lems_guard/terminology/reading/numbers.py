"""Numbers in a text: counts, amounts with their units, frequencies, times of day, patterns."""

from typing import Final

from lems_guard.terminology.lexicon import NUMBER_SIGN, Entry, quotient
from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.amounts import DOSE_UNITS, IN_THOUSANDS, amount_phrase
from lems_guard.terminology.reading.clocks import behind_clock, is_clock
from lems_guard.terminology.reading.phrase import (
    DIGITS,
    RANGE_WORDS,
    Phrase,
    Words,
    new_phrase,
)
from lems_guard.terminology.reading.tables import entry_at
from lems_guard.terminology.words import number_of

NUMBER, FREQUENCY, FORM = kinds.NUMBER, kinds.FREQUENCY, kinds.FORM
LONGEST_SHAPE: Final = 8
MOST_AT_ONCE: Final = 10
TIMES: Final = frozenset({"x", "times", "time", "mal", "fois", "volte", "veces"})
TIMES_OF_DAY: Final = frozenset({"x", "mal"})
MOST_TIMES: Final = frozenset({1.0, 2.0, 3.0, 4.0, 5.0, 6.0})
MORE_NUMBERS: Final = frozenset({"/", "%", "x", "-", "to", "or", "="})
HALVES: Final = (["and", "a", "half"], ["and", "one", "half"], ["et", "demi"], ["et", "demie"])
HOURS_A_DAY: Final = 24
BETWEEN: Final = frozenset({"/", "em", "en"})
IN_HOURS: Final = frozenset({"/", "in", "per", "pro", "en", "par"})
EVERY_HOURS: Final = "every # hours"
# What the number behind the slash makes of the one before it, and the most that is a course.
PARTS_OF_TIME: Final = {"7": "# days", "52": "# weeks", "12": "# months"}
PARTS_MOST: Final = {"7": 60, "52": 52, "12": 11}
# Thousands are parted into groups of three digits.
GROUP: Final = 3
LENGTHS: Final = range(3, 9)
# No tablet or capsule weighs more, in mg.
HEAVIEST_PIECE: Final = 1500.0
NOT_NOUGHT: Final = frozenset("123456789")

# A number from its least to its largest reading.
Range = tuple[float, float]


def number_phrase(text: Words, at: int) -> Phrase:
    """What a number is: part of a frequency, an amount, a count, a time of day, or bare."""
    word, after = text.words[at], at + 1
    following = text.words[after] if after < text.end else ""
    if word[0] in DIGITS and following not in text.shapes:
        simple = number_of(word)
        if simple is not None:
            if following in text.units:
                return amount_phrase(text, at, (simple, simple), after)
            if _is_plain_form(text, after):
                return new_phrase((kinds.COUNT, at, after, None, (simple, simple)))
            if following[:1] in NOT_NOUGHT and len(following) == GROUP:
                grouped = _grouped(text, at, simple)
                if grouped is not None:
                    return grouped
    if word.count("-") > 1:
        is_amount = text.units.get(following) in DOSE_UNITS
        return Phrase(kinds.PATTERN, at, after, None, pattern_of(word, is_amount=is_amount))
    number, stop = number_at(text, at)
    return (
        _behind_slash(text, at, following)
        or _multiple(text, at, number, stop)
        or _times_pieces(text, at, number, stop)
        or _frequency(text, at, stop)
        or _plain(text, at, number, stop)
    )


def _grouped(text: Words, at: int, first: float) -> Phrase | None:
    """`2 500 mg`: two of 500 mg, or two thousand and five hundred, as much of the world writes.

    With a nought behind the space it is surely one number, which `words_of` knows.
    """
    words, stop = text.words, at + 2
    head, group = words[at], words[at + 1]
    is_head = len(head) <= GROUP and head.isdecimal() and head[0] in NOT_NOUGHT
    unit = text.units.get(words[stop]) if stop < text.end else None
    if not (is_head and group.isdecimal() and unit in IN_THOUSANDS) or _is_listed(words, at):
        return None
    low, high = float(group), float(head + group)
    if unit == "mg" and high > HEAVIEST_PIECE and _is_plain_form(text, stop + 1):
        return None  # `2 500 mg tablets` are two
    together = low * first if first <= MOST_AT_ONCE else low
    phrase = amount_phrase(text, at + 1, (together, high), stop)
    return phrase._replace(start=at) if phrase.kind is not kinds.RATIO else None


def _is_listed(words: list[str], at: int) -> bool:
    """Whether a number stands behind another: `70/30 100 units`."""
    return at > 0 and (words[at - 1] == "/" or words[at - 1][0] in DIGITS)


def _behind_slash(text: Words, at: int, following: str) -> Phrase | None:
    """What a number is by the word behind it: `8/8h`, `5/7`, `4x/24h`."""
    if following in BETWEEN:
        return _every(text, at) or _days_of(text, at)
    return _times_in_hours(text, at) if following in TIMES else None


def _every(text: Words, at: int) -> Phrase | None:
    """`8/8h`, `8 em 8 horas`: every so many hours, said twice as in Portuguese and Spanish."""
    words, stop = text.words, at + 4
    if stop > text.end or words[at] != words[at + 2] or words[at + 1] not in BETWEEN:
        return None
    hours = number_of(words[at]) if words[at][0] in DIGITS else None
    if not hours or text.units.get(words[at + 3]) != "hr":
        return None
    times = HOURS_A_DAY / hours
    return new_phrase((FREQUENCY, at, stop, text.entries.get(EVERY_HOURS), (times, times)))


def _times_in_hours(text: Words, at: int) -> Phrase | None:
    """`4x/24h`: so often in so many hours."""
    words, stop = text.words, at + 5
    if stop > text.end or words[at + 1] not in TIMES or words[at + 2] not in IN_HOURS:
        return None
    if text.units.get(words[at + 4]) != "hr" or not words[at + 3][0].isdecimal():
        return None
    count, hours = (
        number_of(words[at]) if words[at][0] in DIGITS else None,
        number_of(words[at + 3]),
    )
    if not count or not hours:
        return None
    times = count * HOURS_A_DAY / hours
    return new_phrase((FREQUENCY, at, stop, text.entries.get(EVERY_HOURS), (times, times)))


def _days_of(text: Words, at: int) -> Phrase | None:
    """`5/7`, `2/52`, `3/12`: five days, two weeks, three months, as British wards write them."""
    words = text.words
    if at + 3 > text.end or words[at + 1] != "/" or words[at + 2] not in PARTS_OF_TIME:
        return None
    entry, most = text.entries.get(PARTS_OF_TIME[words[at + 2]]), PARTS_MOST[words[at + 2]]
    is_count = words[at].isdecimal() and 0 < int(words[at]) <= most
    behind = words[at + 3] if at + 3 < text.end else ""
    if entry is None or not is_count or behind in text.units or _is_plain_form(text, at + 3):
        return None
    count = float(words[at])
    return new_phrase((kinds.DURATION, at, at + 3, entry, (count, count)))


def _is_plain_form(text: Words, at: int) -> bool:
    """Whether the one word here is the form of a piece, and begins no longer phrase."""
    if at >= text.end:
        return False
    entry, after = text.entries.get(text.words[at]), text.longer.get(text.words[at])
    if entry is None or entry.kind is not FORM or entry.form is None or not entry.form.counted:
        return False
    return after is None or at + 1 >= text.end or text.words[at + 1] not in after


def _frequency(text: Words, at: int, stop: int) -> Phrase | None:
    """A number at the head of a phrase of the tables: `4 x / day`, `3 times a week`."""
    lengths = text.shapes.get(text.words[stop]) if stop < text.end else None
    return None if lengths is None else shaped(text, at, lengths)


def _plain(text: Words, at: int, number: Range | None, stop: int) -> Phrase:
    """A number that stands for itself: with a unit, before a form, as an hour, or bare."""
    following = text.words[stop] if stop < text.end else ""
    if number is None:
        return _unreadable(text, at, stop)
    if following == "%":
        return Phrase(kinds.RATIO, at, stop + 1)
    if following in text.units or _two_word_unit(text, stop):
        return amount_phrase(text, at, number, stop)
    return _counted(text, at, number, stop)


def _unreadable(text: Words, at: int, stop: int) -> Phrase:
    """A time of day, or a date, or who knows what."""
    if ":" in text.words[at]:
        return Phrase(kinds.CLOCK, at, behind_clock(text, stop))
    return Phrase(kinds.BARE, at, stop)


def _counted(text: Words, at: int, number: Range, stop: int) -> Phrase:
    """A number without a unit: it counts pieces, tells the hour, or stands bare."""
    place = stop
    while place < text.end and text.words[place] in {"a", "of"}:
        place += 1
    form, _ = entry_at(text, place)
    if form is not None and form.kind is FORM and form.form is not None and form.form.counted:
        return Phrase(kinds.COUNT, at, stop, None, number)
    if is_clock(text, at, stop):
        return Phrase(kinds.CLOCK, at, behind_clock(text, stop))
    return Phrase(kinds.BARE, at, stop, None, number)


def _two_word_unit(text: Words, at: int) -> bool:
    return at + 1 < text.end and f"{text.words[at]} {text.words[at + 1]}" in text.units


def number_at(text: Words, at: int) -> tuple[Range | None, int]:
    """The number here, with what belongs to it: `1/2`, `1 1/2`, `5 to 10`, `4 (four)`."""
    low, stop = _single(text, at)
    if low is None:
        return _dashed(text.words[at]), at + 1
    if stop + 1 < text.end and text.words[stop] in RANGE_WORDS:
        high, behind = _single(text, stop + 1)
        if high is not None and high > low:
            return (low, high), behind
    return (low, low), stop


def _dashed(word: str) -> Range | None:
    """`5-10`, from the smaller to the larger."""
    parts = [number_of(part) for part in word.split("-")]
    found = [part for part in parts if part is not None]
    return (min(found), max(found)) if len(found) == len(parts) == 2 else None


def _single(text: Words, at: int) -> tuple[float | None, int]:
    """One number: digits or words, with its fraction."""
    words = text.words
    word, stop = words[at], at + 1
    if word[0] in DIGITS:
        value = number_of(word)
    else:
        entry, stop = entry_at(text, at)
        value = entry.number if entry is not None and entry.kind is NUMBER else None
    if value is None or stop >= text.end:
        return value, stop
    following = words[stop]
    if following == "(":
        stop = _behind_spelled(text, stop)
    elif following == "/":
        return _fraction(text, value, stop)
    elif value < MOST_AT_ONCE and (following[0] in DIGITS or following in {"and", "et"}):
        return _mixed(text, value, stop)
    return value, stop


def _behind_spelled(text: Words, at: int) -> int:
    """Behind `(four)`, where the number is said twice."""
    entry, stop = entry_at(text, at + 1) if at + 1 < text.end else (None, at)
    spelled = entry is not None and entry.kind is NUMBER
    return stop + 1 if spelled and stop < text.end and text.words[stop] == ")" else at


def _fraction(text: Words, value: float, stop: int) -> tuple[float, int]:
    """`1/2` of a piece; `50/12.5` are two strengths."""
    below = _below(text, stop)
    if below is None or not value < below <= MOST_AT_ONCE:
        return value, stop
    entry, _ = entry_at(text, stop + 2)
    if entry is not None and entry.phrase in {"a", "of", "of a"}:
        entry, _ = entry_at(text, stop + 2 + entry.phrase.count(" ") + 1)
    if entry is not None and entry.form is not None and entry.form.counted:
        return value / below, stop + 2
    return value, stop


def _below(text: Words, at: int) -> float | None:
    """The number behind a slash."""
    place = at + 1
    if place < text.end and text.words[at] == "/" and text.words[place][0] in DIGITS:
        return number_of(text.words[place])
    return None


def _mixed(text: Words, value: float, stop: int) -> tuple[float, int]:
    """`1 1/2`, `1 0.5` (a vulgar fraction) and `1 and a half`."""
    words = text.words
    for half in HALVES:
        if words[stop : stop + len(half)] == half:
            return value + 0.5, stop + len(half)
    place = stop + 1 if words[stop] == "and" else stop
    if place >= text.end or words[place][0] not in DIGITS:
        return value, stop
    upper = number_of(words[place])
    if upper is not None and upper in {0.25, 0.5, 0.75} and value >= 1:
        return value + upper, place + 1
    below = _below(text, place + 1) if place + 1 < text.end else None
    if upper is not None and below is not None and upper < below <= MOST_AT_ONCE:
        return value + upper / below, place + 3
    return value, stop


def _multiple(text: Words, at: int, number: Range | None, stop: int) -> Phrase | None:
    """`6 x 10 mg` and `3 times 20 mg`: how many of the amount behind it."""
    place = stop + 1
    if number is None or place + 1 >= text.end or text.words[stop] not in TIMES:
        return None
    if text.words[place][0] in DIGITS and text.words[place + 1] in text.units:
        if text.units[text.words[place + 1]] in {"day", "week", "month", "hr", "min"}:
            return None
        return Phrase(kinds.MULTIPLE, at, place, None, number)
    return None


def _times_pieces(text: Words, at: int, number: Range | None, stop: int) -> Phrase | None:
    """`3x2`, `3 x 1 Tablette`: so often so many pieces, a pattern of the day."""
    words, place = text.words, stop + 1
    if number is None or place >= text.end or words[stop] not in TIMES_OF_DAY:
        return None
    if words[place][0] not in DIGITS or number[0] not in MOST_TIMES:
        return None
    pieces, behind = number_at(text, place)
    following = words[behind] if behind < text.end else ""
    if pieces is None or pieces[0] != pieces[1] or not 0 < pieces[0] < MOST_AT_ONCE:
        return None
    if following in text.units or following in text.shapes or following in MORE_NUMBERS:
        return None
    return new_phrase((kinds.PATTERN, at, behind, None, (pieces[0],) * int(number[0])))


def shaped(text: Words, at: int, lengths: tuple[int, ...]) -> Phrase | None:
    """A phrase with numbers in it (`q 6 h`, `4 x / day`), which may tell the frequency."""
    found = _shaped_plainly(text, at, lengths) or _shaped(text, at, lengths)
    if found is None or found.kind is not kinds.TIMES:
        return found
    course = _days_of(text, found.stop - 1)  # `x 5/7`
    return found if course is None else course._replace(start=at)


def _shaped_plainly(text: Words, at: int, lengths: tuple[int, ...]) -> Phrase | None:
    """Such a phrase where each number is one word of digits, as most are."""
    said = text.words[at : at + lengths[0]]
    shape = [NUMBER_SIGN if word[0] in DIGITS else word for word in said]
    for length in lengths:
        entry = text.entries.get(" ".join(shape[:length])) if length <= len(shape) else None
        if entry is not None and NUMBER_SIGN in shape[:length]:
            number = number_of(said[shape.index(NUMBER_SIGN)])
            if number is not None:
                return _shaped_as(entry, at, at + length, (number, number))
    return None


def _shaped(text: Words, at: int, lengths: tuple[int, ...]) -> Phrase | None:
    shape: list[str] = []
    stops: list[int] = []
    number: Range | None = None
    place, most = at, lengths[0]
    while place < text.end and len(shape) < most:
        found, stop = _shape_number(text, place)
        if stop > place:
            number = number or found
            shape.append(NUMBER_SIGN)
            place = stop
        else:
            shape.append(text.words[place])
            place += 1
        stops.append(place)
    for length in lengths:
        entry = text.entries.get(" ".join(shape[:length])) if length <= len(shape) else None
        if entry is not None:
            return _shaped_as(entry, at, stops[length - 1], number)
    return None


def _shape_number(text: Words, at: int) -> tuple[Range | None, int]:
    word = text.words[at]
    if ":" in word:
        return None, at  # `23:00 day before surgery` is no duration
    if word[0] not in DIGITS:
        entry = text.entries.get(word)
        if entry is None or entry.kind is not NUMBER:
            return None, at
    return number_at(text, at)


def _shaped_as(entry: Entry, at: int, stop: int, number: Range | None) -> Phrase:
    if entry.pace is None or not entry.pace.is_formula:
        pace = entry.pace.per_day if entry.pace is not None else None
        return Phrase(entry.kind, at, stop, entry, number if pace is None else (pace, pace))
    if number is not None and number[0] == number[1]:
        pace = quotient(entry.pace.divisions, number[0])
        return Phrase(FREQUENCY, at, stop, entry, None if pace is None else (pace, pace))
    found = [quotient(entry.pace.divisions, each) for each in number or ()]
    known = sorted(each for each in found if each is not None)
    value = (known[0], known[-1]) if known and len(known) == len(found) else None
    return Phrase(FREQUENCY, at, stop, entry, value)


def pattern_of(word: str, *, is_amount: bool = False) -> tuple[float, ...] | None:
    """`1-0-1`: how many pieces, or how much, at each time of the day; nothing where it is not.

    Up to six times a day, and more where a taper of amounts is written so.

    Of pieces ten are too many: `10-20-2026` is a day.
    """
    parts = [number_of(part) for part in word.split("-")]
    found = tuple(part for part in parts if part is not None)
    if len(found) < len(parts) or len(parts) not in LENGTHS or not any(found):
        return None
    return found if is_amount or max(found) < MOST_AT_ONCE else None
