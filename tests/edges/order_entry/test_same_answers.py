"""One engine: what CDS Hooks says of a patient is what gRPC says of the same patient."""

import itertools
import json
from typing import Any

from google.protobuf.json_format import ParseDict
from hypothesis import given
from hypothesis import strategies as st

from edges.order_entry.calling import LEMS, ORDER_SIGN, order, searchset, send
from edges.order_entry.schema import checked
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import screening_pb2, terms_pb2
from running import Running
from searching import examples

TABLET = "Firdapse 10 mg tablet"
NAMES = (
    "metoprolol", "ciprofloxacin", TABLET, "magnesium sulfate", "gentamicin",
    "paracetamol", "bupropion", "frobnicol", "timolol", "amoxicillin",
)  # fmt: skip
ROUTES = {
    "": ("", None),
    "oral": ("ROUTE_ORAL", "26643006"),
    "iv": ("ROUTE_INTRAVENOUS", "47625008"),
    "eye": ("ROUTE_OPHTHALMIC", "54485002"),
}
EPILEPSY = LEMS | {
    "id": "c2",
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "G40.909"}]},
}
ORDERS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from(sorted(ROUTES)),
        st.none() | st.sampled_from([10.0, 30.0, 500.0]),
        st.none() | st.sampled_from([1, 2, 4]),
    ),
    max_size=4,
)


def as_fhir(index: int, drug: tuple[Any, ...], status: str) -> dict[str, Any]:
    name, route, dose, per_day = drug
    dosage: dict[str, Any] = {}
    if ROUTES[route][1]:
        dosage["route"] = {
            "coding": [{"system": "http://snomed.info/sct", "code": ROUTES[route][1]}]
        }
    if dose:
        dosage["doseAndRate"] = [{"doseQuantity": {"value": dose, "unit": "mg"}}]
    if per_day:
        dosage["timing"] = {"repeat": {"frequency": per_day, "period": 1, "periodUnit": "d"}}
    members = {"dosageInstruction": [dosage]} if dosage else {}
    return order(name, f"m{index}", **members) | {"status": status}


def as_message(index: int, drug: tuple[Any, ...]) -> dict[str, Any]:
    name, route, dose, per_day = drug
    found: dict[str, Any] = {"id": f"MedicationRequest/m{index}", "text": name}
    if route:
        found["route"] = ROUTES[route][0]
    if dose:
        found["dose"] = {"value": dose, "unit": "mg"}
    if per_day:
        found["dosesPerDay"] = per_day
    return found


@examples(60)
@given(ORDERS, ORDERS, st.booleans(), st.sampled_from(["", "1965-02-03", "1965"]))
def test_cds_hooks_and_grpc_say_the_same(
    service: Running,
    drafts: list[tuple[Any, ...]],
    taken: list[tuple[Any, ...]],
    epileptic: bool,
    birth_date: str,
) -> None:
    if not drafts and not taken:
        return
    number = itertools.count()
    proposed = [(next(number), each) for each in drafts]
    active = [(next(number), each) for each in taken]
    call = {
        "hook": "order-sign",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {
            "patientId": "p1",
            "draftOrders": searchset(*[as_fhir(*each, "draft") for each in proposed]),
        },
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": "p1"}
            | ({"birthDate": birth_date} if birth_date else {}),
            "conditions": searchset(LEMS, *([EPILEPSY] if epileptic else [])),
            "medications": searchset(*[as_fhir(*each, "active") for each in active]),
        },
    }
    coded = [{"system": "CODE_SYSTEM_ICD10CM", "code": "G70.80"}]
    coded += [{"system": "CODE_SYSTEM_ICD10CM", "code": "G40.909"}] if epileptic else []
    patient = {"lemsStatus": "LEMS_STATUS_CONFIRMED", "conditions": coded}
    patient |= {"birthDate": birth_date} if birth_date else {}
    request = ParseDict(
        {
            "patient": patient,
            "proposed": [as_message(*each) for each in proposed],
            "active": [as_message(*each) for each in active],
        },
        wire.CheckPrescriptionRequest(),
    )
    with service.channel() as channel:
        response = rpc.InteractionCheckServiceStub(channel).CheckPrescription(request)
    reply = send(service.http_at, ORDER_SIGN, call)
    cards = checked(reply.content)
    issues = [
        action.resource
        for card in cards
        for suggestion in card.suggestions
        for action in suggestion.actions
        if action.resource and action.resource["resourceType"] == "DetectedIssue"
    ]
    assert_same(response, json.dumps([card.detail for card in cards]), issues)


def assert_same(
    response: screening_pb2.CheckPrescriptionResponse, text: str, issues: list[dict[str, Any]]
) -> None:
    """Every alert has its issue, by its own id, or its line; and no issue is anybody else's."""
    by_id = {issue["identifier"][0]["value"]: issue for issue in issues}
    assert by_id.keys() <= {alert.id for alert in response.alerts}
    for alert in response.alerts:
        issue = by_id.get(alert.id)
        if issue is None:
            severity = terms_pb2.Severity.Name(alert.severity).removeprefix("SEVERITY_")
            assert f"**{severity}**" in text
            continue
        assert [each["reference"] for each in issue["implicated"]] == list(alert.medication_ids)
        for finding in alert.findings:
            assert finding.rule_id in issue["detail"]
            assert finding.action in issue["detail"]
    not_sure = (terms_pb2.DISPOSITION_UNRESOLVED, terms_pb2.DISPOSITION_AMBIGUOUS)
    if any(each.disposition in not_sure for each in response.medications):
        assert "NOT checked" in text or "several ways" in text
