"""Writing what was read of a medication: its orders, and what is in doubt of them."""

from collections.abc import Iterable

from lems_guard.answering.wire import block, number, terms, text, texts, whole
from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import Disposition, Doubt, Phase, Understood
from lems_guard.clinical.route import Route

ROUTES, PHASES = terms(2, Route), terms(6, Phase)
# The numbers of the fields in a `MedicationResult`; that of the doubts in a reply is the same.
ORDERS, DOUBTS = 9, 10


def orders(understood: Understood, place: int = ORDERS) -> bytes:
    """Every order of a medication as an `OrderReading`; none where no drug is known."""
    each = (understood, *understood.also)
    return b"".join([block(place, _order(one)) for one in each if one.readings])


def doubts(found: Iterable[Doubt]) -> bytes:
    """Every doubt of a medication, or of the patient's fields, as a `Doubt`."""
    return b"".join([block(DOUBTS, _doubt(doubt)) for doubt in found])


def _order(understood: Understood) -> bytes:
    names = sorted({each.name for reading in understood.readings for each in reading})
    daily = understood.daily_amount()
    return b"".join(
        (
            texts(1, names),
            ROUTES[understood.route],
            _dose(3, understood.dose),
            number(4, understood.doses_per_day),
            _dose(5, daily),
            PHASES[understood.phase],
            whole(7, is_certain(understood)),
            text(8, understood.words),
        )
    )


def _dose(place: int, dose: Dose | None) -> bytes:
    return b"" if dose is None else block(place, number(1, dose.value) + text(2, dose.unit))


def _doubt(doubt: Doubt) -> bytes:
    return text(1, doubt.field) + text(2, doubt.words) + text(3, doubt.what)


def is_certain(understood: Understood) -> bool:
    """Whether drug, dose, route and frequency are told, and none of them is in doubt."""
    told = understood.dose, understood.route, understood.doses_per_day
    known = understood.disposition in {Disposition.EVALUATED, Disposition.NOT_CURRENT}
    return known and None not in told and not any(doubt.field for doubt in understood.doubts)
