"""No way in which a record is broken makes order entry silent for a patient with LEMS."""

import copy
import json
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edges.order_entry.calling import LEMS, order, searchset, sign
from edges.order_entry.desks import BASE, Asked, Said
from lems_guard.editions.library import Edition
from searching import examples

thorough = examples(300)

AMIFAMPRIDINE = order("Firdapse 10 mg tablet", "a1") | {"status": "active"}
STATEMENT = AMIFAMPRIDINE | {"resourceType": "MedicationStatement", "id": "s1"}
HYPERTENSION = {
    "resourceType": "Condition",
    "id": "c1",
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I10"}]},
}
FLAGGED = ("metoprolol 50 mg po", "gentamicin 80 mg iv", "bupropion 150 mg po")
KEYS = ("conditions", "medications", "statements")
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
HANGS = 599


def torn(bundle: dict[str, Any]) -> list[Any]:
    """A part of the record in every shape in which it is not there whole.

    What a client says is empty (`null`, or a Bundle of nothing) is empty: nobody could tell.
    """
    entries = bundle["entry"]
    next_page = {"link": [{"relation": "next", "url": f"{BASE}/page?2"}]}
    return [
        FAILED,
        searchset(FAILED),
        searchset({**FAILED, "issue": [{"severity": "warning", "code": "suppressed"}]}),
        {"resourceType": "Bundle", "entry": []} | next_page,
        {"resourceType": "Bundle", "entry": [], "total": len(entries)},
        {"resourceType": "Bundle", "total": "1"},
        {"resourceType": "Bundle", "link": [{"relation": "next"}]},
        {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:1"}]},
        {"resourceType": "Bundle", "entry": [{"resource": None}]},
        {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": ["Condition"]}}]},
        {"resourceType": "Bundle", "entry": [{"response": {"status": "403 Forbidden"}}]},
        {"resourceType": "Bundle", "entry": "none"},
        {"resourceType": "bundle", "entry": entries},
        {"resourceType": ["Bundle"], "entry": entries},
        searchset(searchset(searchset(searchset(searchset(entries[0]["resource"]))))),
        searchset({"resourceType": "Patient", "id": "p1"}),
        {"entry": entries},
        entries,
        {},
        [],
        "",
        0,
        False,
    ]


def by_drug_alone() -> dict[str, Any]:
    """The drug that is taken, by a reference that leads nowhere."""
    sent = copy.deepcopy(AMIFAMPRIDINE)
    del sent["medicationCodeableConcept"]
    return sent | {"medicationReference": {"reference": "Medication/gone"}}


WHOLE = {"conditions": searchset(LEMS), "medications": searchset(AMIFAMPRIDINE), "statements": None}
NOTHING_THERE = {"conditions": searchset(HYPERTENSION), "medications": searchset()}


def is_said(said: Said) -> bool:
    """The alert, a card that says what was not read, or a refusal."""
    return said.status in {400, 412} or any(card["indicator"] != "info" for card in said.cards)


@st.composite
def broken_prefetch(draw: st.DrawFn) -> dict[str, Any]:
    """A record that tells LEMS in some of its parts, one or more of which are broken or renamed."""
    record: dict[str, Any] = {
        "conditions": searchset(draw(st.sampled_from([LEMS, HYPERTENSION]))),
        "medications": draw(
            st.sampled_from([searchset(AMIFAMPRIDINE), searchset(by_drug_alone())])
        ),
        "statements": draw(st.sampled_from([searchset(STATEMENT), searchset(STATEMENT), None])),
    }
    for key in draw(st.sets(st.sampled_from(KEYS[:2]), min_size=1)):
        how = draw(st.sampled_from(["torn", "gone", "renamed"]))
        sent = record.pop(key)
        if how == "torn":
            record[key] = draw(st.sampled_from(torn(sent)))
        if how == "renamed":
            record[f"own-{key}"] = sent
    return record


@thorough
@given(broken_prefetch(), st.sampled_from(FLAGGED), st.booleans())
def test_a_broken_prefetch_is_never_silent(
    edition: Edition, prefetch: dict[str, Any], drug: str, is_select: bool
) -> None:
    hook = "order-select" if is_select else "order-sign"
    said = Asked(edition).say(sign(order(drug), prefetch=prefetch, hook=hook))
    assert is_said(said), prefetch


@pytest.mark.parametrize("number", range(len(torn(searchset(STATEMENT)))))
def test_statements_that_failed_are_never_taken_for_none(edition: Edition, number: int) -> None:
    """The one sign of LEMS is a statement, which was asked for and did not come."""
    sent = NOTHING_THERE | {"statements": torn(searchset(STATEMENT))[number]}
    assert is_said(Asked(edition).say(sign(order("bupropion 150 mg"), prefetch=sent))), sent


SERVED = {
    "Condition": searchset(LEMS),
    "MedicationRequest": searchset(AMIFAMPRIDINE),
    "MedicationStatement": searchset(STATEMENT),
}
FAULTS = st.sampled_from([400, 401, 403, 404, 429, 500, 503, HANGS, "junk", "torn"])


@examples(80)
@given(
    st.dictionaries(st.sampled_from(sorted(SERVED)), FAULTS, min_size=1),
    st.sampled_from(["Condition", "MedicationRequest", "MedicationStatement"]),
    st.data(),
)
def test_a_server_at_fault_is_never_silent(
    edition: Edition, faults: dict[str, Any], told_by: str, data: st.DataObject
) -> None:
    """Only one of the three kinds tells of LEMS, and any of them may be what fails."""
    served: dict[str, Any] = dict.fromkeys(SERVED, searchset()) | {told_by: SERVED[told_by]}

    def answer(request: httpx2.Request) -> httpx2.Response:
        kind = request.url.path.rpartition("/")[2]
        fault = faults.get(kind)
        if fault == "junk":
            return httpx2.Response(200, content=b"<html>")
        if fault == "torn":
            return httpx2.Response(200, json=data.draw(st.sampled_from(torn(SERVED[kind]))))
        if fault:
            return httpx2.Response(fault, json=FAILED)
        return httpx2.Response(200, json=served.get(kind, searchset()))

    call = sign(order("bupropion 150 mg"), prefetch={}, fhirServer=BASE)
    assert is_said(Asked(edition, answer, seconds=0.2).say(call)), (faults, told_by)


def test_the_whole_record_is_answered(edition: Edition) -> None:
    """The property is not met by refusing everything."""
    said = Asked(edition).say(sign(order("bupropion 150 mg"), prefetch=WHOLE))
    assert said.status == 200
    assert any("bupropion" in card["summary"] for card in said.cards)
    nobody = Asked(edition).say(sign(order("bupropion 150 mg"), prefetch=NOTHING_THERE))
    assert nobody == Said(200, []), json.dumps(nobody.cards)
