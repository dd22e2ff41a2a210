"""Homeopathic dilutions: what they are named after is not in them in any amount that acts.

`Gelsemium sempervirens 9 CH`, `Magnesium phosphoricum D6`, `Arnica montana 30C`, `Ignatia 15CH`.
"""

import re

from lems_guard.terminology.vocabulary import IngredientSet

HOMEOPATHIC: IngredientSet = ("homeopathic medicine",)
# What every dilution has, and few other orders: looked for first.
_STEP = re.compile(r"\d ?(?:CH|DH|CK|LM|[CX])\b|\b[DC]\d", re.IGNORECASE)
# Centesimal and decimal steps by Hahnemann or Korsakov: no unit of an order is written so.
_CENTESIMAL = re.compile(r"\b\d{1,4} ?(?:CH|DH|CK|LM)\b", re.IGNORECASE)
# `30C`, `6X`, `D6`, `C200` are a strength only behind a Latin name, and where no amount is said.
_BINOMIAL = re.compile(r"^\W*[a-z]+ [a-z]+ (?:\d{1,4}[CX]|D\d{1,2}|C\d{2,4})\b", re.IGNORECASE)
_LATIN_END = re.compile(r"^\W*[a-z]+ [a-z]*(?:um|us|a|ans|ens|is) ", re.IGNORECASE)
_VITAMIN = re.compile(r"vitamin|calcium d\d|hepatitis|influenza|factor|complement", re.IGNORECASE)
_AMOUNT = re.compile(r"\d ?(?:mg|mcg|g|ml|units?|iu|ui|meq|mmol|%)\b", re.IGNORECASE)


def is_dilution(text: str) -> bool:
    """Whether a text orders a homeopathic dilution."""
    if not _STEP.search(text):
        return False
    if _AMOUNT.search(text) or _VITAMIN.search(text):
        return False
    if _CENTESIMAL.search(text):
        return True
    return bool(_BINOMIAL.search(text) and _LATIN_END.search(text))
