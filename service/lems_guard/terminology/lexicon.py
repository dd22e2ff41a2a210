"""One dictionary of all words that the text of an order may hold, for one country.

Building it once makes reading a text a walk with one or two look-ups per word. What a word is
when two tables hold it is decided here: a drug's name comes before everything else.
"""

import enum
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Optional, TypeAlias

from lems_guard.clinical.country import MEMBERS_OF_EU
from lems_guard.clinical.route import Route
from lems_guard.terminology.spelling import Spellings
from lems_guard.terminology.vocabulary import (
    Form,
    Frequency,
    IngredientSet,
    Readings,
    Vocabulary,
    is_class,
)

# Most phrases are the only ones that begin with their two words: the same objects for all.
ONE_LENGTH = tuple((count,) for count in range(16))
# Stands for any number in the phrases of the tables: `q # h`.
NUMBER_SIGN = "#"


class Kind(enum.IntEnum):
    """What a phrase of an order is."""

    NAME = 0
    BRAND = 1
    ROUTE = 2
    SIDE = 3
    FORM = 4
    FREQUENCY = 5
    NUMBER = 6
    SALT = 7
    PREFIX = 8
    FILLER = 9
    # The words of a sig, as `sig.tsv` has them.
    REASON = 10
    CONDITION = 11
    LIMIT = 12
    QUANTITY = 13
    ONCE = 14
    TIMES = 15
    TOTAL = 16
    DAILY = 17
    DIVIDED = 18
    START = 19
    CONTINUE = 20
    DENY = 21
    DENIED = 22
    SCALE = 23
    WEEKDAY = 24
    MEALS = 25
    INSTRUCTION = 26
    DURATION = 27
    INDICATION = 28
    TALK = 29
    JOIN = 30
    THEN = 31
    TAIL = 32
    COMPOUNDED = 33
    LINK = 34
    UNSAID = 35
    STEP = 36
    PAST = 37
    SWITCH = 38
    # What numbers make.
    AMOUNT = 40
    STRENGTH = 41
    WEIGHT = 42
    WEIGHT_DAY = 54
    SURFACE = 43
    DAY = 44
    VOLUME = 45
    RATIO = 46
    RATE = 47
    MEASURE = 48
    COUNT = 49
    MULTIPLE = 50
    PATTERN = 51
    CLOCK = 52
    BARE = 53
    # What is no word of a table.
    SIGN = 60
    MENTION = 61
    UNKNOWN = 62


class Pace(NamedTuple):
    """A frequency ready to be computed: a number, or divisions over the number in the text."""

    per_day: float | None
    divisions: tuple[str, ...]
    as_needed: bool
    moment: bool
    is_formula: bool


class Entry(NamedTuple):
    """What a phrase is and what it says; only the fields of its kind are filled.

    `after_drug` is what a drug's name means behind another drug: `potassium` is a drug, in
    `losartan potassium` a salt; `INH` is isoniazid, in `albuterol 2 puffs INH` a route; `AS` is
    the left ear, in `magnesium as citrate` a mere word. `always` is the frequency
    of a phrase without numbers, from its least to its largest reading. `is_class`: a class of
    drugs is named, and none of them.
    """

    kind: Kind
    phrase: str
    readings: Readings = ()
    route: Route | None = None
    form: Form | None = None
    pace: Pace | None = None
    number: float = 0.0
    ends_in_number: bool = False
    after_drug: Optional["Entry"] = None
    of_site: bool = False
    spelled: bool = False
    always: tuple[float, float] | None = None
    is_class: bool = False


def no_spelling(_: str) -> Readings:
    """No word is read by its spelling."""
    return ()


Longer: TypeAlias = Mapping[str, dict[str, tuple[int, ...]]]
Classes: TypeAlias = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Phrases by their words, and how long phrases are by their first two words, longest first."""

    entries: Mapping[str, Entry]
    longer: Longer
    units: Mapping[str, str]
    mixtures: Mapping[IngredientSet, IngredientSet] = field(default_factory=dict)
    spelling: Callable[[str], Readings] = no_spelling
    combinations: frozenset[IngredientSet] = frozenset()
    """Sets of ingredients of which one product is made."""
    classes: Classes = field(default_factory=dict)
    """Classes that can be named in the place of a drug, with the drugs in them."""
    inhaled: frozenset[str] = frozenset()
    """Ingredients of which a product to be inhaled is made."""

    def spelled(self, word: str) -> Entry | None:
        """A word that no table holds, as the name that it spells in another language."""
        readings = self.spelling(word) if word.isalpha() else ()
        if not readings:
            return None
        return Entry(Kind.NAME, word, readings, spelled=True, is_class=is_class(readings))


_TWO_MEANINGS = {
    (Kind.NAME, Kind.SALT),
    (Kind.NAME, Kind.ROUTE),
    (Kind.NAME, Kind.FILLER),
    (Kind.NAME, Kind.LINK),
    (Kind.SIDE, Kind.FILLER),
    (Kind.SIDE, Kind.LINK),
}
# A member of the European Union, and any other country, without brands of its own in the tables.
EU_ONLY, ELSEWHERE = "DE", "-"
_KINDS_OF_FILLER = {"salt": Kind.SALT, "prefix": Kind.PREFIX}


class Lexicons:
    """The words of a vocabulary as they are read in each country."""

    def __init__(self, vocabulary: Vocabulary, classes: Classes | None = None) -> None:
        """Order all words once; a country's own brands are looked up when it first asks."""
        self._vocabulary = vocabulary
        self._classes = classes or {}
        self._common: dict[str, Entry] = {}
        for entry in _entries(vocabulary):
            earlier = self._common.setdefault(entry.phrase, entry)
            if (earlier.kind, entry.kind) in _TWO_MEANINGS:
                self._common[entry.phrase] = earlier._replace(after_drug=entry)
        self._longer = longer_of(self._common)
        self._combinations = frozenset(_combinations(vocabulary))
        self._inhaled = frozenset(
            each.ingredients[0]
            for each in vocabulary.contents
            if each.route is Route.INHALED and len(each.ingredients) == 1
        )
        self._places = {place for each in self._local() for place in each[1]}
        self.anywhere = self._read_as(self._common)
        self._by_place = {"": self.anywhere}

    def of(self, country: str) -> Lexicon:
        """The words as they are read in a country; empty: it is not known."""
        known = self._by_place.get(country)
        if known is not None:
            return known
        place = self._place(country)
        if place not in self._by_place:
            local = {key: _brand(self._vocabulary, key, place) for key, _ in self._local()}
            self._by_place[place] = self._read_as(self._common | local)
        # One entry a country, of which there are a few hundred, beside few that differ.
        self._by_place[country] = self._by_place[place]
        return self._by_place[place]

    @functools.cached_property
    def _spellings(self) -> Spellings:
        """Made when the first word comes that no table holds."""
        return Spellings(self._vocabulary.names)

    def _spelled(self, word: str) -> Readings:
        return self._spellings.read(word)

    def _place(self, country: str) -> str:
        """Countries without brands of their own share the words of the others like them."""
        if not country or country in self._places:
            return country
        return EU_ONLY if country in MEMBERS_OF_EU else ELSEWHERE

    def _local(self) -> Iterator[tuple[str, set[str]]]:
        """The brands that mean different things in different countries."""
        for key, meanings in self._vocabulary.brands.items():
            if self._common[key].kind is Kind.BRAND and len(meanings) > 1:
                yield key, {place for meaning in meanings for place in meaning.countries}

    def _read_as(self, entries: dict[str, Entry]) -> Lexicon:
        mixtures = dict(self._vocabulary.mixtures)
        return Lexicon(
            entries,
            self._longer,
            self._vocabulary.units,
            mixtures,
            self._spelled,
            self._combinations,
            self._classes,
            self._inhaled,
        )


def _combinations(vocabulary: Vocabulary) -> Iterator[IngredientSet]:
    """The sets of several ingredients that a brand or a product holds."""
    for meanings in vocabulary.brands.values():
        yield from (each.ingredients for each in meanings if len(each.ingredients) > 1)
    yield from (each.ingredients for each in vocabulary.contents if len(each.ingredients) > 1)


def _entries(vocabulary: Vocabulary) -> Iterator[Entry]:
    """Every phrase, those first that win over the same phrase in a later table."""
    yield from _drug_entries(vocabulary)
    for key, word in vocabulary.routes.items():
        if word.context != "field":
            yield Entry(Kind.SIDE if word.context else Kind.ROUTE, key, route=word.route)
    for key, form in vocabulary.forms.items():
        yield Entry(Kind.FORM, key, form=form)
    for key, frequency in vocabulary.frequencies.items():
        pace = _pace(frequency)
        always = None if pace.per_day is None else (pace.per_day, pace.per_day)
        yield Entry(Kind.FREQUENCY, key, pace=pace, always=always)
    for key, (kind, value) in vocabulary.sig.items():
        yield Entry(Kind[kind.upper()], key, number=value)
    for key, number in vocabulary.numbers.items():
        yield Entry(Kind.NUMBER, key, number=number)
    for key, kind in vocabulary.fillers.items():
        yield Entry(_KINDS_OF_FILLER.get(kind, Kind.FILLER), key)


def _drug_entries(vocabulary: Vocabulary) -> Iterator[Entry]:
    for key, readings in vocabulary.names.items():
        yield _drug(Kind.NAME, key, readings, _only_route(vocabulary, readings))
    for key in vocabulary.brands:
        yield _brand(vocabulary, key, "")
    for code, readings in vocabulary.cvx.items():
        yield _drug(Kind.NAME, f"cvx {code}", readings, None)


def _only_route(vocabulary: Vocabulary, readings: Readings) -> Route | None:
    """The one route of a drug that is made for it alone."""
    is_one = len(readings) == 1 and len(readings[0]) == 1
    return vocabulary.only_routes.get(readings[0][0]) if is_one else None


def _brand(vocabulary: Vocabulary, key: str, place: str) -> Entry:
    route = vocabulary.brand_route(key, place)
    return _drug(Kind.BRAND, key, vocabulary.meaning(key, place), route)


def _drug(kind: Kind, key: str, readings: Readings, route: Route | None) -> Entry:
    ends_in_number = " " in key and key[-1].isdigit()
    return Entry(
        kind,
        key,
        readings,
        route,
        ends_in_number=ends_in_number,
        is_class=is_class(readings),
    )


def _pace(frequency: Frequency) -> Pace:
    divisions = tuple(frequency.per_day.split("/")) if frequency.per_day else ()
    is_formula = NUMBER_SIGN in divisions
    per_day = quotient(divisions, None) if divisions and not is_formula else None
    return Pace(per_day, divisions, frequency.as_needed, frequency.moment, is_formula)


def longer_of(phrases: Iterable[str]) -> dict[str, dict[str, tuple[int, ...]]]:
    """How long the phrases are that begin with two words, longest first."""
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for phrase in phrases:
        first, _, after = phrase.partition(" ")
        if not after:
            continue
        second, count = after.partition(" ")[0], phrase.count(" ") + 1
        lengths = found.setdefault(first, {})
        known = lengths.get(second)
        if known is None:
            lengths[second] = ONE_LENGTH[count] if count < len(ONE_LENGTH) else (count,)
        elif count not in known:
            lengths[second] = tuple(sorted((*known, count), reverse=True))
    return found


def quotient(divisions: tuple[str, ...], number: float | None) -> float | None:
    """The value of `24/#` for a number; nothing where the number is unknown or zero."""
    values = [number if part == NUMBER_SIGN else float(part) for part in divisions]
    result = values[0]
    for value in values[1:]:
        if result is None or not value:
            return None
        result /= value
    return result
