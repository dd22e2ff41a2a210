"""A course that a FHIR timing bounds is heard as one: its end is no abrupt stop."""

from typing import Any

import pytest

from lems_guard.answering import read
from lems_guard.clinical.medication import MedicationList, Understood
from lems_guard.editions.library import Edition
from lems_guard.fhir.orders import OrderReader
from lems_guard.fhir.references import Shelf
from lems_guard.v1 import prescription_pb2 as wire
from orders_read import read_as

DAILY = {"frequency": 1, "period": 1, "periodUnit": "d"}
SIXTY = [{"doseQuantity": {"value": 60, "unit": "mg"}}]


def line(words: str = "", sequence: int | None = None, **bounds: object) -> dict[str, Any]:
    """One line of dosage: 60 mg daily, so long."""
    part: dict[str, Any] = {"timing": {"repeat": {**DAILY, **bounds}}, "doseAndRate": SIXTY}
    part |= {"text": words} if words else {}
    return part | ({"sequence": sequence} if sequence else {})


def days(value: float, code: str = "d") -> dict[str, object]:
    """A duration as FHIR writes it."""
    return {"value": value, "unit": "day", "system": "http://unitsofmeasure.org", "code": code}


def understood(edition: Edition, lines: list[dict[str, Any]], drug: str) -> Understood:
    """What is made of an order of a drug with such lines."""
    resource = {
        "resourceType": "MedicationRequest",
        "medicationCodeableConcept": {"text": drug},
        "dosageInstruction": lines,
    }
    content = OrderReader(edition.understand).line(resource, Shelf()).content
    message = wire.Medication.FromString(content)
    message.id = "s1"
    return edition.understand(read.order(message, MedicationList.STOPPED))


@pytest.mark.parametrize(
    ("lines", "expected", "reason"),
    [
        ([line(boundsDuration=days(5))], 5, "a short course"),
        ([line(boundsDuration=days(2, "wk"))], 14, "in weeks"),
        ([line(boundsDuration={"value": 5, "unit": "days"})], 5, "a unit in words"),
        ([line(boundsDuration=days(36, "h"))], 2, "a begun day is a whole one"),
        ([line(boundsRange={"low": days(5), "high": days(7)})], 7, "at most so long"),
        (
            [line(boundsPeriod={"start": "2026-11-02", "end": "2026-11-06T23:59:59Z"})],
            5,
            "both the first day and the last",
        ),
        (
            [line("60 mg daily for 5 days", boundsDuration=days(5))],
            5,
            "words and bounds that say the same are no taper",
        ),
        (
            [line("60 mg daily for 5 days", boundsDuration=days(90))],
            5,
            "what is said in words is heard before the bounds",
        ),
        (
            [line(sequence=1, boundsDuration=days(5)), line(sequence=2, boundsDuration=days(5))],
            10,
            "the steps of a taper add up",
        ),
        ([line(boundsDuration=days(5)), line(boundsDuration=days(3))], 5, "taken together"),
        ([line(boundsDuration=days(5)), line()], None, "one line goes on"),
        ([line(boundsPeriod={"start": "2026-11-02"})], None, "an open end"),
        ([line(boundsPeriod={"start": "2026-11-09", "end": "2026-11-02"})], None, "backwards"),
        ([line(boundsDuration=days(5, "fortnight"))], None, "an unknown unit"),
        ([line(boundsDuration=days(1e300))], None, "beyond all numbers"),
        ([line()], None, "not said"),
        ([], None, "no dosage"),
    ],
)
def test_how_long_a_fhir_order_is(
    edition: Edition, lines: list[dict[str, Any]], expected: float | None, reason: str
) -> None:
    assert understood(edition, lines, "prednisone").course_days == expected, reason


def test_a_course_changes_nothing_else_of_what_is_read(edition: Edition) -> None:
    plain = understood(edition, [line()], "Firdapse 10 mg tablet")
    bounded = understood(edition, [line(boundsDuration=days(5))], "Firdapse 10 mg tablet")
    assert read_as(bounded) == read_as(plain)
    assert bounded.doubts == plain.doubts
