"""Units that no number stands before: the unit of a rate, or magnesium by its sign.

`Dopamine (mcg/kg/min)` and `Firdapse mg tid` name a unit and no amount, which says nothing;
`Mg 2 g iv` orders magnesium.
"""

from collections.abc import Mapping
from typing import Final

from lems_guard.terminology.lexicon import Entry
from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.amounts import DOSE_UNITS, PER
from lems_guard.terminology.reading.phrase import Amount, Phrase, Words

LONE: Final = DOSE_UNITS | {"ml", "mm", "cm"}
MG, MAGNESIUM = "mg", "magnesium"
# Between the sign of an element and its amount: `Mg++ 2 g`, `Mg (2 g)`, `Mg iv 2 g`.
BEFORE_AMOUNT: Final = frozenset({kinds.SIGN, kinds.JOIN, kinds.ROUTE, kinds.LINK})
# `for MG`, `hx MG`: a disease is spoken of.
OF_DISEASE: Final = frozenset(
    {kinds.REASON, kinds.INDICATION, kinds.CONDITION, kinds.DENIED, kinds.DENY}
)


def is_lone_unit(word: str, units: Mapping[str, str]) -> bool:
    """Whether a word that no table of words holds is a unit; one letter may be anything."""
    return len(word) > 1 and units.get(word) in LONE


def lone_unit(text: Words, at: int) -> Phrase:
    """A unit with all that it is given for each of: `mcg/kg/min`."""
    words, stop = text.words, at + 1
    while stop + 1 < text.end and words[stop] in PER and words[stop + 1] in text.units:
        stop += 2
    return Phrase(kinds.UNKNOWN, at, stop, None, text.units[words[at]])


def units_settled(
    phrases: list[Phrase], words: list[str], entries: Mapping[str, Entry]
) -> list[Phrase]:
    """The phrases in which each unit without a number is a drug, in doubt, or says nothing."""
    drug = entries.get(MAGNESIUM)
    is_named = any(each.kind <= kinds.BRAND for each in phrases)
    is_alone = not is_named and not any(map(_is_unknown, phrases))
    found = []
    for place, phrase in enumerate(phrases):
        if phrase.kind is not kinds.UNKNOWN or phrase.value is None:
            found.append(phrase)
        elif place and phrases[place - 1].kind is kinds.PATTERN:
            # `10-10-10 mg`: so many pieces of one milligram.
            one = Amount(1.0, 1.0, phrase.value)
            found.append(phrase._replace(kind=kinds.STRENGTH, value=one))
        elif drug is None or not _may_be_magnesium(phrases, place, words):
            found.append(phrase._replace(kind=kinds.FILLER, value=None))
        elif _has_amount(phrases, place) or (is_alone and not _is_transposed(phrases, place)):
            found.append(phrase._replace(kind=drug.kind, entry=drug, value=None))
        else:
            kind = kinds.FILLER if is_named else kinds.UNKNOWN
            found.append(phrase._replace(kind=kind, value=None))
    return found


def _is_unknown(phrase: Phrase) -> bool:
    return phrase.kind is kinds.UNKNOWN and phrase.value is None


def _may_be_magnesium(phrases: list[Phrase], place: int, words: list[str]) -> bool:
    """Whether `mg` may be the element: it is no unit said twice, nor myasthenia gravis."""
    phrase = phrases[place]
    if words[phrase.start : phrase.stop] != [MG]:
        return False
    is_disease = place > 0 and phrases[place - 1].kind in OF_DISEASE
    return not (is_disease or _is_unit_again(phrases, place))


def _has_amount(phrases: list[Phrase], place: int) -> bool:
    """Whether an amount of it follows: `Mg 2 g`."""
    after = place + 1
    while after < len(phrases) and phrases[after].kind in BEFORE_AMOUNT:
        after += 1
    return after < len(phrases) and phrases[after].kind is kinds.AMOUNT


def _is_transposed(phrases: list[Phrase], place: int) -> bool:
    """`Mg 400`: magnesium, or milligrams of something."""
    return place + 1 < len(phrases) and phrases[place + 1].kind is kinds.BARE


def _is_unit_again(phrases: list[Phrase], place: int) -> bool:
    """`25 mg mg`: the unit of the amount before it once more."""
    before = phrases[place - 1].value if place else None
    return isinstance(before, Amount) and before.unit == MG
