"""How an order was read, in one line: drug · route · 20 mg, 3 times = 60 mg/day."""

import re

from lems_guard.v1 import prescription_pb2, screening_pb2
from lems_guard.v1 import terms_pb2 as terms

NOT_KNOWN = "not known"
BY = "\N{MULTIPLICATION SIGN}"
SENTENCE_ENDS = re.compile(r"(?<=[.!?]) (?=[A-Z0-9])")
PHASES = {terms.PHASE_START: "start", terms.PHASE_CONTINUE: "continued"}


def read_as(result: screening_pb2.MedicationResult) -> list[str]:
    """A line for each order that was read in a medication."""
    is_open = result.disposition == terms.DISPOSITION_AMBIGUOUS and len(result.orders) == 1
    between = " or " if is_open else " + "
    return [_line(order, between) for order in result.orders]


def doubts_of(
    result: screening_pb2.MedicationResult | screening_pb2.CheckPrescriptionResponse,
) -> list[str]:
    """What is in doubt of a medication, or of the patient, each as a sentence's part."""
    return [doubt_in_words(each) for each in result.doubts]


def doubt_in_words(doubt: screening_pb2.Doubt) -> str:
    """One doubt: what is in doubt, after the words that brought it."""
    return f"“{doubt.words}” {doubt.what}" if doubt.words else doubt.what


def _line(order: screening_pb2.OrderReading, between: str) -> str:
    parts = [between.join(order.ingredients), _route(order.route), _amount(order)]
    if order.phase in PHASES:
        parts.append(PHASES[order.phase])
    if not order.certain and _is_told(order):
        parts.append("in doubt")
    return " · ".join(parts)


def _is_told(order: screening_pb2.OrderReading) -> bool:
    return order.HasField("dose") and order.HasField("doses_per_day") and bool(order.route)


def _route(route: int) -> str:
    name = terms.Route.Name(route) if route else ""
    return name.removeprefix("ROUTE_").lower().replace("_", " ") or f"route {NOT_KNOWN}"


def _amount(order: screening_pb2.OrderReading) -> str:
    dose = _dose(order.dose) if order.HasField("dose") else f"dose {NOT_KNOWN}"
    if not order.HasField("doses_per_day"):
        return dose
    often = f"{dose} {BY} {_times(order.doses_per_day)}"
    is_whole = order.HasField("daily_amount") and order.doses_per_day >= 1
    return f"{often} = {_dose(order.daily_amount)}/day" if is_whole else often


def _dose(dose: prescription_pb2.Dose) -> str:
    return f"{dose.value:g} {dose.unit}"


def _times(per_day: float) -> str:
    """How often: a number a day, or of days where it is less than one."""
    if per_day >= 1:
        return f"{per_day:g}"
    days = 1 / per_day
    return f"1 every {days:.3g} days"


def first_sentence(text: str) -> str:
    """A text as far as its first full stop."""
    return SENTENCE_ENDS.split(text, maxsplit=1)[0]
