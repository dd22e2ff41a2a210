"""Which drug the names in an order mean together."""

import itertools
import math
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from lems_guard.terminology.lexicon import Classes, Entry, Lexicon
from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.phrase import Phrase
from lems_guard.terminology.vocabulary import IngredientSet, Readings

MOST_READINGS: Final = 64
NO_DRUGS: Final = frozenset[str]()
ELEMENTS: Final = frozenset({"calcium", "iron", "magnesium", "potassium", "zinc"})
# What is ordered beside a drug, and no rule can be about.
IDLE: Final = frozenset({"medical device", "no medication", "wound dressing"})
COMPOUNDED: Final = "compounded"
NAME_DOES_NOT_TELL: Final = "the name alone does not tell which product is meant"
TOO_MANY: Final = "the names have more readings than are judged"
CLASS_NAMED: Final = "a class of drugs is named: which of them is not said"
NAMES_DISAGREE: Final = "the names in the text disagree"
Mixtures: TypeAlias = Mapping[IngredientSet, IngredientSet]


def drugs_or_class(named: list[Phrase], lexicon: Lexicon) -> tuple[Readings, str]:
    """What the names mean together; a class counts only where no drug of it stands beside it."""
    if not _names_class(named):
        return drugs_of(named, lexicon.mixtures)
    rest = _without_classes(named, lexicon.classes)
    readings, why = drugs_of(rest, lexicon.mixtures)
    return readings, CLASS_NAMED if _names_class(rest) else why


def _names_class(named: list[Phrase]) -> bool:
    """Whether a class stands in the place of a drug."""
    return any(each.entry is not None and each.entry.is_class for each in named)


def _without_classes(named: list[Phrase], classes: Classes) -> list[Phrase]:
    """The drugs without the class that one of them is in: `bisoprolol, a beta blocker`."""
    drugs = {
        name
        for entry in map(entry_of, named)
        if not entry.is_class
        for names in entry.readings
        for name in names
    }
    return [each for each in named if not _restates(entry_of(each), drugs, classes)]


def _restates(entry: Entry, drugs: set[str], classes: Classes) -> bool:
    """Whether a class is one of those that a drug beside it is in."""
    told = [name for names in entry.readings for name in names] if entry.is_class else []
    return any(not drugs.isdisjoint(classes.get(name, NO_DRUGS)) for name in told)


def drugs_of(named: list[Phrase], mixtures: Mixtures) -> tuple[Readings, str]:
    """Every set of ingredients that the names may mean, and why there are several."""
    if len(named) == 1:
        readings = entry_of(named[0]).readings
        return readings, NAME_DOES_NOT_TELL if len(readings) > 1 else ""
    brackets = (
        [entry_of(each).readings for each in named if (each.value or 0) == kind]
        for kind in range(3)
    )
    first, *others = (_union(drugs, mixtures) for drugs in brackets if drugs)
    together = first
    for readings in others:
        fitting = _agreed(together, readings)
        if not fitting:
            return tuple(dict.fromkeys((*together, *readings))), NAMES_DISAGREE
        together = fitting
    if math.prod(len(entry_of(each).readings) for each in named) > MOST_READINGS:
        return together, TOO_MANY
    return together, NAME_DOES_NOT_TELL if len(together) > 1 else ""


def entry_of(phrase: Phrase) -> Entry:
    """The entry of a phrase that a table holds."""
    if phrase.entry is None:
        raise LookupError("no table holds this phrase")
    return phrase.entry


def _union(drugs: list[Readings], mixtures: Mixtures) -> Readings:
    """Every way to put the drugs together into one set of ingredients, or the bag they make."""
    choices = itertools.islice(itertools.product(*drugs), MOST_READINGS)
    sets = (_together(choice) for choice in choices)
    return tuple(dict.fromkeys(mixtures.get(names, names) for names in sets))


def _together(choice: Iterable[IngredientSet]) -> IngredientSet:
    """One set; `magnesium oxide (241 mg magnesium)` names the element of the salt, no more."""
    names = set(itertools.chain(*choice))
    elements = {name for name in names if any(other.startswith(f"{name} ") for other in names)}
    return tuple(sorted((names - (elements & ELEMENTS)) - IDLE or names))


def _agreed(readings: Readings, others: Readings) -> Readings:
    """One name may hold what the other leaves out; nothing where neither holds the other."""
    fitting = [
        one if _is_part(other, one) else other
        for one in readings
        for other in others
        if _is_part(one, other) or _is_part(other, one)
    ]
    return tuple(dict.fromkeys(fitting))


def _is_part(one: IngredientSet, other: IngredientSet) -> bool:
    """Whether the other set holds every ingredient, or the salt of every element."""
    return all(
        name in other or (name in ELEMENTS and any(o.startswith(f"{name} ") for o in other))
        for name in one
    )


def as_compounded(readings: Readings, lexicon: Lexicon) -> Readings:
    """The compounded substance, where it is one of its own: `amifampridine 10 mg (compounded)`."""
    names = [lexicon.entries.get(f"{' '.join(each)} {COMPOUNDED}") for each in readings]
    return next((entry.readings for entry in names if entry is not None), readings)


def by_spelling(named: Iterable[Phrase]) -> list[tuple[str, str]]:
    """The names that no table holds, each with the drugs that it was read as by its spelling."""
    return [
        (entry.phrase, " or ".join(" + ".join(names) for names in entry.readings))
        for entry in map(entry_of, named)
        if entry.spelled
    ]


def beside(readings: Readings, mentioned: list[Phrase]) -> Readings:
    """The readings without and with the drugs that an order speaks of in its reason."""
    more = [names for phrase in mentioned for names in entry_of(phrase).readings]
    wider = [tuple(sorted({*held, *names})) for held in readings for names in more]
    return tuple(dict.fromkeys((*readings, *wider)))


def is_brand(phrase: Phrase) -> bool:
    """Whether a drug is named by a brand."""
    return phrase.kind is kinds.BRAND
