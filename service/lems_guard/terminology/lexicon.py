"""One dictionary of all words that the text of an order may hold, for one jurisdiction.

Building it once makes reading a text a walk with one look-up per word. What a word is when two
tables hold it is decided here: a drug's name comes before everything else.
"""

import enum
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.terminology.vocabulary import Form, Frequency, Readings, Vocabulary


class Kind(enum.IntEnum):
    """What a word of an order is."""

    NAME = 0
    BRAND = 1
    ROUTE = 2
    SIDE = 3
    FORM = 4
    FREQUENCY = 5
    NUMBER = 6
    SALT = 7
    SALT_OR_NAME = 8
    PREFIX = 9
    FILLER = 10


class Pace(NamedTuple):
    """A frequency ready to be computed: a number, or divisions over the number in the text."""

    per_day: float | None
    divisions: tuple[str, ...]
    as_needed: bool
    moment: bool


class Entry(NamedTuple):
    """What a phrase is and what it says; only the field of its kind is filled."""

    kind: Kind
    phrase: str
    readings: Readings = ()
    route: Route | None = None
    form: Form | None = None
    pace: Pace | None = None
    number: float = 0.0
    ends_in_number: bool = False


Lengths = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Phrases by their words, and for each first word how long the phrases are, longest first.

    `shaped` holds the phrases with a number in them (`q # h`), looked up by their shape.
    """

    entries: Mapping[str, Entry]
    lengths: Lengths
    shaped: Mapping[str, Entry]
    shaped_lengths: Lengths
    units: Mapping[str, str]


_KINDS_OF_FILLER = {"salt": Kind.SALT, "prefix": Kind.PREFIX}


def lexicon_of(vocabulary: Vocabulary, jurisdiction: Jurisdiction) -> Lexicon:
    """The words of a vocabulary as they are read in a jurisdiction."""
    entries: dict[str, Entry] = {}
    shaped: dict[str, Entry] = {}
    for entry in _entries(vocabulary, jurisdiction):
        table = shaped if "#" in entry.phrase else entries
        earlier = table.setdefault(entry.phrase, entry)
        if earlier is not entry and entry.kind is Kind.SALT and earlier.kind is Kind.NAME:
            table[entry.phrase] = earlier._replace(kind=Kind.SALT_OR_NAME)
    return Lexicon(entries, _lengths(entries), shaped, _lengths(shaped), vocabulary.units)


def _entries(vocabulary: Vocabulary, jurisdiction: Jurisdiction) -> Iterator[Entry]:
    """Every phrase, those first that win over the same phrase in a later table."""
    yield from _drug_entries(vocabulary, jurisdiction)
    for key, word in vocabulary.routes.items():
        if word.context != "field":
            yield Entry(Kind.SIDE if word.context else Kind.ROUTE, key, route=word.route)
    for key, form in vocabulary.forms.items():
        yield Entry(Kind.FORM, key, form=form)
    for key, frequency in vocabulary.frequencies.items():
        yield Entry(Kind.FREQUENCY, key, pace=_pace(frequency))
    for key, number in vocabulary.numbers.items():
        yield Entry(Kind.NUMBER, key, number=number)
    for key, kind in vocabulary.fillers.items():
        yield Entry(_KINDS_OF_FILLER.get(kind, Kind.FILLER), key)


def _drug_entries(vocabulary: Vocabulary, jurisdiction: Jurisdiction) -> Iterator[Entry]:
    for key, readings in vocabulary.names.items():
        yield _drug(Kind.NAME, key, readings)
    for key in vocabulary.brands:
        yield _drug(Kind.BRAND, key, vocabulary.meaning(key, jurisdiction))


def _pace(frequency: Frequency) -> Pace:
    divisions = tuple(frequency.per_day.split("/")) if frequency.per_day else ()
    per_day = quotient(divisions, None) if divisions and "#" not in divisions else None
    return Pace(per_day, divisions, frequency.as_needed, frequency.moment)


def _drug(kind: Kind, key: str, readings: Readings) -> Entry:
    ends_in_number = " " in key and key[-1].isdigit()
    return Entry(kind, key, readings=readings, ends_in_number=ends_in_number)


def _lengths(phrases: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = defaultdict(set)
    for phrase in phrases:
        words = phrase.split(" ")
        found[words[0]].add(len(words))
    return {first: tuple(sorted(counts, reverse=True)) for first, counts in found.items()}


def quotient(divisions: tuple[str, ...], number: float | None) -> float | None:
    """The value of `24/#` for a number; nothing where the number is unknown or zero."""
    values = [number if part == "#" else float(part) for part in divisions]
    result = values[0]
    for value in values[1:]:
        if result is None or not value:
            return None
        result /= value
    return result
