"""Pieces of licensed amifampridine in mg: a tablet holds 10 mg, a mL of the suspension 1 mg.

No others are made after the label (clinical facts, H4). What a piece of a compounded product holds
is unknown, and so is a dose where a count may be a whole day's pieces or a supply.
"""

from collections.abc import Collection

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import CHEMICAL_NAME
from lems_guard.terminology.lexicon import Entry, Kind
from lems_guard.terminology.order_text import OrderText
from lems_guard.terminology.quantities import Quantities
from lems_guard.terminology.vocabulary import Readings

LICENSED: Readings = (("amifampridine",),)
TABLETS = frozenset({"tablet", "tablets", "tab", "tabs", "oral tablet"})
SUSPENSIONS = frozenset({"suspension", "oral suspension", "susp", "oral susp"})
TABLET, MILLILITRE = Dose(10.0, "mg"), Dose(1.0, "mg")
SUSPENDED = (MILLILITRE.value, MILLILITRE.unit, "ml")
# Many at once without a frequency are what is handed out: `Firdapse 120 tablets`.
MOST_AT_ONCE = 10
AMINOPYRIDINES = frozenset({LICENSED, (("fampridine",),)})
# What the INN and its variants have in common. Compounded products go by the chemical name.
INN_STEM = "ampridin"


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
    return product_of([(entry.phrase, entry.kind is Kind.BRAND)]) if is_one else ""


def product_in(walked: OrderText) -> str:
    """By which product a text goes that names an aminopyridine and nothing else."""
    return product_of([(drug.phrase, drug.brand) for drug in walked.named])


def is_licensed(walked: OrderText, product: str) -> bool:
    """Whether a text that names amifampridine means the licensed product."""
    return product != CHEMICAL_NAME and not walked.compounded


def is_suspension(walked: OrderText) -> bool:
    """Whether a text speaks of the 1 mg/mL suspension, by its form or its strength."""
    forms, strengths = _forms(walked), set(walked.quantities.concentrations)
    return bool(forms or strengths) and forms <= SUSPENSIONS and strengths <= {SUSPENDED}


def add_strength(walked: OrderText) -> None:
    """Give the pieces of a licensed product their strength, where it is clear what is counted."""
    quantities, forms = walked.quantities, _forms(walked)
    if quantities.total is not None:
        return
    if is_suspension(walked):
        _count(quantities, quantities.volumes, MILLILITRE)
    elif forms and forms <= TABLETS and not quantities.volumes + quantities.concentrations:
        _count(quantities, quantities.counts, TABLET)


def _forms(walked: OrderText) -> set[str]:
    return {form.phrase for form in walked.forms}


def _count(quantities: Quantities, counts: list[float], piece: Dose) -> None:
    """Take the counts as so many pieces, unless an amount beside them says something else."""
    if len(set(counts)) != 1:
        return
    count = counts[0]
    whole = {Dose(piece.value * count, piece.unit)}
    amounts = set(quantities.amounts)
    if amounts <= {piece} and _is_unclear(quantities, count):
        quantities.doubt = quantities.doubt or "how many are taken at one time is not clear"
    elif amounts <= {piece} or (amounts == whole and not quantities.multiplied):
        quantities.counts, quantities.amounts, quantities.unclear = [count], [piece], False


def _is_unclear(quantities: Quantities, count: float) -> bool:
    """Whether a count may be a whole day's pieces, or a supply."""
    if quantities.whole_day:
        return count > 1
    return count > MOST_AT_ONCE and not quantities.paces and not quantities.moments
