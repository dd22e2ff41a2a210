"""A phrase: some neighbouring words of a text, and what they are."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from lems_guard.terminology.lexicon import Entry, Kind, Longer

DIGITS: Final = frozenset("0123456789.")
BRACKETS: Final = {"(": 1, "[": 2, "{": 0, ")": 0, "]": 0, "}": 0}
RANGE_WORDS: Final = frozenset({"to", "or", "bis", "oder", "a", "ou", "o"})


class Phrase(NamedTuple):
    """Words `start` up to `stop` of a text.

    `value` is what numbers say: an `Amount`, a range of numbers, or for a drug its bracket (1 in
    round ones, 2 in square ones).
    """

    kind: Kind
    start: int
    stop: int
    entry: Entry | None = None
    value: Any = None


# A phrase of a tuple of its five members: a third of the time, where most of it goes.
new_phrase: Callable[[tuple[Kind, int, int, Entry | None, Any]], Phrase] = functools.partial(
    tuple.__new__, Phrase
)


class Amount(NamedTuple):
    """A number from `low` to `high` in a unit."""

    low: float
    high: float
    unit: str


new_amount: Callable[[tuple[float, float, str]], Amount] = functools.partial(tuple.__new__, Amount)


class Words(NamedTuple):
    """The words of a text beside the tables that they are looked up in."""

    words: list[str]
    end: int
    entries: Mapping[str, Entry]
    longer: Longer
    units: Mapping[str, str]
    shapes: dict[str, tuple[int, ...]]
