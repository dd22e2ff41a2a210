"""The contract described: OpenAPI made of the descriptors, and the descriptors themselves."""

import http.client
import json
from typing import Any

import pytest
from google.protobuf import descriptor_pb2
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from edges.http.calling import JSON, METOPROLOL, send
from lems_guard.answering.contract import SERVICES
from lems_guard.editions.library import browse_edition, packaged_rules
from lems_guard.v1 import (
    alert_service_pb2,
    interaction_check_service_pb2,
    knowledge_service_pb2,
)
from lems_guard.v1 import prescription_pb2 as wire
from prescriptions import prescriptions, texts_of
from running import Running
from searching import examples
from waiting import PATIENCE

TEXTS = texts_of(browse_edition(packaged_rules()))
Document = dict[str, Any]


@pytest.fixture(scope="module")
def document(service: Running) -> Document:
    reply = send(service.http_at, "/openapi.json", method="GET")
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    return reply.value


def fits(document: Document, name: str, value: object) -> None:
    """Raises where a value is none of these."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    Draft202012Validator(schema).validate(value)


def test_every_unary_method_is_described_in_both_dialects(document: Document) -> None:
    methods = [
        f"{service.full_name}/{method.name}"
        for file in (alert_service_pb2, interaction_check_service_pb2, knowledge_service_pb2)
        for service in file.DESCRIPTOR.services_by_name.values()
        for method in service.methods
        if not method.client_streaming
    ]
    plain = [f"/v1/{each.removeprefix('lems_guard.v1.')}" for each in methods]
    assert sorted(document["paths"]) == sorted(plain + [f"/{each}" for each in methods])
    assert document["openapi"].startswith("3.1.")
    operations = [path["post"]["operationId"] for path in document["paths"].values()]
    assert len(set(operations)) == len(operations)


def test_everything_has_its_words(document: Document) -> None:
    """The protos' comments: what a field means, its unit, and what it says when it is absent."""
    silent = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        if name not in {"Status", "ConnectError", "FieldViolation"}
        for field, described in schema.get("properties", {}).items()
        if not described.get("description")
    ]
    assert silent == []
    weight = document["components"]["schemas"]["Patient"]["properties"]["weightKg"]
    assert weight["type"] == "number"
    assert "Absent = " in weight["description"]


def test_every_reference_leads_somewhere(document: Document) -> None:
    text = json.dumps(document)
    for part in text.split('"$ref": "#/')[1:]:
        found: Any = document
        for name in part.partition('"')[0].split("/"):
            found = found[name]


@examples(30)
@given(prescriptions(TEXTS))
def test_what_is_sent_and_answered_fits_the_document(
    service: Running, document: Document, request: wire.CheckPrescriptionRequest
) -> None:
    asked = MessageToDict(request)
    fits(document, "CheckPrescriptionRequest", asked)
    reply = send(
        service.http_at, "/v1/InteractionCheckService/CheckPrescription", json.dumps(asked)
    )
    fits(document, "CheckPrescriptionResponse", reply.value)


@pytest.mark.parametrize(
    ("prefix", "fault"), [("/v1/", "Status"), ("/lems_guard.v1.", "ConnectError")]
)
def test_a_fault_fits_the_document(
    service: Running, document: Document, prefix: str, fault: str
) -> None:
    reply = send(service.http_at, f"{prefix}InteractionCheckService/CheckPrescription", "{}")
    fits(document, fault, reply.value)
    described = document["paths"][f"{prefix}InteractionCheckService/CheckPrescription"]["post"]
    assert described["responses"][str(reply.status)]["$ref"].endswith(f"/{fault}")


def test_what_a_request_must_not_hold_the_document_refuses_too(document: Document) -> None:
    """But what an answer holds may grow: a client must not stumble over it."""
    with pytest.raises(ValidationError):
        fits(document, "CheckPrescriptionRequest", json.loads(METOPROLOL) | {"propsed": []})
    fits(document, "CheckPrescriptionResponse", {"ofLater": 1})


def test_the_descriptors_are_the_whole_contract(service: Running) -> None:
    connection = http.client.HTTPConnection(service.http_at, timeout=PATIENCE)
    connection.request("GET", "/descriptor.pb")
    reply = connection.getresponse()
    files = descriptor_pb2.FileDescriptorSet.FromString(reply.read()).file
    connection.close()
    services = {f"{file.package}.{each.name}" for file in files for each in file.service}
    assert services == set(SERVICES)
    assert all(file.source_code_info.location for file in files)


@pytest.mark.parametrize("path", ["/openapi.json", "/descriptor.pb"])
def test_who_may_call_nothing_reads_nothing(service: Running, path: str) -> None:
    elsewhere = send(service.http_at, path, "", JSON | {"host": "evil.example"}, "GET")
    assert elsewhere.status == 401
