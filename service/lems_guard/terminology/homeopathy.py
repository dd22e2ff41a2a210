"""Homeopathic dilutions: what they are named after is not in them in any amount that acts.

`Gelsemium sempervirens 9 CH`, `Magnesium phosphoricum D6`, `Arnica montana 30C`, `Ignatia 15CH`.
A text is one only where it begins with the Latin name and the potency, and names nothing else: a
potency that is a frequency as well (`acidum azelaicum 4x/day`) is taken for the frequency.
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
)
# `6x` is a potency where only the form follows: `6x Tabletten täglich` are six times a day.
BEHIND_X: Final = frozenset({kinds.FORM, kinds.SIGN})


def is_dilution(words: list[str], phrases: list[Phrase]) -> bool:
    """Whether an order is one of a homeopathic dilution, and of nothing else."""
    stop = _potency_stop(words)
    if not stop:
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
