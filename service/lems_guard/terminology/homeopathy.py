"""Homeopathic dilutions: what they are named after is not in them in any amount that acts.

`Gelsemium sempervirens 9 CH`, `Magnesium phosphoricum D6`, `Arnica montana 30C`, `Ignatia 15CH`.
A text is one only where it begins with the Latin name and the potency, and names nothing else: a
potency that is a frequency as well (`acidum azelaicum 4x/day`) is taken for the frequency, and a
name that is a drug's (`timolol 12 ch`, `gentamicina intravenosa D7`) for the drug.
"""

from typing import Final

from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.phrase import DIGITS, Phrase
from lems_guard.terminology.vocabulary import IngredientSet
from lems_guard.terminology.words import number_of

HOMEOPATHIC: Final[IngredientSet] = ("homeopathic medicine",)
# Centesimal and decimal steps by Hahnemann or Korsakov: no unit of an order is written so.
FIRM: Final = frozenset({"ch", "dh", "ck", "lm"})
SCALES: Final = FIRM | {"c", "d", "x"}
LATIN_ENDS: Final = ("um", "us", "a", "ans", "ens", "is")
LONGEST_NAME: Final = 2
# What remedies are made of that are drugs by the same name, when they are salts of it.
MINERALS: Final = frozenset({"calcium", "magnesium", "ferrum", "zincum", "cuprum", "ammonium"})
SALT_END: Final = "icum"
# Before this step there may be enough of it to act.
LEAST_D: Final = 6
# The words of a potency: its number and its scale.
POTENCY: Final = 2
# `3x` is said of times a day more often than of a potency; `d1` and `d8` of a cycle's days.
LEAST_X: Final = 6
DAYS_OF_CYCLE: Final = frozenset({1, 15, 22})
LEAST_C: Final = 10
# What no dilution is ordered with: another drug, words that nobody knows, an amount.
NOT_BESIDE: Final = frozenset(
    {kinds.NAME, kinds.BRAND, kinds.MENTION, kinds.UNKNOWN, kinds.AMOUNT, kinds.STRENGTH}
    | {kinds.WEIGHT, kinds.WEIGHT_DAY, kinds.SURFACE, kinds.DAY, kinds.RATE, kinds.RATIO}
    | {kinds.VOLUME}
)
# What no word of a remedy's name is: what is not known, and part of a salt's name, may be one.
NAMES: Final = frozenset({kinds.NAME, kinds.SALT})
OF_A_NAME: Final = frozenset({kinds.UNKNOWN, kinds.SALT})

# `6x` is a potency where only the form follows: `6x Tabletten täglich` are six times a day.
BEHIND_X: Final = frozenset({kinds.FORM, kinds.SIGN})


def is_dilution(words: list[str], phrases: list[Phrase]) -> bool:
    """Whether an order is one of a homeopathic dilution, and of nothing else."""
    stop = _potency_stop(words)
    if not stop or not _is_remedy(words[: stop - POTENCY], phrases, words[stop - POTENCY : stop]):
        return False
    behind = [phrase for phrase in phrases if phrase.stop > stop]
    if any(phrase.start < stop or phrase.kind in NOT_BESIDE for phrase in behind):
        return False
    return words[stop - 1] != "x" or all(phrase.kind in BEHIND_X for phrase in behind)


def _potency_stop(words: list[str]) -> int:
    """Behind the potency that follows the name at the head of a text; zero where none does."""
    name = next((at for at, word in enumerate(words) if not word.isalpha() or word in SCALES), 0)
    if not 0 < name <= LONGEST_NAME or name + 1 >= len(words):
        return 0
    one, other = words[name : name + POTENCY]
    scale, number = (other, one) if one[0] in DIGITS else (one, other)
    value = number_of(number) if number[0] in DIGITS else None
    if scale not in SCALES or value is None:
        return 0
    is_firm = scale in FIRM or (_is_binomial(words[:name]) and _is_step(scale, one, value))
    return name + POTENCY if is_firm else 0


def _is_remedy(name: list[str], phrases: list[Phrase], potency: list[str]) -> bool:
    """Whether a name may be a remedy's: no drug's, but a salt's or a plant's that has its own."""
    parts = [phrase for phrase in phrases if phrase.start < len(name)]
    if all(phrase.kind in OF_A_NAME for phrase in parts):
        return name[-1].endswith(LATIN_ENDS)
    if len(name) < LONGEST_NAME or any(phrase.kind not in NAMES for phrase in parts[:1]):
        return False
    if _is_own_name(parts[0], name):
        return True
    is_salt = name[0] in MINERALS and name[1].endswith(SALT_END)
    return is_salt and _is_high(potency)


def _is_own_name(phrase: Phrase, name: list[str]) -> bool:
    """Whether the vocabulary calls a plant so itself: `Arnica montana`."""
    own = phrase.entry is not None and phrase.entry.readings == ((" ".join(name),),)
    return own and phrase.stop == len(name)


def _is_high(potency: list[str]) -> bool:
    """Whether nothing that acts is left: any centesimal step, or the sixth decimal one."""
    scale, number = sorted(potency, key=lambda word: word[0] in DIGITS)
    return scale not in {"d", "x", "dh"} or (number_of(number) or 0) >= LEAST_D


def _is_binomial(name: list[str]) -> bool:
    """Whether a name is a Latin one of two words, as remedies have."""
    is_vitamin = any(word.startswith("vitamin") for word in name)
    return len(name) == LONGEST_NAME and name[1].endswith(LATIN_ENDS) and not is_vitamin


def _is_step(scale: str, first: str, value: float) -> bool:
    """Whether `30C`, `6X`, `D6`, `C200` are written as potencies are."""
    if scale == "d":
        return first == scale and value not in DAYS_OF_CYCLE
    if scale == "x":
        return first != scale and value >= LEAST_X
    return first != scale or value >= LEAST_C
