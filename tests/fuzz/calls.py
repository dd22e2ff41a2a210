"""Doors of the network: messages, their JSON, hooks, records and what FHIR servers reply."""

import datetime
import functools
import json
from collections.abc import Iterable
from typing import Any

import httpx2
from google.protobuf.json_format import MessageToJson

from crowds import answerer_of
from edges.order_entry.calling import LEMS, order, searchset, sign
from edges.order_entry.desks import BASE, Asked
from fuzz.door import Door, Doors, Fault, kept, must
from lems_guard.answering.answer import Answerer
from lems_guard.answering.proto_json import as_json, read_message, read_request
from lems_guard.clinical.errors import InvalidRequest
from lems_guard.editions.library import Edition, load_edition, packaged_rules
from lems_guard.v1 import alert_service_pb2, interaction_check_service_pb2, knowledge_service_pb2
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import screening_pb2 as told
from lems_guard.v1 import terms_pb2 as terms

KINDS = (
    interaction_check_service_pb2.CheckPrescriptionStreamRequest,
    knowledge_service_pb2.ListRulesRequest,
    knowledge_service_pb2.GetRuleRequest,
    knowledge_service_pb2.ResolveMedicationRequest,
    alert_service_pb2.RecordAlertOutcomeRequest,
)
SETTLED = {terms.DISPOSITION_EVALUATED, terms.DISPOSITION_NOT_CURRENT}
REFUSALS = {400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429}


@functools.cache
def edition() -> Edition:
    """The packaged edition."""
    found = load_edition(packaged_rules()).edition
    _ = found.resolver.close_names  # or the first misspelt name would pay for all
    return found


@functools.cache
def answerer() -> Answerer:
    """What answers from it, as of a day that stays."""
    return answerer_of(edition())


def prescription() -> wire.CheckPrescriptionRequest:
    """One of everything."""
    request = wire.CheckPrescriptionRequest(
        patient=wire.Patient(weight_kg=70.5, birth_date="1965-02", pregnant=terms.ANSWER_NO),
        jurisdiction=terms.JURISDICTION_EU,
        as_of="2026-11-21",
    )
    request.patient.conditions.add(system=terms.CODE_SYSTEM_ICD10CM, code="G70.80")
    request.patient.allergies.add(text="penicillin")
    sent = request.proposed.add(id="p1", text="metoprolol succ ER 50 mg tab po bid")
    sent.codings.add(system=terms.CODE_SYSTEM_RXNORM, code="6918", display="metoprolol")
    sent = request.active.add(id="a1", text="Firdapse 10 mg", doses_per_day=4)
    sent.dose.CopyFrom(wire.Dose(value=20, unit="mg"))
    request.stopped.add(id="s1", text="gentamicin iv", stopped_on="2026-11-01")
    return request


def check_reply(request: wire.CheckPrescriptionRequest, raw: bytes) -> None:
    """What must hold of any answer: each order told of, and "complete" said of what was read."""
    reply = told.CheckPrescriptionResponse.FromString(raw)
    sent = {each.id for each in (*request.proposed, *request.active, *request.stopped)}
    must(sent == {each.id for each in reply.medications}, "an order has no disposition")
    if reply.completeness == terms.COMPLETENESS_COMPLETE:
        settled = all(each.disposition in SETTLED for each in reply.medications)
        must(settled and not reply.doubts, "called complete, though something was not read")
    current = (*request.proposed, *request.active)
    must(current or not reply.alerts, "alerts on nothing")


def message(data: bytes) -> None:
    """A serialised CheckPrescriptionRequest."""
    try:
        answer = answerer().answer(data)
    except InvalidRequest:
        return
    request = wire.CheckPrescriptionRequest.FromString(data)
    known = wire.CheckPrescriptionRequest.FromString(data)
    known.DiscardUnknownFields()
    must(request == known, "a field that is not known was dropped")
    check_reply(request, answer.reply)


def as_message(data: bytes) -> None:
    """A request as JSON of `/v1`, and the other messages that come so."""
    for kind in KINDS:
        try:
            read_message(data, kind)
        except InvalidRequest:
            continue
    try:
        request = read_request(data)
        answer = answerer().answer(request.SerializeToString())
    except InvalidRequest:
        return
    check_reply(request, answer.reply)
    json.loads(as_json(told.CheckPrescriptionResponse.FromString(answer.reply)))


def check_cards(asked: Asked, body: bytes) -> None:
    """A hook call is answered by cards, or refused by what the client did."""
    said = asked.send(body)
    must(said.status == 200 or said.status in REFUSALS, f"status {said.status}")


def hook(data: bytes) -> None:
    """The body of a hook call."""
    check_cards(Asked(edition()), data)


def without(call: dict[str, Any], *path: str) -> tuple[bytes, bytes]:
    """A call as JSON in two halves, with a hole where the path leads."""
    place = call
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = "@@hole@@"
    before, _, after = json.dumps(call).encode().partition(b'"@@hole@@"')
    return before, after


BEFORE, AFTER = without(sign(order("bupropion 150 mg")), "prefetch", "conditions")


def prefetch(data: bytes) -> None:
    """A part of a record in a call that is sound otherwise."""
    check_cards(Asked(edition()), BEFORE + data + AFTER)


def fhir_reply(data: bytes) -> None:
    """What a FHIR server replies to every question."""
    asked = Asked(edition(), lambda _: httpx2.Response(200, content=data), seconds=5)
    call = sign(order("bupropion 150 mg"), prefetch={}, fhirServer=BASE)
    said = asked.send(json.dumps(call).encode())
    must(said.status == 200 or said.status in REFUSALS, f"status {said.status}")
    if said.status == 200 and not said.cards and not is_record(data):
        raise Fault("a reply that is no record was taken for an empty one")


def is_record(data: bytes) -> bool:
    """Whether some bytes are a Bundle as JSON, which may say that there is nothing."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get("resourceType") == "Bundle"


def orders(number: int) -> wire.CheckPrescriptionRequest:
    """A prescription of so many orders of one drug."""
    request = wire.CheckPrescriptionRequest(as_of="2026-11-21")
    for place in range(number):
        request.proposed.add(id=f"o{place}", text=f"amifampridine {place} zzq")
    return request


def record(number: int) -> bytes:
    """A Bundle of so many diagnoses."""
    return dumped(searchset(*[LEMS | {"id": f"c{place}"} for place in range(number)]))


def dumped(value: object) -> bytes:
    """A value as JSON."""
    return json.dumps(value).encode()


def words(values: Iterable[object]) -> tuple[bytes, ...]:
    """Values as pieces of JSON."""
    return tuple(dumped(value) for value in values)


SENT = sign(order("gentamicin 80 mg iv"), order("metoprolol 50 mg po", "m2"))
STATEMENT = order("Firdapse 10 mg", "a1") | {"resourceType": "MedicationStatement"}
DISPENSED = {
    "resourceType": "MedicationDispense",
    "status": "completed",
    "whenHandedOver": "2026-11-01",
    "daysSupply": {"value": 30},
    "medicationCodeableConcept": {"text": "Firdapse 10 mg"},
}
OF_FHIR = (
    *words([LEMS, STATEMENT, DISPENSED, ["MedicationRequest"], {"resource": None}]),
    *words(["Bundle", {"value": 1e308, "unit": "g"}, [[]], searchset(), {"relation": "next"}]),
)
HOOKED = datetime.date(2026, 11, 30)

CALLS: Doors = {
    "protobuf": lambda: Door(
        message,
        (prescription().SerializeToString(), orders(3).SerializeToString(), *kept("protobuf")),
        lambda size: orders(size).SerializeToString(),
        (b"\x0a\x00", b"\x12\x00", b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", b"\xfa\x3f\x01x"),
    ),
    "json": lambda: Door(
        as_message,
        (MessageToJson(prescription()).encode(), *kept("json")),
        lambda size: MessageToJson(orders(size)).encode(),
        words([{}, [], {"proposed": [{}]}, "ROUTE_ORAL", 1.9, True, {"text": 1}]),
    ),
    "hooks": lambda: Door(
        hook,
        (dumped(SENT), *kept("hooks")),
        lambda size: dumped(sign(*[order("timolol", f"o{n}") for n in range(size)])),
        OF_FHIR,
    ),
    "prefetch": lambda: Door(
        prefetch, (record(1), dumped(searchset(STATEMENT, DISPENSED))), record, OF_FHIR
    ),
    "fhir": lambda: Door(
        fhir_reply, (record(1), dumped(searchset(STATEMENT, DISPENSED))), record, OF_FHIR
    ),
}
