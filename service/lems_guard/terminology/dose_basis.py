"""Whether the number of an amifampridine order counts base or phosphate (clinical facts, H4)."""

import itertools
import math

from lems_guard.clinical.dose import Dose, DoseBasis
from lems_guard.clinical.medication import Understood
from lems_guard.terminology.reading.licensed import LICENSED
from lems_guard.terminology.vocabulary import Readings
from lems_guard.terminology.words import words_of

COMPOUNDED: Readings = (("amifampridine (compounded)",),)
EITHER = frozenset({LICENSED, COMPOUNDED})
PHOSPHATE = frozenset({"phosphate", "dapp", "amifampridinphosphat"})
# 10 mg of base, as a Canadian monograph gives it; the tablet is scored, so halves occur.
HALF_A_TABLET_AS_PHOSPHATE_MG = 18.98 / 2
ROUNDING_MG = 0.01


def with_basis(understood: Understood, readings: Readings, text: str) -> Understood:
    """The order with what its number counts, where it is one of amifampridine."""
    if readings not in EITHER:
        return understood
    basis = _basis(readings, understood.dose, words_of(text))
    return understood._replace(dose_basis=basis)


def _basis(readings: Readings, dose: Dose | None, words: list[str]) -> DoseBasis | None:
    """Base, as on licensed products whatever the salt's name, unless the text says otherwise.

    Not known where a compounded salt is named, or where the number is one of the phosphate.
    """
    if "base" in words:
        return DoseBasis.BASE
    if ("as", "phosphate") in itertools.pairwise(words):
        return DoseBasis.SALT
    salt = readings == COMPOUNDED and not PHOSPHATE.isdisjoint(words)
    return None if salt or _is_of_phosphate(dose) else DoseBasis.BASE


def _is_of_phosphate(dose: Dose | None) -> bool:
    milligrams = (dose.milligrams() or dose.milligrams_per_day()) if dose is not None else None
    if milligrams is None or not math.isfinite(milligrams):
        return False
    halves = round(milligrams / HALF_A_TABLET_AS_PHOSPHATE_MG)
    return abs(milligrams - max(halves, 1) * HALF_A_TABLET_AS_PHOSPHATE_MG) < ROUNDING_MG
