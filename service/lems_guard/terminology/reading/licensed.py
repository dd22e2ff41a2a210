"""Pieces of licensed amifampridine in mg: a tablet holds 10 mg, a mL of the suspension 1 mg.

No others are made after the label (clinical facts, H4). What a piece of a compounded product holds
is unknown.
"""

from collections.abc import Collection
from typing import Final

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import CHEMICAL_NAME
from lems_guard.terminology.lexicon import Entry
from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.bag import Bag
from lems_guard.terminology.reading.phrase import Phrase
from lems_guard.terminology.vocabulary import Readings

LICENSED: Readings = (("amifampridine",),)
TABLETS: Final = frozenset(
    {"tablet", "tablets", "tab", "tabs", "oral tablet", "tab ( s )", "tablet ( s )", "tablette"}
    | {"tabletten", "comprime", "comprimes", "compressa", "compresse", "comprimido", "comprimidos"}
)
SUSPENSIONS: Final = frozenset({"suspension", "oral suspension", "susp", "oral susp"})
TABLET, MILLILITRE = Dose(10.0, "mg"), Dose(1.0, "mg")
SUSPENDED: Final = (1.0, 1.0, "mg/ml")
AMINOPYRIDINES: Final = frozenset({LICENSED, (("fampridine",),)})
# What the INN and its variants have in common. Compounded products go by the chemical name.
INN_STEM: Final = "ampridin"


def product_of(phrases: Collection[tuple[str, bool]]) -> str:
    """By which product an aminopyridine goes in some phrases, each a brand or not.

    The brand; nothing where the INN leaves it open; else that it is the chemical name.
    """
    brands = [phrase for phrase, is_brand in phrases if is_brand]
    if brands:
        return brands[0]
    return "" if any(INN_STEM in phrase for phrase, _ in phrases) else CHEMICAL_NAME


def product_of_name(entry: Entry) -> str:
    """By which product an order goes that is a name and nothing else."""
    is_one = entry.readings in AMINOPYRIDINES
    return product_of([(entry.phrase, entry.kind is kinds.BRAND)]) if is_one else ""


def product_in(drugs: list[Phrase]) -> str:
    """By which product an order goes that names an aminopyridine and nothing else."""
    named = [(each.entry.phrase, each.kind is kinds.BRAND) for each in drugs if each.entry]
    return product_of(named)


def is_licensed(bag: Bag, product: str) -> bool:
    """Whether an order that names amifampridine means the licensed product."""
    return product != CHEMICAL_NAME and kinds.COMPOUNDED not in bag


def is_suspension(bag: Bag) -> bool:
    """Whether an order speaks of the 1 mg/mL suspension, by its form or its strength."""
    forms = _forms(bag)
    strengths = {tuple(each.value or ()) for each in bag.get(kinds.RATIO, ())}
    return bool(forms or strengths) and forms <= SUSPENSIONS and strengths <= {SUSPENDED}


def piece_of(bag: Bag) -> Dose | None:
    """What one counted piece of the licensed product holds, where it is clear what is counted."""
    if is_suspension(bag):
        return MILLILITRE
    forms = _forms(bag)
    if kinds.VOLUME in bag or kinds.RATIO in bag:
        return None
    if forms:
        return TABLET if forms <= TABLETS else None
    return None


def _forms(bag: Bag) -> set[str]:
    return {each.entry.phrase for each in bag.get(kinds.FORM, ()) if each.entry is not None}
