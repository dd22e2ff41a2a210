"""Writing what was read of a medication: its orders, and what is in doubt of them."""

from collections.abc import Iterable
from typing import Any

from lems_guard.answering.wire import block, text
from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import Disposition, Doubt, Ingredient, Understood
from lems_guard.v1 import prescription_pb2 as request
from lems_guard.v1 import screening_pb2 as wire

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
    route: Any = understood.route  # the core's terms have the numbers of the contract's
    phase: Any = understood.phase
    told = wire.OrderReading(
        ingredients=_names(understood.readings),
        route=route,
        dose=_dose(understood.dose),
        doses_per_day=understood.doses_per_day,
        daily_amount=_dose(understood.daily_amount()),
        phase=phase,
        certain=is_certain(understood),
        words=understood.words,
    )
    return told.SerializeToString()


def _names(readings: tuple[tuple[Ingredient, ...], ...]) -> list[str]:
    if len(readings) == 1 and len(readings[0]) == 1:
        return [readings[0][0].name]
    return sorted({each.name for reading in readings for each in reading})


def _dose(dose: Dose | None) -> request.Dose | None:
    return None if dose is None else request.Dose(value=dose.value, unit=dose.unit)


def _doubt(doubt: Doubt) -> bytes:
    return text(1, doubt.field) + text(2, doubt.words) + text(3, doubt.what)


def is_certain(understood: Understood) -> bool:
    """Whether drug, dose, route and frequency are told, and none of them is in doubt."""
    told = understood.dose, understood.route, understood.doses_per_day
    known = understood.disposition in {Disposition.EVALUATED, Disposition.NOT_CURRENT}
    return known and None not in told and not any(doubt.field for doubt in understood.doubts)
