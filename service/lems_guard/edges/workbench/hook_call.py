"""What an order-entry system would send of a typed list: a CDS Hooks call with FHIR R4 resources.

A patient's record has no place for some of what the form asks; that is named, and not sent.
"""

import datetime
from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from lems_guard.answering.wording import fact_in_words
from lems_guard.callers.profile import Profile
from lems_guard.edges.workbench.check_form import CONDITIONS_IN
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

Resource: TypeAlias = dict[str, Any]

PATIENT = "example"
OF_PATIENT = {"reference": f"Patient/{PATIENT}"}
ORDER_SIGN, ORDER_SELECT = "order-sign", "order-select"
HOOKS = MappingProxyType({each: f"lems-guard-{each}" for each in (ORDER_SIGN, ORDER_SELECT)})
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
STATUSES = "http://terminology.hl7.org/CodeSystem/condition-"
# Codes as rules/vocabulary/conditions.tsv has them, and Z33.1 as fhir/codes.py.
LEMS = "G70.80"
DIAGNOSES = {
    "epilepsy": ("G40", "Epilepsy"),
    "seizure_history": ("R56.9", "Convulsions"),
    "congenital_long_qt": ("I45.81", "Long QT syndrome"),
    "uncontrolled_asthma": ("J45.901", "Asthma with exacerbation"),
    "pregnant": ("Z33.1", "Pregnant"),
}
# The services' own prefetch: its keys, and the codes by which it asks.
OBSERVATIONS = {
    "weight_kg": ("weight", "29463-7", "Body weight", "kg"),
    "creatinine_clearance_ml_min": ("clearance", "35591-7", "Creatinine clearance", "mL/min"),
}
VERIFIED = {
    terms.LEMS_STATUS_SUSPECTED: "provisional",
    terms.LEMS_STATUS_ABSENT: "refuted",
}
CARRIED = {"lems_status", "age_years", "birth_date", "allergies", "conditions", *OBSERVATIONS}
HYPERSENSITIVE = "aminopyridine_hypersensitivity"


class DraftedCall(NamedTuple):
    """A call's body, and what of the form is not in it, in words."""

    body: Resource
    left_out: tuple[str, ...]


def hook_call(
    request: wire.CheckPrescriptionRequest, hook: str, instance: str, today: datetime.date
) -> DraftedCall:
    """The call of a hook for the orders and the patient of a request."""
    drafts = [_order(each, "draft") for each in request.proposed]
    stopped = [_stopped(each) for each in request.stopped]
    context = {
        "userId": "Practitioner/example",
        "patientId": PATIENT,
        "draftOrders": _bundle([*drafts, *stopped], "collection"),
    }
    if hook == ORDER_SELECT:
        context["selections"] = [f"MedicationRequest/{each['id']}" for each in drafts]
    prefetch = {
        "patient": _patient(request.patient, today),
        "conditions": _bundle(_conditions(request.patient)),
        "medications": _bundle(_order(each, "active") for each in request.active),
        "allergies": _bundle(_allergies(request.patient)),
        **dict(_observations(request.patient)),
    }
    body = {"hook": hook, "hookInstance": instance, "context": context, "prefetch": prefetch}
    return DraftedCall(body, tuple(_left_out(request)))


def _bundle(resources: Iterable[Resource], kind: str = "searchset") -> Resource:
    entries = [{"resource": each} for each in resources]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def _order(order: wire.Medication, status: str) -> Resource:
    return {
        "resourceType": "MedicationRequest",
        "id": order.id,
        "status": status,
        "intent": "order",
        "subject": OF_PATIENT,
        "medicationCodeableConcept": {"text": order.text},
    }


def _stopped(order: wire.Medication) -> Resource:
    """An order that is being stopped; of one without a day the hook takes today's."""
    resource = _order(order, "stopped")
    if order.stopped_on:
        until = {"repeat": {"boundsPeriod": {"end": order.stopped_on}}}
        resource["dosageInstruction"] = [{"timing": until}]
    return resource


def _patient(patient: wire.Patient, today: datetime.date) -> Resource:
    """The patient; one whose age alone is told was born on the first of a January."""
    resource: Resource = {"resourceType": "Patient", "id": PATIENT}
    if patient.birth_date:
        resource["birthDate"] = patient.birth_date
    elif patient.HasField("age_years"):
        resource["birthDate"] = f"{max(today.year - patient.age_years, 1):04}-01-01"
    return resource


def _conditions(patient: wire.Patient) -> Iterator[Resource]:
    verified = VERIFIED.get(patient.lems_status, "confirmed")
    yield _condition(LEMS, "Lambert-Eaton syndrome", verified)
    for name, (code, words) in DIAGNOSES.items():
        if getattr(patient, name) == terms.ANSWER_YES:
            yield _condition(code, words)
    for each in patient.conditions:
        if each.system == CONDITIONS_IN:
            yield _condition(each.code, "")


def _condition(code: str, words: str, verified: str = "confirmed") -> Resource:
    concept: Resource = {"coding": [{"system": ICD10CM, "code": code}]}
    if words:
        concept["text"] = words
    return {
        "resourceType": "Condition",
        "subject": OF_PATIENT,
        "clinicalStatus": _coded(f"{STATUSES}clinical", "active"),
        "verificationStatus": _coded(f"{STATUSES}ver-status", verified),
        "code": concept,
    }


def _coded(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def _allergies(patient: wire.Patient) -> Iterator[Resource]:
    texts = [each.text for each in patient.allergies]
    if patient.aminopyridine_hypersensitivity == terms.ANSWER_YES:
        texts.append("amifampridine")
    for each in texts:
        yield {
            "resourceType": "AllergyIntolerance",
            "patient": OF_PATIENT,
            "code": {"text": each},
        }


def _observations(patient: wire.Patient) -> Iterator[tuple[str, Resource]]:
    for name, (key, code, words, unit) in OBSERVATIONS.items():
        if patient.HasField(name):
            resource = {
                "resourceType": "Observation",
                "status": "final",
                "subject": OF_PATIENT,
                "code": {"coding": [{"system": "http://loinc.org", "code": code}], "text": words},
                "valueQuantity": {"value": getattr(patient, name), "unit": unit},
            }
            yield key, resource


def _left_out(request: wire.CheckPrescriptionRequest) -> Iterator[str]:
    """What was filled in, and no resource that the hook reads has a place for."""
    carried = {*CARRIED, *_said_with_a_yes(request.patient)}
    for field, value in request.patient.ListFields():
        if field.name == "age_years" and request.patient.birth_date:
            yield f"age {value}: the birth date stands for it"
        elif field.name not in carried:
            yield f"{fact_in_words(field.name)}: {_word(field.enum_type, value)}"
    if request.as_of:
        yield f"the day {request.as_of}: a hook is answered as of today"


def _said_with_a_yes(patient: wire.Patient) -> Iterator[str]:
    """Facts whose yes is on record; a no is on no list of diagnoses."""
    for name in (*DIAGNOSES, HYPERSENSITIVE):
        if getattr(patient, name) == terms.ANSWER_YES:
            yield name


def _word(kind: Any, value: int) -> str:  # noqa: ANN401 - protobuf's descriptor
    return str(kind.values_by_number[value].name).rpartition("_")[2].lower()


def settled(request: wire.CheckPrescriptionRequest, profile: Profile) -> Profile:
    """A caller's profile with what no call says: whose labels hold, and whose brands are meant."""
    if request.jurisdiction:
        name = terms.Jurisdiction.Name(request.jurisdiction)
        profile = profile._replace(jurisdiction=name.removeprefix("JURISDICTION_"))
    return profile._replace(country=request.country.upper()) if request.country else profile
