"""A prescription in a person's words: options of the command line to a CheckPrescriptionRequest."""

import re
from collections.abc import Iterable, Mapping

from lems_guard.clinical.errors import FieldViolation, InvalidRequest
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

# The options that are not named as their field is.
FIELDS = {
    "age": "age_years",
    "weight": "weight_kg",
    "creatinine_clearance": "creatinine_clearance_ml_min",
    "nat2": "nat2_phenotype",
}
START = "start"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
JURISDICTIONS = {
    "US": terms.JURISDICTION_US,
    "EU": terms.JURISDICTION_EU,
    "CH": terms.JURISDICTION_CH,
}
ORDERS = {"proposed": "p", "active": "a", "stopped": "s"}


def request_of(given: Mapping[str, object]) -> wire.CheckPrescriptionRequest:
    """The request that the options amount to; an option that was not given stays unknown.

    Raises `InvalidRequest` for a value that no field can hold.
    """
    request = wire.CheckPrescriptionRequest()
    for option, value in given.items():
        if value in (None, "") or option == START:
            continue
        try:
            _say(request, option, value)
        except ValueError:  # beyond what the field can hold, or text that is no Unicode
            violation = FieldViolation(option, "this value cannot be sent")
            raise InvalidRequest((violation,)) from None
    if given.get(START):
        for order in request.proposed:
            order.phase = terms.PHASE_START
    return request


def _say(request: wire.CheckPrescriptionRequest, option: str, value: object) -> None:
    if option in ORDERS and isinstance(value, list | tuple):
        getattr(request, option).extend(_orders(ORDERS[option], value))
    elif option == "allergy" and isinstance(value, list | tuple):
        request.patient.allergies.extend(wire.Allergy(text=text) for text in value)
    elif option in request.DESCRIPTOR.fields_by_name:
        _set(request, option, value)
    else:
        _set(request.patient, FIELDS.get(option, option), value)


def _orders(letter: str, texts: Iterable[str]) -> list[wire.Medication]:
    """Orders with the ids p1, p2 …, by which the answer names them."""
    orders = [
        wire.Medication(id=f"{letter}{number}", text=text)
        for number, text in enumerate(texts, start=1)
    ]
    if letter == ORDERS["stopped"]:
        for order in orders:
            order.text, order.stopped_on = dated(order.text)
    return orders


def with_more(text: str, more: str) -> str:
    """A stopped order to which words are added, or the day on which it was stopped."""
    words, day = dated(text)
    if DAY.fullmatch(more):
        return f"{words} @ {more}"
    return f"{words} {more} @ {day}" if day else f"{words} {more}"


def dated(text: str) -> tuple[str, str]:
    """An order and the day on which it was stopped: `TEXT @ DATE`."""
    words, _, day = text.rpartition("@")
    if words and DAY.fullmatch(day.strip()):
        return words.strip(), day.strip()
    return text, ""


def _set(message: wire.Patient | wire.CheckPrescriptionRequest, name: str, value: object) -> None:
    """Set a field; a choice such as "mild" is the enum value of that name."""
    enum = message.DESCRIPTOR.fields_by_name[name].enum_type
    if enum is not None:
        prefix = enum.values[0].name.removesuffix("UNSPECIFIED")
        value = enum.values_by_name[f"{prefix}{value}".upper()].number
    setattr(message, name, value)
