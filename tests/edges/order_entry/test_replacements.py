"""What is offered in an order's place is itself a complete order, of FHIR's model."""

from typing import Any

import pytest

from edges.order_entry.calling import ORDER_SIGN, order, searchset, send, sign
from edges.order_entry.schema import checked
from running import Running

PRESCRIBER = {"resourceType": "Practitioner", "id": "prov", "name": [{"family": "Rossi"}]}
ROLE = {
    "resourceType": "PractitionerRole",
    "id": "role",
    "practitioner": {"reference": "#prov"},
}
MEDICATION = {"resourceType": "Medication", "id": "med", "code": {"text": "ciprofloxacin"}}


def offered(service: Running, call: dict[str, Any]) -> list[dict[str, Any]]:
    """The orders that are offered instead."""
    cards = checked(send(service.http_at, ORDER_SIGN, call).content)
    return [
        action.resource
        for card in cards
        for suggestion in card.suggestions
        for action in suggestion.actions
        if action.resource and action.resource["resourceType"] != "DetectedIssue"
    ]


def instead_of(service: Running, members: dict[str, object]) -> list[dict[str, Any]]:
    found = offered(service, sign(order("ciprofloxacin 500 mg") | members))
    assert found
    return found


@pytest.mark.parametrize(
    ("requester", "contained", "held", "why"),
    [
        ({"reference": "#prov"}, [PRESCRIBER], ["prov"], "what is referred to is kept"),
        ({"reference": "#prov"}, [MEDICATION, PRESCRIBER], ["prov"], "the old drug is not"),
        ({"reference": "#role"}, [PRESCRIBER, ROLE], ["role", "prov"], "and what that refers to"),
        ({"reference": "Practitioner/7"}, [PRESCRIBER], [], "nothing refers to it"),
        ({"reference": "#gone", "display": "Dr Rossi"}, [PRESCRIBER], [], "it was not there"),
    ],
)
def test_contained_resources_go_with_what_refers_to_them(
    service: Running, requester: dict[str, Any], contained: list[Any], held: list[str], why: str
) -> None:
    for each in instead_of(service, {"requester": requester, "contained": contained}):
        assert [one["id"] for one in each.get("contained", [])] == held, why
        reference = each["requester"].get("reference", "")
        assert not reference.startswith("#") or reference[1:] in held


def test_what_an_order_must_have_is_there(service: Running) -> None:
    bare = order("ciprofloxacin 500 mg")
    for name in ("subject", "intent", "status"):
        del bare[name]
    found = offered(service, sign(bare))
    assert found
    for each in found:
        assert each["subject"] == {"reference": "Patient/p1"}
        assert (each["intent"], each["status"]) == ("order", "draft")


def test_what_an_order_says_of_itself_stays(service: Running) -> None:
    patient = {"resourceType": "Patient", "id": "p"}
    said: dict[str, object] = {
        "subject": {"reference": "#p"},
        "intent": "plan",
        "contained": [patient],
    }
    for each in instead_of(service, said):
        assert (each["subject"], each["intent"]) == ({"reference": "#p"}, "plan")


def test_nothing_takes_the_place_of_a_statement(service: Running) -> None:
    statement = order("ciprofloxacin 500 mg") | {"resourceType": "MedicationStatement"}
    assert offered(service, sign(statement | {"status": "active"})) == []


def test_nothing_is_offered_without_lems(service: Running) -> None:
    prefetch = {"conditions": searchset(), "medications": None}
    assert offered(service, sign(order("ciprofloxacin 500 mg"), prefetch=prefetch)) == []
