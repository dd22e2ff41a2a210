"""Reading orders: dosage, routes, where an order stands, and any shape at all."""

import datetime
from typing import Any

import pytest

from edges.order_entry.calling import REQUESTS, written
from lems_guard.clinical.medication import Disposition, Medication, MedicationList, Understood
from lems_guard.edges.order_entry.chart import Chart
from lems_guard.editions.library import Edition
from lems_guard.fhir.dosage import Quantity, dosage_of
from lems_guard.fhir.orders import OrderReader
from lems_guard.fhir.references import Shelf
from lems_guard.fhir.standing import drafted, listed
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

TODAY = datetime.date(2026, 11, 21)


def dosed(**part: object) -> dict[str, Any]:
    return {"resourceType": "MedicationRequest", "dosageInstruction": [part]}


@pytest.mark.parametrize(
    ("repeat", "per_day"),
    [
        ({"frequency": 3, "period": 1, "periodUnit": "d"}, 3),
        ({"frequency": 1, "frequencyMax": 4, "period": 1, "periodUnit": "d"}, 4),
        ({"frequency": 1, "period": 6, "periodUnit": "h"}, 4),
        ({"period": 8, "periodUnit": "h"}, 3),
        ({"frequency": 1, "period": 2, "periodUnit": "d"}, 0.5),
        ({"frequency": 1, "period": 1, "periodUnit": "wk"}, 1 / 7),
        ({"frequency": 2, "period": 1, "periodUnits": "d"}, 2),
        ({"timeOfDay": ["08:00:00", "20:00:00"]}, 2),
        ({"when": ["MORN", "NOON", "NIGHT"]}, 3),
        ({"when": "HS"}, 1),
        ({"timeOfDay": ["08:00:00"], "dayOfWeek": ["mon", "thu"]}, 2 / 7),
        ({"frequency": "3", "period": 1, "periodUnit": "d"}, 3),
        ({"frequency": 1, "period": "4", "periodUnit": "h"}, 6),
        ({"frequency": 1, "period": 4, "periodUnit": "H"}, 6),
        ({"frequency": 1, "period": 4, "periodUnit": "hours"}, 6),
        ({"frequency": 3}, 3),
        ({"when": ["AC", "PC", "HS"]}, 7),
        ({"when": "C"}, 3),
        ({"when": ["ACM", "ACV"]}, 2),
        ({"frequency": 1, "period": 1, "periodUnit": "d", "when": ["AC"]}, 1),
        ({"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN", "EVE"]}, 2),
        ({"frequency": 1, "frequencyMax": "x", "period": 1, "periodUnit": "d"}, None),
        ({"frequency": "several", "period": 1, "periodUnit": "d"}, None),
        ({"frequency": {"value": 6}, "period": 1, "periodUnit": "d"}, None),
        ({"frequency": 0, "period": 1, "periodUnit": "d"}, None),
        ({"frequency": 1, "period": "four", "periodUnit": "h"}, None),
        ({"frequency": 1, "period": 4}, None),
        ({"frequency": 1, "period": 4, "periodUnit": ["h"]}, None),
        ({"frequency": 1, "periodMax": 4, "periodUnit": "h"}, None),
        ({"frequency": 2, "periodUnit": "d"}, 2),
        ({"frequency": 1, "period": 1e-320, "periodUnit": "d"}, None),
        ({"frequency": 1, "period": 5e-324, "periodUnit": "s"}, None),
        ({"when": [None, "HS"]}, None),
        ({"dayOfWeek": ["mon"]}, None),
        ({"boundsPeriod": {"start": "2026-11-01"}}, None),
        ({"period": 1, "periodUnit": "fortnight"}, None),
    ],
)
def test_timing_becomes_doses_a_day(repeat: dict[str, Any], per_day: float | None) -> None:
    assert dosage_of(dosed(timing={"repeat": repeat})).per_day == per_day


QID = {"coding": [{"code": "QID"}], "text": "four times a day"}


@pytest.mark.parametrize(
    ("timing", "per_day", "why"),
    [
        ({"code": QID}, 4, "a code alone"),
        ({"code": QID, "repeat": {"boundsPeriod": {"start": "2026-01-01"}}}, 4, "bounds alone"),
        ({"code": QID, "repeat": {"count": 3}}, 4, "how many in all says not how often"),
        ({"code": QID, "repeat": {"frequency": "x"}}, 4, "a code says all that the rest does"),
        ({"code": QID, "repeat": {"frequency": 6}}, 6, "what is said in full goes first"),
        ({"code": {"text": "as told"}, "repeat": {"frequency": "x"}}, None, "neither is read"),
    ],
)
def test_a_timing_code_stands_in_for_what_is_not_said(
    timing: dict[str, Any], per_day: float | None, why: str
) -> None:
    assert dosage_of(dosed(timing=timing)).per_day == per_day, why


def test_lines_in_sequence_are_not_taken_together() -> None:
    def line(mg: int, sequence: int) -> dict[str, Any]:
        return {
            "sequence": sequence,
            "doseAndRate": [{"doseQuantity": {"value": mg, "unit": "mg"}}],
            "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
        }

    taper = dosage_of({"dosageInstruction": [line(60, 1), line(20, 2)]})
    both = dosage_of({"dosageInstruction": [line(60, 1), line(20, 1)]})
    assert taper.dose == both.dose == Quantity(60, "mg")
    assert taper.per_day == 2
    assert both.per_day == pytest.approx(160 / 60)


@pytest.mark.parametrize(
    ("quantity", "dose"),
    [
        ({"value": 20, "unit": "MG"}, (20, "mg")),
        ({"value": "7.5", "unit": "mg"}, (7.5, "mg")),
        ({"value": "7,5", "unit": "mg"}, None),
        ({"value": "some", "unit": "mg"}, None),
        ({"value": 2, "unit": "tablets", "code": "{tbl}"}, (2, "tablets")),
        ({"value": 2, "unit": "tablet", "code": "1"}, (2, "tablet")),
        ({"value": 5, "code": "[IU]"}, (5, "[IU]")),
        ({"value": 0, "unit": "mg"}, None),
        ({"value": -1, "unit": "mg"}, None),
        ({"value": True, "unit": "mg"}, None),
        ({"value": 1e400, "unit": "mg"}, None),
        ({"value": 10**400, "unit": "mg"}, None),
        ({"value": 20}, None),
    ],
)
def test_doses_are_read_or_left_out(quantity: dict[str, Any], dose: object) -> None:
    assert dosage_of(dosed(doseAndRate=[{"doseQuantity": quantity}])).dose == dose


def test_of_a_calculated_and_an_ordered_dose_the_larger_counts() -> None:
    doses = [{"doseQuantity": {"value": mg, "unit": "mg"}} for mg in (10, 30)]
    by_weight = {"doseQuantity": {"value": 2, "unit": "mg/kg"}}
    assert dosage_of(dosed(doseAndRate=doses)).dose == (30, "mg")
    assert dosage_of(dosed(doseAndRate=[by_weight, *doses])).dose == (2, "mg/kg")


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ({"coding": [{"system": "http://snomed.info/sct", "code": "26643006"}]}, "ROUTE_ORAL"),
        ({"coding": [{"system": "http://other", "code": "26643006", "display": "x"}]}, "x"),
        ({"text": "Oral route"}, "oral"),
        ({"text": "Intravenous use (qualifier value)"}, "intravenous"),
        (
            {
                "text": "by inhalation",
                "coding": [{"system": "http://snomed.info/sct", "code": "26643006"}],
            },
            "",
        ),
        ("po", ""),
    ],
)
def test_routes_come_by_code_or_in_words(route: Any, expected: str) -> None:  # noqa: ANN401
    found = dosage_of(dosed(route=route))
    coded = terms.Route.Name(found.route) if found.route else ""
    assert (coded or found.route_text) == expected


@pytest.mark.parametrize(
    ("resource", "place"),
    [
        ({"status": "draft"}, "PROPOSED"),
        ({"status": "on-hold"}, "PROPOSED"),
        ({"status": "active"}, "PROPOSED"),
        ({"status": "stopped"}, "STOPPED"),
        ({"status": "ended"}, "STOPPED"),
        ({"status": "cancelled"}, "UNSPECIFIED"),
        ({"status": "entered-in-error"}, "UNSPECIFIED"),
        ({"status": "draft", "doNotPerform": True}, "UNSPECIFIED"),
        ({}, "PROPOSED"),
    ],
)
def test_where_a_draft_stands(resource: dict[str, Any], place: str) -> None:
    assert terms.MedicationList.Name(drafted(resource, TODAY).list).endswith(place)


@pytest.mark.parametrize(
    ("kind", "members", "place"),
    [
        ("MedicationRequest", {"status": "active"}, "ACTIVE"),
        ("MedicationRequest", {"status": "on-hold"}, "ACTIVE"),
        ("MedicationRequest", {"status": "draft"}, "UNSPECIFIED"),
        ("MedicationRequest", {"status": "completed"}, "UNSPECIFIED"),
        ("MedicationRequest", {"status": "ended", "statusChanged": "2026-11-01"}, "STOPPED"),
        ("MedicationRequest", {"status": "ended", "statusChanged": "2020-11-01"}, "UNSPECIFIED"),
        ("MedicationStatement", {"status": "active", "taken": "n"}, "UNSPECIFIED"),
        (
            "MedicationStatement",
            {"status": "stopped", "effectivePeriod": {"end": "2026-11-01"}},
            "STOPPED",
        ),
        ("MedicationDispense", {"status": "completed"}, "ACTIVE"),
        (
            "MedicationDispense",
            {
                "status": "completed",
                "whenHandedOver": "2026-10-01",
                "daysSupply": {"value": 30},
            },
            "STOPPED",
        ),
        (
            "MedicationAdministration",
            {"status": "completed", "effectiveDateTime": "2026-11-21T08:00:00Z"},
            "ACTIVE",
        ),
        (
            "MedicationAdministration",
            {"status": "completed", "effectiveDateTime": "2026-11-10"},
            "STOPPED",
        ),
        ("MedicationAdministration", {"status": "not-done"}, "UNSPECIFIED"),
    ],
)
def test_where_an_order_on_record_stands(kind: str, members: dict[str, Any], place: str) -> None:
    found = listed({"resourceType": kind, **members}, TODAY)
    assert terms.MedicationList.Name(found.list).endswith(place)


def nothing_understood(_: object) -> Understood:
    return Understood(Disposition.UNRESOLVED)


@pytest.mark.parametrize(
    "junk", [None, 7, "x", [], {}, [[]], {"coding": 7}, {"coding": [None, {"code": 7}]}]
)
@pytest.mark.parametrize(
    "member",
    [
        "medicationCodeableConcept", "medicationReference", "medication", "dosageInstruction",
        "contained", "reasonCode", "priorPrescription", "status", "id", "doNotPerform",
    ],
)  # fmt: skip
def test_no_shape_makes_reading_fail(member: str, junk: object) -> None:
    resource = {"resourceType": "MedicationRequest", member: junk}
    OrderReader(nothing_understood).line(resource, Shelf())
    drafted(resource, TODAY)
    listed(resource, TODAY)


def drafts_of_all_requests() -> list[tuple[dict[str, Any], Shelf]]:
    found = []
    for path in REQUESTS:
        _, call, _ = written(path, lems=True)
        chart = Chart()
        chart.take_prefetch(call.get("prefetch") or {})
        chart.take_drafts(call["context"].get("draftOrders"))
        found += [(order, chart.record.shelf) for order in chart.record.orders()]
    return found


def test_a_line_is_known_again_whoever_takes_it(edition: Edition) -> None:
    """And it is what a reader that remembers nothing makes of it, after all others were read."""

    def reader() -> OrderReader:
        return OrderReader(edition.understand)

    remembering, orders = reader(), drafts_of_all_requests()
    assert len(orders) > 60
    first = [remembering.line(resource, shelf) for resource, shelf in orders]
    for (resource, shelf), line in zip(orders, first, strict=True):
        of_another = resource | {"id": "other", "subject": {"reference": "Patient/other"}}
        assert remembering.line(of_another, shelf) is line
        assert reader().line(resource, shelf) == line


def test_longer_lines_than_anybody_writes_are_not_kept() -> None:
    reader = OrderReader(nothing_understood)
    for words, is_kept in (("metoprolol", True), ("metoprolol " * 400, False)):
        resource = {"resourceType": "MedicationRequest", "medication": {"text": words}}
        lines = [reader.line(resource, Shelf()) for _ in range(2)]
        assert lines[0] == lines[1]
        assert (lines[0] is lines[1]) is is_kept


def test_a_text_too_long_to_be_read_is_not_cut_into_one_that_is(edition: Edition) -> None:
    """A drug named behind the cut would be lost, and what is left be taken for the whole order."""
    words = f"amoxicillin {'. ' * 500}and metoprolol"
    resource = {"medicationCodeableConcept": {"text": words}}
    line = OrderReader(nothing_understood).line(resource, Shelf())
    sent = wire.Medication.FromString(line.content)
    order = Medication("m", MedicationList.PROPOSED, sent.text)
    assert edition.understand(order).disposition is Disposition.UNRESOLVED
