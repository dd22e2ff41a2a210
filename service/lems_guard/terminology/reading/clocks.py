"""A number as an hour of the clock: `at 0800`, `9a`, `8 pm`, `11am 3pm`."""

from typing import Final

from lems_guard.terminology.reading.phrase import DIGITS, Words
from lems_guard.terminology.words import number_of

CLOCK_WORDS: Final = frozenset({"a", "p", "am", "pm", "uhr", "h", "o", "noon", "midnight"})
HOURS_A_DAY: Final = 24
# `9a` is an hour; `1 a` begins something else.
EARLIEST: Final = 4


def is_clock(text: Words, at: int, stop: int) -> bool:
    """Whether a bare number is an hour: `at 0800`, `9a`, `8 pm`."""
    word = text.words[at]
    following = text.words[stop] if stop < text.end else ""
    before = text.words[at - 1] if at else ""
    value = number_of(word) if word[0] in DIGITS else None
    if value is None or not value.is_integer():
        return False
    if _is_hours_and_minutes(word):
        is_one_of_several = _is_hours_and_minutes(before) or _is_hours_and_minutes(following)
        return is_one_of_several or before in {"at", "um", "and", "alle"} or word[0] == "0"
    if _is_behind_hour(text, at):
        return following in CLOCK_WORDS and value <= HOURS_A_DAY
    if following in {"a", "p"} and EARLIEST <= value <= HOURS_A_DAY / 2:
        return True
    is_hour = following in CLOCK_WORDS and 1 <= value <= HOURS_A_DAY
    return is_hour and (before in {"at", "um", "and"} or value > 4)


def _is_behind_hour(text: Words, at: int) -> bool:
    """Whether an hour of the clock stands before a number: `11am 3pm`; `2 am 1 pm` are counts."""
    if at < 2 or text.words[at - 1] not in CLOCK_WORDS:
        return False
    hour = number_of(text.words[at - 2]) if text.words[at - 2][0] in DIGITS else None
    return hour is not None and hour > EARLIEST


def _is_hours_and_minutes(word: str) -> bool:
    """Whether a word is an hour as wards write it: `0800`, `2130`."""
    is_four = len(word) == 4 and word.isdecimal()
    return is_four and int(word) < HOURS_A_DAY * 100 and int(word[2:]) < 60


def behind_clock(text: Words, at: int) -> int:
    """Behind the words that belong to an hour."""
    while at < text.end and text.words[at] in CLOCK_WORDS | {"hrs", "hours", "clock", "m"}:
        at += 1
    return at
