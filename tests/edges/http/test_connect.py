"""Connect's unary protocol: the same answers as over gRPC, and errors as Connect has them."""

import base64
import gzip
import http.client
import json
from collections.abc import Mapping
from typing import Any

import pytest
from google.protobuf.json_format import MessageToJson, Parse
from google.rpc import error_details_pb2
from hypothesis import given

from edges.http.calling import JSON, METOPROLOL, send
from lems_guard.edges.http.bodies import MOST_BYTES
from lems_guard.editions.library import browse_edition, packaged_rules
from lems_guard.v1 import interaction_check_service_pb2_grpc, screening_pb2
from lems_guard.v1 import prescription_pb2 as wire
from prescriptions import prescriptions, texts_of
from running import Running
from searching import examples
from waiting import PATIENCE

CHECK = "/lems_guard.v1.InteractionCheckService/CheckPrescription"
STREAM = f"{CHECK}Stream"
PROTO = {"content-type": "application/proto"}
AS_STREAM = {"content-type": "application/connect+json"}
ASKED = wire.CheckPrescriptionRequest(
    proposed=[wire.Medication(id="p1", text="metoprolol 50 mg po bid")]
)
TEXTS = texts_of(browse_edition(packaged_rules()))


def posted(
    service: Running, body: bytes, headers: Mapping[str, str], path: str = CHECK
) -> tuple[int, str, bytes]:
    """Status, content type and body: a message's bytes are no text."""
    connection = http.client.HTTPConnection(service.http_at, timeout=PATIENCE)
    try:
        connection.request("POST", path, body, dict(headers))
        reply = connection.getresponse()
        return reply.status, reply.headers["content-type"], reply.read()
    finally:
        connection.close()


def by_grpc(service: Running, request: wire.CheckPrescriptionRequest) -> bytes:
    with service.channel() as channel:
        stub = interaction_check_service_pb2_grpc.InteractionCheckServiceStub(channel)
        told: bytes = stub.CheckPrescription(request).SerializeToString()
        return told


@examples(40)
@given(prescriptions(TEXTS))
def test_the_answer_is_grpcs_byte_for_byte(
    service: Running, request: wire.CheckPrescriptionRequest
) -> None:
    raw = by_grpc(service, request)
    sent = request.SerializeToString()
    assert posted(service, sent, PROTO) == (200, "application/proto", raw)
    status, content_type, told = posted(service, MessageToJson(request).encode(), JSON)
    assert (status, content_type) == (200, "application/json")
    answer = screening_pb2.CheckPrescriptionResponse.FromString(raw)
    assert Parse(told, screening_pb2.CheckPrescriptionResponse()) == answer


@pytest.mark.parametrize(
    ("change", "status", "code", "words", "reason"),
    [
        ({"method": "GET"}, 405, "unimplemented", "by POST", "a check is never in an address"),
        ({"headers": {}}, 415, "invalid_argument", "application/proto", "not said what it is"),
        ({"headers": {"content-type": "text/plain"}}, 415, "invalid_argument", "send", "a form"),
        ({"headers": AS_STREAM}, 415, "invalid_argument", "send", "a stream of a unary method"),
        ({"path": f"{CHECK}s"}, 501, "unimplemented", "GetRule", "the methods are listed"),
        ({"path": STREAM}, 501, "unimplemented", "over gRPC", "a stream as if it were unary"),
        ({"body": ""}, 400, "invalid_argument", "no JSON", "an empty body is no prescription"),
        ({"body": '{"propsed": []}'}, 400, "invalid_argument", "mean proposed", "a slip"),
        ({"body": " " * (MOST_BYTES + 1)}, 429, "resource_exhausted", "at most", "too large"),
        (
            {"headers": {**JSON, "connect-protocol-version": "2"}},
            400,
            "invalid_argument",
            "version: 1",
            "a protocol that does not exist yet",
        ),
        (
            {"headers": {**JSON, "connect-timeout-ms": "-5"}},
            400,
            "invalid_argument",
            "milliseconds",
            "no time",
        ),
        (
            {"headers": {**JSON, "connect-timeout-ms": "1" * 11}},
            400,
            "invalid_argument",
            "ten digits",
            "longer than Connect allows",
        ),
        (
            {"headers": {**JSON, "connect-timeout-ms": "0"}},
            504,
            "deadline_exceeded",
            "NOT checked",
            "late",
        ),
        (
            {"headers": {**JSON, "content-encoding": "br"}},
            501,
            "unimplemented",
            "gzip or identity",
            "the supported ones are told",
        ),
        (
            {"headers": {**JSON, "host": "evil.example"}},
            401,
            "unauthenticated",
            "not known",
            "the one gate",
        ),
    ],
)
def test_refusals(
    service: Running, change: dict[str, Any], status: int, code: str, words: str, reason: str
) -> None:
    reply = send(service.http_at, **{"path": CHECK, **change})
    assert (reply.status, reply.value["code"]) == (status, code), reason
    assert words in reply.value["message"], reason
    assert reply.headers["content-type"] == "application/json", reason


def test_each_field_at_fault_is_a_detail(service: Running) -> None:
    """As bytes for a program, and readable for a person."""
    reply = send(service.http_at, CHECK, '{"active": [{"text": 5}], "asOf": []}')
    [detail] = reply.value["details"]
    assert detail["type"] == "google.rpc.BadRequest"
    assert "=" not in detail["value"], "unpadded"
    padded = detail["value"] + "=" * (-len(detail["value"]) % 4)
    at_fault = error_details_pb2.BadRequest.FromString(base64.b64decode(padded))
    assert [each.field for each in at_fault.field_violations] == ["active[0].text", "as_of"]
    assert len(detail["debug"]["fieldViolations"]) == 2


def test_an_unknown_field_is_refused_as_over_grpc(service: Running) -> None:
    sent = ASKED.SerializeToString() + b"\xfa\x7f\x00"  # field 2047, empty
    status, content_type, told = posted(service, sent, PROTO)
    assert (status, content_type) == (400, "application/json")
    assert json.loads(told)["code"] == "invalid_argument"
    assert b"2047" in told


def test_a_deadline_that_is_kept_and_the_version_change_nothing(service: Running) -> None:
    headers = {"connect-timeout-ms": "60000", "connect-protocol-version": "1"}
    reply = send(service.http_at, CHECK, METOPROLOL, JSON | headers)
    assert [alert["drug"] for alert in reply.value["alerts"]] == ["metoprolol"]


PACKED = gzip.compress(METOPROLOL.encode())


@pytest.mark.parametrize("path", [CHECK, "/v1/InteractionCheckService/CheckPrescription"])
@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (PACKED, 200, "gzip"),
        (PACKED[:-9], 400, "cut off"),
        (PACKED + b"x", 400, "something behind it"),
        (METOPROLOL.encode(), 400, "said to be gzip, and is none"),
        (b"", 400, "nothing is not unpacked, and is no JSON"),
        (gzip.compress(b" " * (MOST_BYTES + 1)), 400, "a small body that is a large one"),
    ],
)
def test_bodies_in_gzip(service: Running, path: str, body: bytes, status: int, why: str) -> None:
    reply = send(service.http_at, path, body, {**JSON, "content-encoding": "gzip"})
    assert reply.status == status, why


def test_a_stream_is_told_in_its_last_part_to_call_over_grpc(service: Running) -> None:
    status, content_type, told = posted(service, b"\0\0\0\0\x02{}", AS_STREAM, STREAM)
    assert (status, content_type) == (200, "application/connect+json")
    assert told[0] == 2
    assert int.from_bytes(told[1:5], "big") == len(told) - 5
    error = json.loads(told[5:])["error"]
    assert (error["code"], "over gRPC" in error["message"]) == ("unimplemented", True)


def test_a_call_gets_its_id_back(service: Running) -> None:
    reply = send(service.http_at, CHECK, METOPROLOL, {**JSON, "x-request-id": "a-b"})
    assert reply.headers["x-request-id"] == "a-b"
