"""How far a record was read: what is lost, withheld or still to come is never taken for nothing."""

from typing import Any

import pytest

from edges.order_entry.calling import LEMS, order, searchset
from lems_guard.edges.order_entry.chart import Chart, Extent
from lems_guard.edges.order_entry.hooks import Json

ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason"}]}
NEXT = {"link": [{"relation": "next", "url": "https://ehr.example/fhir?page=2"}]}
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}
TORN = searchset({"resourceType": "Condition", "id": "c9", "code": {"coding": [{}]}})
ASTHMA = {"resourceType": "Condition", "id": "c2", "code": {"text": "asthma"}}
MISSING, PART, WHOLE = Extent.MISSING, Extent.PART, Extent.WHOLE


def of_entries(*entries: object) -> dict[str, object]:
    return {"resourceType": "Bundle", "entry": list(entries)}


def told(code: str, severity: str = "warning") -> dict[str, Any]:
    """What a server says of its own search."""
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


def statement() -> dict[str, Any]:
    return order("amifampridine") | {"resourceType": "MedicationStatement", "status": "active"}


def nested(levels: int, **members: object) -> dict[str, Any]:
    bundle = searchset(LEMS) | members
    for _ in range(levels):
        bundle = searchset(bundle)
    return bundle


@pytest.mark.parametrize(
    ("value", "reading"),
    [
        (None, WHOLE),
        ({"resourceType": "Bundle"}, WHOLE),
        ({"resourceType": "Bundle", "total": 0, "entry": []}, WHOLE),
        ({"resourceType": "Bundle", "total": 3}, PART),
        ({"resourceType": "Bundle", "total": "5"}, PART),
        ({"resourceType": "Bundle", "total": "0"}, PART),
        ({"resourceType": "Bundle", "total": -1}, PART),
        ({"resourceType": "Bundle", "total": True}, PART),
        ({"resourceType": "Bundle", "link": [{"relation": "next"}]}, PART),
        ({"resourceType": "Bundle", "link": [{"relation": "Next", "url": "x"}]}, PART),
        ({"resourceType": "Bundle", "link": [{"url": "x"}]}, PART),
        ({"resourceType": "Bundle", "link": "x"}, PART),
        ({"resourceType": "Bundle", "link": [{"relation": "self", "url": "x"}]}, WHOLE),
        ({"resourceType": ["Bundle"]}, MISSING),
        (of_entries(LEMS), WHOLE),
        (of_entries(ASTHMA, {"resource": {"resourceType": ["Condition"]}}), PART),
        ({"resourceType": "Bundle", "link": [{"relation": "next", "url": "x"}]}, PART),
        ({"resourceType": "OperationOutcome"}, MISSING),
        ("a string", MISSING),
        ([], MISSING),
        ({}, MISSING),
        ({"resourceType": 7}, MISSING),
        ({"resourceType": "Patient"}, MISSING),
        ({"resourceType": "Condition"}, WHOLE),
        ({"resourceType": "Condition", "code": 7}, PART),
        (of_entries(7), PART),
        (of_entries({}), PART),
        (of_entries({"resource": None}), PART),
        (of_entries({"resource": {"code": {"text": "LEMS"}}}), PART),
        (of_entries({"resource": {"resourceType": " "}}), PART),
        (of_entries({"response": {"status": "403"}}), PART),
        (of_entries({"resource": {"resourceType": "Condition", "code": []}}), PART),
        (of_entries({"resource": {"resourceType": "Condition"}}), WHOLE),
        (of_entries({"resource": {"resourceType": "Condition", "code": ABSENT}}), WHOLE),
        ({"resourceType": "Bundle", "entry": 7}, PART),
        (searchset({"resourceType": "Patient"}), PART),
        (searchset({"resourceType": "Patient"}, ASTHMA), WHOLE),
        (
            of_entries({"resource": {"resourceType": "Patient"}, "search": {"mode": "include"}}),
            WHOLE,
        ),
    ],
)
def test_how_far_a_prefetch_was_read(value: object, reading: Extent) -> None:
    chart = Chart()
    chart.take_prefetch({"conditions": value})
    assert chart.conditions_read is reading


@pytest.mark.parametrize(
    ("outcome", "reading", "why"),
    [
        (told("timeout", "error"), PART, "an error"),
        (told("suppressed"), PART, "something is not shown to this client"),
        (told("forbidden", "information"), PART, "said as mildly as can be"),
        (told("security"), PART, "not allowed"),
        (told("incomplete"), PART, "not all was found"),
        (told("throttled"), PART, "not all was searched"),
        (told("too-costly"), PART, "not all was searched"),
        (told("timeout"), PART, "not all was searched"),
        (told("processing"), WHOLE, "a remark"),
        (told("informational", "information"), WHOLE, "a remark"),
    ],
)
def test_what_a_server_says_of_its_search_is_heard(
    outcome: dict[str, Any], reading: Extent, why: str
) -> None:
    chart = Chart()
    chart.take("conditions", searchset(ASTHMA, outcome))
    assert chart.conditions_read is reading, why


@pytest.mark.parametrize("mode", [{}, {"search": {"mode": "match"}}, {"search": {}}])
def test_a_remark_is_none_of_those_that_were_found(mode: dict[str, Any]) -> None:
    entries = [{"resource": ASTHMA}, {"resource": told("processing")} | mode]
    chart = Chart()
    chart.take("conditions", of_entries(*entries) | {"total": 2})
    assert chart.conditions_read is PART


@pytest.mark.parametrize(
    ("bundle", "found", "reading", "why"),
    [
        (nested(1), 1, WHOLE, "the answers of a batch"),
        (nested(3), 1, WHOLE, "as far down as is read"),
        (nested(5), 0, PART, "further down than is read"),
        (nested(1, total=2), 1, PART, "an inner answer has more"),
        (nested(1, **NEXT), 1, PART, "an inner answer goes on"),
        (searchset(searchset(told("forbidden"))), 0, PART, "an inner answer is withheld"),
    ],
)
def test_bundles_within_bundles_are_read(
    bundle: dict[str, Any], found: int, reading: Extent, why: str
) -> None:
    chart = Chart()
    chart.take("conditions", bundle)
    assert (len(chart.record.of_kind("Condition")), chart.conditions_read) == (found, reading), why


@pytest.mark.parametrize("junk", [None, 7, "x", [], {}, [[]], [{}], True])
@pytest.mark.parametrize("member", ["search", "mode", "link", "relation", "total", "issue", "code"])
def test_no_shape_makes_reading_a_bundle_fail(member: str, junk: object) -> None:
    issue = {"severity": "warning", "code": "processing"} | {member: junk}
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]} | {member: junk}
    entry = {"resource": ASTHMA, "search": {"mode": "match"} | {member: junk}}
    bundle = of_entries(entry, entry | {member: junk}, {"resource": outcome})
    chart = Chart()
    chart.take("conditions", bundle | {"link": [{"relation": "self"} | {member: junk}]})
    chart.take("conditions", bundle | {member: junk})
    assert chart.record.of_kind("Condition") == [ASTHMA]


def test_orders_within_bundles_are_at_hand() -> None:
    chart = Chart()
    chart.take_drafts(searchset(searchset(order("metoprolol"))))
    assert chart.record.orders() == [order("metoprolol")]


@pytest.mark.parametrize(
    ("prefetch", "reading", "why"),
    [
        ({"dx": searchset(ASTHMA)}, PART, "a key of the client's own may hold less"),
        ({"dx": searchset(ASTHMA), "enc": searchset(ASTHMA) | NEXT}, PART, "nor do two"),
        ({"conditions": FAILED, "dx": searchset(ASTHMA)}, MISSING, "ours failed"),
        ({"conditions": searchset(ASTHMA) | NEXT, "dx": searchset(ASTHMA)}, PART, "ours goes on"),
        ({"conditions": searchset(ASTHMA), "dx": searchset(ASTHMA) | NEXT}, PART, "theirs does"),
        ({"conditions": None, "weight": searchset() | NEXT}, WHOLE, "another part of the record"),
    ],
)
def test_no_reading_hides_a_worse_one(prefetch: dict[str, Json], reading: Extent, why: str) -> None:
    for order_sent in (prefetch, dict(reversed(prefetch.items()))):
        chart = Chart()
        chart.take_prefetch(order_sent)
        assert chart.conditions_read is reading, why


@pytest.mark.parametrize(
    ("pages", "reading", "why"),
    [
        ((FAILED, searchset(ASTHMA)), WHOLE, "asked once more"),
        ((searchset(LEMS) | NEXT, searchset(ASTHMA)), WHOLE, "read to its end"),
        ((searchset(LEMS) | NEXT, FAILED), PART, "the last page failed"),
        ((searchset(LEMS) | NEXT, ASTHMA), PART, "what came is no page"),
        ((TORN | NEXT, searchset(ASTHMA)), PART, "torn on the first page"),
        ((searchset(told("timeout")) | NEXT, searchset(ASTHMA)), PART, "cut on the first page"),
        ((searchset(LEMS) | NEXT | {"total": 3}, searchset(ASTHMA)), PART, "one never came"),
    ],
)
def test_a_page_does_not_mend_another_one(
    pages: tuple[Json, ...], reading: Extent, why: str
) -> None:
    chart = Chart()
    for page in pages:
        chart.take("conditions", page)
    assert chart.conditions_read is reading, why


REQUESTS = searchset(order("metoprolol", status="active"))
STATEMENTS = searchset(statement())


@pytest.mark.parametrize(
    ("prefetch", "reading", "why"),
    [
        ({"medications": REQUESTS}, WHOLE, "what is asked for"),
        ({"medications": None, "statements": None}, WHOLE, "nothing is taken"),
        (
            {"medications": REQUESTS, "statements": told("not-supported", "error")},
            WHOLE,
            "none there",
        ),
        ({"medications": REQUESTS, "statements": FAILED}, PART, "asked for, and failed"),
        ({"medications": REQUESTS, "statements": "a string"}, PART, "asked for, and failed"),
        ({"medications": REQUESTS, "statements": []}, PART, "asked for, and failed"),
        ({"medications": REQUESTS, "mine": STATEMENTS}, WHOLE, "they add to it"),
        ({"medications": REQUESTS, "mine": STATEMENTS | NEXT}, PART, "they go on"),
        ({"medications": REQUESTS, "statements": STATEMENTS | NEXT}, PART, "they go on"),
        ({"statements": STATEMENTS}, PART, "what was ordered is not known"),
        ({"statements": None}, PART, "what was ordered is not known"),
        ({"medications": FAILED, "statements": None}, PART, "what was ordered is not known"),
        ({"medications": FAILED}, MISSING, "nothing is known"),
        ({"mine": REQUESTS}, PART, "it may be the draft alone"),
        ({"mine": STATEMENTS}, MISSING, "it may be some of them"),
        ({"medications": FAILED, "mine": STATEMENTS}, MISSING, "ours failed"),
        ({"medications": FAILED, "mine": REQUESTS}, MISSING, "ours failed"),
        ({}, MISSING, "nothing was sent"),
    ],
)
def test_statements_alone_are_a_part_of_what_is_taken(
    prefetch: dict[str, Json], reading: Extent, why: str
) -> None:
    chart = Chart()
    chart.take_prefetch(prefetch)
    assert chart.medications_read is reading, why


@pytest.mark.parametrize("prefetch", [{"statements": None}, {"medications": FAILED}])
def test_orders_that_are_not_known_are_still_asked_for(prefetch: dict[str, Json]) -> None:
    chart = Chart()
    chart.take_prefetch(prefetch)
    assert "medications" in set(chart.wanting())
