"""Hours of the day in a row: `um 8, 12, 16 und 20 Uhr`, `à 8h, 12h et 20h`, `alle 8, 14 e 20`."""

from typing import Final

from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.bag import Bag
from lems_guard.terminology.reading.phrase import Phrase, new_phrase

HOURS_A_DAY: Final = 24
# Before one of these rows a word tells that hours follow.
LEADS: Final = frozenset({"um", "at", "alle", "ore", "as", "las"})
ONE_LEADS: Final = "ore"
IN_ROW: Final = frozenset({kinds.MEASURE, kinds.DURATION, kinds.CLOCK, kinds.JOIN})
OF_HOURS: Final = frozenset({"# h", "# hr", "# hrs", "# hours", "# ore", "# uhr", "# horas"})
NUMBERED: Final = frozenset({kinds.BARE, kinds.MEASURE, kinds.DURATION, kinds.CLOCK})
HOUR, LEAST = "hr", 2


def tells_hours(bag: Bag) -> bool:
    """Whether an order may hold a row of hours that no bare number is a part of."""
    if kinds.DURATION not in bag and kinds.MEASURE not in bag:
        return False
    return len(bag.get(kinds.DURATION, ())) + len(bag.get(kinds.MEASURE, ())) > 1


def hours_joined(phrases: list[Phrase], words: list[str]) -> list[Phrase]:
    """The phrases, with each number of a row of hours as an hour of the clock."""
    if sum(phrase.kind in NUMBERED for phrase in phrases) < LEAST and ONE_LEADS not in words:
        return phrases
    found: list[Phrase] = []
    at = 0
    while at < len(phrases):
        row = phrases[at : max(_row_end(phrases, at), at + 1)]
        found += map(_as_hour, row) if _is_row(row, words) else row
        at += len(row)
    return found


def _row_end(phrases: list[Phrase], at: int) -> int:
    """Where a row of numbers, joined or not, ends; at its last number."""
    end = at
    while end < len(phrases) and (
        _hour(phrases[end]) is not None or (end > at and phrases[end].kind is kinds.JOIN)
    ):
        end += 1
    while end > at and phrases[end - 1].kind is kinds.JOIN:
        end -= 1
    return end


def _hour(phrase: Phrase) -> float | None:
    """The hour that a phrase may tell."""
    if phrase.kind is kinds.BARE and phrase.value:
        low, high = phrase.value
    elif phrase.kind is kinds.MEASURE and phrase.value and phrase.value.unit == HOUR:
        low, high, _ = phrase.value
    elif phrase.kind is kinds.DURATION and phrase.value and is_of_hours(phrase):
        low, high = phrase.value
    else:
        return -1.0 if phrase.kind is kinds.CLOCK else None
    return low if low == high and low.is_integer() and low <= HOURS_A_DAY else None


def is_of_hours(duration: Phrase) -> bool:
    """Whether so many hours are told, which may be an hour of the day: `8h`."""
    return duration.entry is not None and duration.entry.phrase in OF_HOURS


def _is_row(row: list[Phrase], words: list[str]) -> bool:
    """Whether rising numbers are hours: a word before them says so, or the last one does."""
    told = [_hour(each) for each in row if each.kind is not kinds.JOIN]
    hours = [hour for hour in told if hour is not None and hour >= 0]
    before = words[row[0].start - 1] if row and row[0].start else ""
    if not hours or hours != sorted(set(hours)):
        return False
    if len(told) == 1:
        return before == ONE_LEADS
    is_of_clock = row[-1].kind is kinds.CLOCK or all(each.kind in IN_ROW for each in row)
    return is_of_clock or before in LEADS


def _as_hour(phrase: Phrase) -> Phrase:
    if phrase.kind is kinds.JOIN:
        return phrase
    return new_phrase((kinds.CLOCK, phrase.start, phrase.stop, None, None))
