"""Pieces of licensed amifampridine in mg: a tablet holds 10 mg, a mL of the suspension 1 mg.

No others are made after the label (clinical facts, H4). What a piece of a compounded product holds
is unknown, and so is a dose where a count may be a whole day's pieces or a supply.
"""

from lems_guard.clinical.dose import Dose
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
# The chemical name alone is what compounded products go by.
LICENSED_NAME = "amifampridin"


def is_licensed(walked: OrderText) -> bool:
    """Whether a text that names amifampridine means the licensed product."""
    by_name = any(drug.brand or drug.phrase.startswith(LICENSED_NAME) for drug in walked.named)
    return by_name and not walked.compounded


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
