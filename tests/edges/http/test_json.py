"""`/v1` is the contract as JSON: the same answers and the same refusals as over gRPC."""

import json
import urllib.request
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pool
from google.protobuf.json_format import MessageToJson, Parse
from google.rpc import error_details_pb2, status_pb2
from hypothesis import given
from hypothesis import strategies as st

from edges.http.calling import CHECK, JSON, METOPROLOL, send
from lems_guard.answering.bounds import MORE_FAULTS, MOST_FAULTS
from lems_guard.answering.contract import SERVICES
from lems_guard.editions.library import browse_edition, packaged_rules
from lems_guard.v1 import (
    alert_service_pb2,
    interaction_check_service_pb2_grpc,
    knowledge_service_pb2,
    knowledge_service_pb2_grpc,
    screening_pb2,
)
from lems_guard.v1 import prescription_pb2 as wire
from prescriptions import prescriptions, texts_of
from running import Running, trailing
from searching import examples

KNOWLEDGE = "/v1/KnowledgeService"
TEXTS = texts_of(browse_edition(packaged_rules()))
THROUGH = examples(60)
FAULTS: list[dict[str, Any]] = [
    {},
    {"as_of": "tomorrow"},
    {"patient": wire.Patient(weight_kg=-3, age_years=200)},
    {"patient": wire.Patient(birth_date="x")},
    {"proposed": [wire.Medication(text="x"), wire.Medication(id="1"), wire.Medication(id="1")]},
    {"active": [wire.Medication(id="1", dose=wire.Dose(value=-1))]},
    {"stopped": [wire.Medication(id="s", stopped_on="2999-01-01")]},
]


def violations_of(status: status_pb2.Status) -> list[tuple[str, str]]:
    found = error_details_pb2.BadRequest()
    for detail in status.details:
        assert detail.Unpack(found)
    return [(each.field, each.description) for each in found.field_violations]


def by_grpc(service: Running, request: wire.CheckPrescriptionRequest) -> object:
    """The answer, or the code, words and fields of the refusal."""
    with service.channel() as channel:
        stub = interaction_check_service_pb2_grpc.InteractionCheckServiceStub(channel)
        try:
            return stub.CheckPrescription(request)
        except grpc.RpcError as error:
            refused: Any = error
            details = trailing(error).get("grpc-status-details-bin", b"")
            status = status_pb2.Status.FromString(details)
            return refused.code().value[0], refused.details(), violations_of(status)


def by_json(service: Running, request: wire.CheckPrescriptionRequest) -> object:
    reply = send(service.http_at, body=MessageToJson(request))
    if reply.status == 200:
        return Parse(reply.text, screening_pb2.CheckPrescriptionResponse())
    status = Parse(reply.text, status_pb2.Status())
    return status.code, status.message, violations_of(status)


@THROUGH
@given(prescriptions(TEXTS))
def test_json_and_grpc_give_the_same_answer(
    service: Running, request: wire.CheckPrescriptionRequest
) -> None:
    answer = by_json(service, request)
    assert isinstance(answer, screening_pb2.CheckPrescriptionResponse)
    assert answer == by_grpc(service, request)


@THROUGH
@given(prescriptions(TEXTS), st.lists(st.sampled_from(FAULTS), min_size=1, max_size=3))
def test_json_and_grpc_refuse_alike(
    service: Running, request: wire.CheckPrescriptionRequest, faults: list[dict[str, Any]]
) -> None:
    if faults == [{}] * len(faults):
        request = wire.CheckPrescriptionRequest()
    for fault in faults:
        request.MergeFrom(wire.CheckPrescriptionRequest(**fault))
    refused = by_json(service, request)
    assert isinstance(refused, tuple)
    assert refused == by_grpc(service, request)


def test_every_method_but_the_stream_answers(service: Running) -> None:
    pool = descriptor_pool.Default()
    asked = {
        "GetRule": '{"id": "beta-blocker-weakness"}',
        "ResolveMedication": '{"medication": {"id": "1", "text": "metoprolol 50 mg"}}',
        "CheckPrescription": METOPROLOL,
        "RecordAlertOutcome": json.dumps(
            {
                "outcomeId": "from-json",
                "alertId": "0123456789abcdef",
                "ruleIds": ["beta-blocker-weakness"],
                "verdict": "ALERT_VERDICT_ACCEPTED",
            }
        ),
        "RecordShown": json.dumps(
            {
                "client": "from-json",
                "clinician": "c7",
                "patient": "p1",
                "alerts": [{"alertId": "0123456789abcdef", "severity": "SEVERITY_AVOID"}],
            }
        ),
    }
    for service_name in SERVICES:
        for method in pool.FindServiceByName(service_name).methods:
            path = f"/v1/{service_name.rpartition('.')[2]}/{method.name}"
            reply = send(service.http_at, path, asked.get(method.name, "{}"))
            assert reply.status == (501 if method.client_streaming else 200), path
            assert reply.headers["content-type"] == "application/json"
            assert reply.headers["cache-control"] == "no-store"


def test_the_knowledge_service_says_the_same(service: Running) -> None:
    with service.channel() as channel:
        stub = knowledge_service_pb2_grpc.KnowledgeServiceStub(channel)
        rules = stub.ListRules(knowledge_service_pb2.ListRulesRequest(page_size=3))
        state = stub.GetKnowledgeBase(knowledge_service_pb2.GetKnowledgeBaseRequest())
    reply = send(service.http_at, f"{KNOWLEDGE}/ListRules", '{"pageSize": 3}')
    assert Parse(reply.text, knowledge_service_pb2.ListRulesResponse()) == rules
    reply = send(service.http_at, f"{KNOWLEDGE}/GetKnowledgeBase", "{}")
    assert Parse(reply.text, knowledge_service_pb2.GetKnowledgeBaseResponse()) == state


def test_an_outcome_is_recorded_once_over_both(service: Running) -> None:
    outcome = alert_service_pb2.RecordAlertOutcomeRequest(
        outcome_id="json-then-json",
        alert_id="0123456789abcdef",
        rule_ids=["beta-blocker-weakness"],
        verdict="ALERT_VERDICT_OVERRIDDEN",
        reason="OVERRIDE_REASON_WILL_MONITOR",
    )
    path = "/v1/AlertService/RecordAlertOutcome"
    assert "repeated" not in send(service.http_at, path, MessageToJson(outcome)).value
    assert send(service.http_at, path, MessageToJson(outcome)).value["repeated"] is True
    outcome.verdict = alert_service_pb2.ALERT_VERDICT_ACCEPTED
    outcome.reason = alert_service_pb2.OVERRIDE_REASON_UNSPECIFIED
    other = send(service.http_at, path, MessageToJson(outcome))
    assert (other.status, other.value["code"]) == (409, 6)


@pytest.mark.parametrize(
    ("change", "status", "code", "words", "reason"),
    [
        ({"method": "GET"}, 405, 12, "by POST", "a check is never put into an address"),
        ({"method": "OPTIONS"}, 405, 12, "by POST", "no page from elsewhere may ask"),
        ({"headers": {}}, 415, 3, "application/json", "not said what it is"),
        ({"headers": {"content-type": "text/plain"}}, 415, 3, "application/json", "as forms do"),
        (
            {"headers": {"content-type": "application/json; charset=latin-1"}},
            415,
            3,
            "UTF-8",
            "proto3 JSON is UTF-8",
        ),
        ({"path": "/v1"}, 404, 5, "CheckPrescription", "the methods are listed"),
        ({"path": "/v1/Nothing/At/All"}, 404, 5, "CheckPrescription", "the methods are listed"),
        ({"path": f"{CHECK}Stream"}, 501, 12, "over gRPC", "a stream needs gRPC"),
        ({"body": ""}, 400, 3, "no JSON: line 1", "an empty body is no empty prescription"),
        ({"body": b"\xff"}, 400, 3, "no UTF-8", "bytes that are no text"),
        ({"body": "[]"}, 400, 3, "object in braces", "another shape"),
        ({"body": '{"propsed": []}'}, 400, 3, "did you mean proposed?", "a slip in a name"),
        ({"body": "{}"}, 400, 3, "at least one medication", "nothing was sent"),
        ({"body": " " * 5_000_000}, 413, 8, "at most", "as large as gRPC takes, and no larger"),
        ({"headers": {**JSON, "grpc-timeout": "soon"}}, 400, 3, "500m", "no timeout"),
        ({"headers": {**JSON, "grpc-timeout": "1n"}}, 504, 4, "NOT checked", "late"),
        ({"headers": {**JSON, "host": "evil.example"}}, 401, 16, "not known", "a name rebound"),
        ({"headers": {**JSON, "x-forwarded-for": "10.0.0.1"}}, 401, 16, "not known", "a proxy"),
        (
            {"path": f"{KNOWLEDGE}/GetRule", "body": '{"id": "beta-blocker-weaknes"}'},
            404,
            5,
            "did you mean beta-blocker-weakness",
            "no rule has it",
        ),
    ],
)
def test_refusals(
    service: Running, change: dict[str, Any], status: int, code: int, words: str, reason: str
) -> None:
    reply = send(service.http_at, **change)
    assert (reply.status, reply.value["code"]) == (status, code), reason
    assert words in reply.value["message"], reason
    assert "medications" not in reply.value


def test_all_faults_are_told_with_their_places(service: Running) -> None:
    body = '{"patient": {"ageYears": "Jane Doe"}, "active": [{"text": 5}], "asOf": []}'
    refused = send(service.http_at, body=body)
    [details] = refused.value["details"]
    assert details["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    places = [each["field"] for each in details["fieldViolations"]]
    assert places == ["patient.age_years", "active[0].text", "as_of"]
    assert "Jane" not in refused.text


def test_of_many_faults_a_hundred_are_told(service: Running) -> None:
    """They stand in the body: gRPC's bound on metadata does not hold here, but 500 nobody reads."""
    refused = send(service.http_at, body=json.dumps({"proposed": [{"text": "x"}] * 500}))
    told = refused.value["details"][0]["fieldViolations"]
    assert len(told) == MOST_FAULTS + 1
    assert told[-1]["description"] == MORE_FAULTS.description


def test_501_medications_are_too_many(service: Running) -> None:
    orders = [{"id": str(number), "text": "metoprolol"} for number in range(501)]
    reply = send(service.http_at, body=json.dumps({"proposed": orders}))
    assert (reply.status, reply.value["code"]) == (400, 3)
    reply = send(service.http_at, body=json.dumps({"proposed": orders[:500]}))
    assert len(reply.value["medications"]) == 500


def test_a_call_gets_its_id_back(service: Running) -> None:
    def echoed(said: str, **change: Any) -> str | None:  # noqa: ANN401
        reply = send(service.http_at, headers={**JSON, "x-request-id": said}, **change)
        return reply.headers.get("x-request-id")

    assert echoed("a-b.c/d") == "a-b.c/d"
    assert echoed("a-b", body="{}") == "a-b", "a refusal too"
    assert echoed("x" * 129) == "x" * 128, "cut, not lost"
    assert echoed("\xe4") is None, "no ASCII"


def test_no_page_from_elsewhere_is_let_in(service: Running) -> None:
    reply = send(service.http_at, headers={**JSON, "origin": "https://evil.example"})
    assert not [name for name in reply.headers if name.startswith("access-control")]


def handled(service: Running) -> dict[str, float]:
    """Calls ended, by their labels."""
    with urllib.request.urlopen(f"http://{service.http_at}/metrics") as page:
        lines = page.read().decode().splitlines()
    found = (line.rpartition(" ") for line in lines if line.startswith("grpc_server_handled_total"))
    return {labels: float(number) for labels, _, number in found}


def test_calls_are_counted_where_grpc_has_them(service: Running) -> None:
    before = handled(service)
    send(service.http_at)
    send(service.http_at, body="{}")
    send(service.http_at, path="/v1/Nothing/New")
    after = handled(service)
    grown = {
        labels.partition('grpc_code="')[2].partition('"')[0]: after[labels] - before[labels]
        for labels in before
        if after[labels] != before[labels]
    }
    assert grown == {"OK": 1, "INVALID_ARGUMENT": 1}
    assert after.keys() == before.keys()
