"""Close matches: what a misspelt drug may have meant. A suggestion to confirm, never an answer.

Two words are close when they become equal by leaving one letter out of either or both: a letter
too many, too few, wrong, exchanged with its neighbour, or moved. The index holds every name with
each letter left out, as places in a flat table: about 3 MB, where a dictionary would take 30.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from lems_guard.terminology.edits import edits_between
from lems_guard.terminology.lexicon import Entry, Kind
from lems_guard.terminology.vocabulary import Readings
from lems_guard.terminology.words import key_of

# Shorter names are too near to each other, and to English: `Ery`, `PCE`, `Soma`, `MSO4`.
SHORTEST = 5
# A text of more unknown words than this is no order with a slip in it.
MOST_UNKNOWN = 4
MOST_WORDS = 4
MOST_SUGGESTIONS = 3
_SLOTS = 1 << 17
_MASK = _SLOTS - 1
# A place shares its 32 bits with a part of the mark, by which strangers in a slot are told.
_PLACE = (1 << 17) - 1
_TAG = 0xFFFFFFFF ^ _PLACE


class Close(NamedTuple):
    """A name near to what was written, best first: the fewer edits, the better."""

    edits: int
    name: str


class CloseNames:
    """The names to choose from, found by what is left of them without one letter."""

    def __init__(self, names: Iterable[str]) -> None:
        """Index every name that is long enough and holds no number: a wrong digit is no typo."""
        self._names = sorted({name for name in names if _is_word_like(name)})[:_PLACE]
        self._longest = max(map(len, self._names), default=0)
        self._starts, self._places = _indexed(self._names)

    def near(self, word: str) -> list[Close]:
        """The names close to a word, the nearest first; none for one shorter or longer than any."""
        if not _is_word_like(word) or len(word) > self._longest + 1:
            return []
        starts, places = self._starts, self._places
        found: set[int] = set()
        for mark in _marks(word):
            slot = mark & _MASK
            first, last = starts[slot], starts[slot + 1]
            if first != last:
                tag = mark & _TAG
                found.update([each & _PLACE for each in places[first:last] if each & _TAG == tag])
        return sorted(self._compared(word, found)) if found else []

    def _compared(self, word: str, places: set[int]) -> Iterator[Close]:
        """The names that are close indeed: equal marks may be chance."""
        for place in places:
            name = self._names[place]
            edits = edits_between(word, name)
            if edits is not None:
                yield Close(edits, name)


def phrases_around(words: list[str], unknown: list[int], longest: int) -> Iterator[list[str]]:
    """Every run of neighbouring words that holds an unknown one, the shortest first."""
    for length in range(1, longest + 1):
        starts = {start for at in unknown for start in range(at - length + 1, at + 1)}
        for start in sorted(starts):
            if 0 <= start <= len(words) - length:
                yield words[start : start + length]


def suspects(words: list[str], unknown: list[int]) -> Iterator[str]:
    """The phrases that may be a misspelt name: unknown words, alone and with their neighbours."""
    for phrase in phrases_around(words, unknown[:MOST_UNKNOWN], MOST_WORDS):
        if all(word.isalpha() for word in phrase):
            yield " ".join(phrase)
            if len(phrase) == 2:
                yield "".join(phrase)


def suggestions(
    close: Iterable[Close], entries: Mapping[str, Entry], watched: Collection[str]
) -> tuple[str, ...]:
    """At most three drugs: the nearest first, of equals those that hold a watched ingredient."""

    def rank(each: Close) -> tuple[int, bool, bool, int, str]:
        readings = entries[each.name].readings
        unwatched = not any(name in watched for names in readings for name in names)
        is_other_name = (each.name,) not in readings
        return each.edits, unwatched, is_other_name, -each.name.count(" "), each.name

    ranked = [entries[each.name] for each in sorted(set(close), key=rank)]
    drugs: dict[Readings, Entry] = {}
    for entry in ranked:
        drugs.setdefault(entry.readings, entry)
    return tuple(map(in_words, drugs.values()))[:MOST_SUGGESTIONS]


def in_words(entry: Entry) -> str:
    """What a name means, with the name where it is another: `azithromycin (Zithromax)`."""
    meant = " or ".join(" + ".join(names) for names in entry.readings)
    if entry.kind is Kind.NAME:
        return meant if entry.phrase == key_of(meant) else f"{meant} ({entry.phrase})"
    return f"{meant} ({' '.join(map(_brand_word, entry.phrase.split(' ')))})"


def _brand_word(word: str) -> str:
    """Names are kept in lower case: `toprol xl` is shown as `Toprol XL`, `of` as it is."""
    if word in {"of", "and", "for", "in"}:
        return word
    return word.upper() if len(word) < 3 else word.capitalize()


def _is_word_like(name: str) -> bool:
    return len(name) >= SHORTEST and name.replace(" ", "").isalpha()


def _marks(word: str) -> list[int]:
    """Numbers that stand for the word whole and for it with each letter left out."""
    marks = [hash(word[:place] + word[place + 1 :]) for place in range(len(word))]
    marks.append(hash(word))
    return marks


def _indexed(names: list[str]) -> "tuple[array[int], array[int]]":
    """Where each slot begins in the list of places, and that list."""
    counts = array("I", bytes(4 * (_SLOTS + 1)))
    for name in names:
        for mark in _marks(name):
            counts[mark & _MASK] += 1
    # Each slot's end; filling from behind turns it into its beginning.
    starts = array("I", accumulate(counts))
    places = array("I", bytes(4 * starts[-1]))
    for place, name in enumerate(names):
        # Made once more: to keep them all would take more memory than the index.
        for mark in _marks(name):
            slot = mark & _MASK
            starts[slot] -= 1
            places[starts[slot]] = place | (mark & _TAG)
    return starts, places
