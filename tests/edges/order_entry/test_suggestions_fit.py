"""One click orders nothing that this patient must not have, nor what the order is not for."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.medicationrequest import MedicationRequest as MedicationRequestR5
from fhir.resources.R4B.medicationrequest import MedicationRequest as MedicationRequestR4
from fhir.resources.STU3.medicationrequest import MedicationRequest as MedicationRequestStu3

from edges.order_entry.calling import LEMS, order, searchset, sign
from edges.order_entry.desks import Asked
from lems_guard.editions.library import Edition

FAULTS = Path(__file__).parent / "faults"
SNOMED = "http://snomed.info/sct"
FIRDAPSE = order("Firdapse 10 mg po tid", "a1", status="active")


def suggestions(edition: Edition, call: dict[str, Any], drug: str) -> list[dict[str, Any]]:
    """What is suggested by the cards on one drug."""
    said = Asked(edition).say(call)
    assert said.status == 200
    cards = [card for card in said.cards if drug in card["summary"]]
    assert cards, said.cards
    return [each for card in cards for each in card.get("suggestions", [])]


def offered(edition: Edition, call: dict[str, Any], drug: str) -> list[str]:
    """The drugs that may be ordered instead, as their labels name them."""
    head = f"Replace {drug} by "
    labels = [each["label"] for each in suggestions(edition, call, drug)]
    return [each.removeprefix(head).partition(" (")[0] for each in labels if head in each]


def recommended(edition: Edition, call: dict[str, Any], drug: str) -> list[str]:
    return [each["label"] for each in suggestions(edition, call, drug) if each.get("isRecommended")]


def sent(name: str) -> dict[str, Any]:
    [path] = FAULTS.glob(f"{name}-*.json")
    call: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return call


@pytest.mark.parametrize(
    ("name", "drug", "instead", "why"),
    [
        ("S1", "ciprofloxacin", ["doxycycline", "nitrofurantoin"], "no β-lactam at anaphylaxis"),
        ("S3", "metoprolol", ["amlodipine", "digoxin"], "no ACE inhibitor in pregnancy"),
        (
            "S5", "metoprolol", ["amlodipine", "hydrochlorothiazide", "digoxin"],
            "lisinopril is taken, so none of its like",
        ),
        ("S6", "metoprolol", ["digoxin"], "for atrial fibrillation only what slows the rate"),
    ],
)  # fmt: skip
def test_a_body_gets_fitting_suggestions(
    edition: Edition, name: str, drug: str, instead: list[str], why: str
) -> None:
    assert offered(edition, sent(name), drug) == instead, why


def reasoned(text: str, *, coded: bool = False) -> dict[str, object]:
    coding = {"system": SNOMED, "code": "1", "display": text}
    return {"reasonCode": [{"coding": [coding]} if coded else {"text": text}]}


def condition(text: str, **members: object) -> dict[str, object]:
    return {"resourceType": "Condition", "id": text[:20].replace(" ", "-"),
            "code": {"text": text}, **members}  # fmt: skip


OVER = {"clinicalStatus": {"coding": [{"code": "resolved"}]}}
HYPERTENSIVE = ["lisinopril", "ramipril", "amlodipine"]


@pytest.mark.parametrize(
    ("members", "conditions", "instead", "why"),
    [
        (reasoned("Hypertension"), [], HYPERTENSIVE, "the reason in words"),
        (reasoned("Essential hypertension", coded=True), [], HYPERTENSIVE, "by a code's display"),
        (reasoned("Atrial fibrillation"), [], ["digoxin"], "nothing for blood pressure"),
        (reasoned("Migraine prophylaxis"), [], ["candesartan"], "nothing for blood pressure"),
        (reasoned("Myocardial infarction"), [], [], "nothing that the rule offers is for it"),
        (reasoned("as discussed"), [], [], "a reason that is not understood may be any"),
        ({"reasonCode": [{"coding": [{"system": SNOMED, "code": "49436004"}]}]}, [], [],
         "a bare code is not understood"),
        ({}, [condition("Atrial fibrillation")], ["digoxin"], "the diagnosis tells it"),
        ({}, [condition("Essential hypertension")], HYPERTENSIVE, "the diagnosis tells it"),
        ({}, [condition("Atrial fibrillation", **OVER)], HYPERTENSIVE, "it is over"),
        ({}, [condition("Hallux valgus")], HYPERTENSIVE, "it tells nothing"),
        (reasoned("Hypertension"), [condition("Atrial fibrillation")], HYPERTENSIVE,
         "the order's own reason counts"),
    ],
)  # fmt: skip
def test_what_is_offered_serves_what_the_order_is_for(
    edition: Edition,
    members: dict[str, object],
    conditions: list[dict[str, object]],
    instead: list[str],
    why: str,
) -> None:
    prefetch = {"conditions": searchset(LEMS, *conditions), "medications": None}
    call = sign(order("metoprolol tartrate 50 mg tablet") | members, prefetch=prefetch)
    assert offered(edition, call, "metoprolol") == instead, why


@pytest.mark.parametrize(
    ("draft", "instead", "why"),
    [
        ("labetalol 20 mg iv once", [], "no tablet in place of an injection"),
        ("diltiazem iv drip", [], "no tablet in place of a drip"),
        ("erythromycin 500 mg iv q6h", [], "no tablet in place of an injection"),
        ("lindane lotion topical", ["permethrin"], "no painkiller for scabies"),
        ("doxapram iv", [], "the muscles fail, not the drive: no drug helps"),
        (
            "theophylline 300 mg po bid", ["budesonide with formoterol", "tiotropium"],
            "formoterol alone is no treatment of asthma",
        ),
        (
            "imipenem 500 mg iv q6h", ["ceftriaxone", "piperacillin with tazobactam"],
            "piperacillin is never given alone",
        ),
        ("fluconazole 400 mg po daily", [], "no antibacterial for a fungus"),
        ("hydroxyzine 25 mg po qhs", [], "no antipsychotic for an itch"),
    ],
)  # fmt: skip
def test_what_is_offered_can_be_given_as_the_order_is(
    edition: Edition, draft: str, instead: list[str], why: str
) -> None:
    prefetch = {"conditions": searchset(LEMS), "medications": searchset(FIRDAPSE)}
    drug = draft.split(maxsplit=1)[0]
    said = Asked(edition).say(sign(order(draft), prefetch=prefetch))
    if any(card["summary"].startswith(drug) for card in said.cards):
        assert offered(edition, sign(order(draft), prefetch=prefetch), drug) == instead, why
    else:  # nothing is offered where the drug shares a card with other notes
        assert instead == []
        assert any(drug in card["summary"] for card in said.cards)


@pytest.mark.parametrize(
    ("taken", "drafted", "never"),
    [
        (["amlodipine 5 mg po daily"], [], "amlodipine"),
        ([], ["amlodipine 5 mg po daily"], "amlodipine"),
        (["candesartan 8 mg po daily"], [], "lisinopril"),
        ([], ["ramipril 5 mg po daily"], "ramipril"),
    ],
)
def test_what_is_taken_or_drafted_is_not_offered(
    edition: Edition, taken: list[str], drafted: list[str], never: str
) -> None:
    active = [order(text, f"a{number}", status="active") for number, text in enumerate(taken)]
    drafts = [order(text, f"d{number}") for number, text in enumerate(drafted)]
    prefetch = {"conditions": searchset(LEMS), "medications": searchset(*active)}
    call = sign(order("metoprolol 50 mg tablet"), *drafts, prefetch=prefetch)
    found = offered(edition, call, "metoprolol")
    assert found
    assert never not in found


@pytest.mark.parametrize(
    ("age", "members", "allergy", "never"),
    [
        (6, {}, "", {"doxycycline"}),
        (30, {"pregnant": True}, "", {"doxycycline"}),
        (61, {}, "penicillin", {"amoxicillin", "cefuroxime"}),
        (61, {}, "doxycycline", {"doxycycline"}),
        (61, {}, "cephalexin", {"amoxicillin", "cefuroxime"}),
    ],
)
def test_a_patient_is_offered_nothing_forbidden(
    edition: Edition, age: int, members: dict[str, bool], allergy: str, never: set[str]
) -> None:
    born = {"resourceType": "Patient", "id": "p1", "birthDate": str(2026 - age)}
    expecting = condition("pregnant")
    expecting["code"] = {"coding": [{"system": SNOMED, "code": "77386006"}]}
    allergies = [{"resourceType": "AllergyIntolerance", "code": {"text": allergy}}]
    prefetch = {
        "patient": born,
        "conditions": searchset(LEMS, *[expecting] * bool(members)),
        "medications": None,
        "allergies": searchset(*allergies * bool(allergy)),
    }
    found = offered(
        edition, sign(order("azithromycin 250 mg tablet"), prefetch=prefetch), "azithromycin"
    )
    assert never.isdisjoint(found)


def test_an_allergy_that_is_not_understood_offers_nothing(edition: Edition) -> None:
    allergies = searchset({"resourceType": "AllergyIntolerance", "code": {"text": "zzyx"}})
    prefetch = {"conditions": searchset(LEMS), "medications": None, "allergies": allergies}
    assert (
        offered(edition, sign(order("azithromycin tablet"), prefetch=prefetch), "azithromycin")
        == []
    )


def cards_beside_an_unread_allergy(edition: Edition, drug: str) -> list[dict[str, Any]]:
    allergies = searchset({"resourceType": "AllergyIntolerance", "code": {"text": "zzyx"}})
    prefetch = {"conditions": searchset(LEMS), "medications": None, "allergies": allergies}
    return Asked(edition).say(sign(order(drug), prefetch=prefetch)).cards


def test_an_allergy_that_is_not_understood_is_said_where_a_drug_would_be_offered(
    edition: Edition,
) -> None:
    card = cards_beside_an_unread_allergy(edition, "azithromycin tablet")[-1]
    assert card["summary"].startswith("LEMS check incomplete: not understood: allergies “zzyx”")
    assert "“zzyx” is no allergy that is understood: no drug is offered" in card["detail"]
    assert card["indicator"] == "info"


def test_an_allergy_that_could_change_nothing_makes_no_card(edition: Edition) -> None:
    assert cards_beside_an_unread_allergy(edition, "paracetamol 500 mg po") == []


def test_one_that_stands_out_is_recommended(edition: Edition) -> None:
    call = sign(order("metoprolol 50 mg tablet") | reasoned("Atrial fibrillation"))
    assert recommended(edition, call, "metoprolol") == ["Replace metoprolol by digoxin"]


@pytest.mark.parametrize("members", [{}, reasoned("Hypertension")])
def test_of_several_none_is_recommended(edition: Edition, members: dict[str, object]) -> None:
    call = sign(order("metoprolol 50 mg tablet") | members)
    assert recommended(edition, call, "metoprolol") == []


def test_labels_say_what_is_done(edition: Edition) -> None:
    call = sign(order("metoprolol 50 mg tablet") | reasoned("Hypertension"))
    labels = [each["label"] for each in suggestions(edition, call, "metoprolol")]
    assert labels == [
        "Remove the order for metoprolol",
        *[f"Replace metoprolol by {each}" for each in HYPERTENSIVE],
        "Keep it, and record the issue",
    ]


@pytest.mark.parametrize(
    ("text", "drug", "why"),
    [
        ("gentamicin 80 mg iv q8h", "gentamicin", "a sepsis that nothing else reaches kills"),
        ("magnesium sulfate 4 g iv once", "magnesium", "in eclampsia it saves two lives"),
        ("succinylcholine 100 mg iv once", "suxamethonium", "an airway is lost without it"),
        ("nivolumab 240 mg iv q2w", "nivolumab", "the tumour behind LEMS comes first"),
    ],
)
def test_what_may_save_a_life_is_never_taken_off_an_order(
    edition: Edition, text: str, drug: str, why: str
) -> None:
    labels = [each["label"] for each in suggestions(edition, sign(order(text)), drug)]
    assert labels == ["Keep it, and record the issue"], why


REASON = {"text": "Essential hypertension"}
SHAPES: dict[str, dict[str, Any]] = {
    "R4": order("metoprolol 50 mg tablet", reasonCode=[REASON], priority="routine",
                requester={"reference": "Practitioner/7"}, authoredOn="2026-11-30",
                insurance=[{"reference": "Coverage/1"}]),
    "R5": {
        "resourceType": "MedicationRequest", "id": "m1", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "medication": {"concept": {"text": "metoprolol"}},
        "reason": [{"concept": REASON}], "performer": [{"reference": "Organization/1"}],
    },
    "STU3": {
        "resourceType": "MedicationRequest", "id": "m1", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "medicationCodeableConcept": {"text": "metoprolol"},
        "reasonCode": [REASON], "category": {"text": "outpatient"},
        "requester": {"agent": {"reference": "Practitioner/7"}},
        "context": {"reference": "Encounter/1"},
        "dosageInstruction": [{"doseQuantity": {"value": 50, "unit": "mg"}}],
    },
    "STU3 without dosage": {
        "resourceType": "MedicationRequest", "id": "m1", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "medicationCodeableConcept": {"text": "metoprolol"},
        "reasonCode": [REASON], "requester": {"agent": {"reference": "Practitioner/7"}},
        "context": {"reference": "Encounter/1"}, "category": {"text": "outpatient"},
    },
    "DSTU2": {
        "resourceType": "MedicationOrder", "id": "m1", "status": "draft",
        "patient": {"reference": "Patient/p1"}, "dateWritten": "2026-11-30",
        "prescriber": {"reference": "Practitioner/7"}, "reasonCodeableConcept": REASON,
        "medicationCodeableConcept": {"text": "metoprolol"},
    },
}  # fmt: skip
# https://hl7.org/fhir/DSTU2/medicationorder.html; no model of it is at hand.
DSTU2_MEMBERS = {
    "resourceType", "id", "contained", "identifier", "dateWritten", "status", "dateEnded",
    "reasonEnded", "patient", "prescriber", "encounter", "reasonCodeableConcept",
    "reasonReference", "note", "medicationCodeableConcept", "medicationReference",
    "dosageInstruction", "dispenseRequest", "substitution", "priorPrescription",
}  # fmt: skip
JUDGES: dict[str, Any] = {
    "R4": MedicationRequestR4, "R5": MedicationRequestR5, "STU3": MedicationRequestStu3,
    "STU3 without dosage": MedicationRequestStu3,
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_created_is_valid_in_the_release_of_the_order(edition: Edition, shape: str) -> None:
    call = sign(copy.deepcopy(SHAPES[shape]))
    replaced = [
        each for each in suggestions(edition, call, "metoprolol") if "Replace" in each["label"]
    ]
    assert len(replaced) == 3
    for each in replaced:
        assert [action["type"] for action in each["actions"]] == ["create", "delete"]
        made = each["actions"][0]["resource"]
        if shape in JUDGES:
            JUDGES[shape].model_validate(made)
        else:
            assert made.keys() <= DSTU2_MEMBERS
            assert {"status", "patient", "medicationCodeableConcept"} <= made.keys()
