"""Orders as read, in a few words, for tables of them."""

from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import Understood


def read_as(understood: Understood) -> str:
    """Every order of a text in a few words: drug, route, dose, times; a star where it is a doubt.

    What is not known is a question mark.
    """
    return " ; ".join(map(_one, (understood, *understood.also)))


def _one(understood: Understood) -> str:
    if not understood.readings:
        return "?"
    dose, per_day = understood.dose, understood.doses_per_day
    parts = [
        " + ".join(each.name for each in understood.readings[0]),
        understood.route.name if understood.route is not None else "?",
        f"{dose.value:.6g} {dose.unit}" if dose is not None else "?",
        f"x{per_day:.3g}" if per_day is not None else "x?",
    ]
    parts += ["prn"] * (understood.as_needed is YesNo.YES)
    parts += ["*"] * any(doubt.field in {"dose", "doses_per_day"} for doubt in understood.doubts)
    return " ".join(parts)
