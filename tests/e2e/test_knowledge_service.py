"""KnowledgeService refuses what it cannot read, naming each field."""

from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from lems_guard.v1 import knowledge_service_pb2, knowledge_service_pb2_grpc
from lems_guard.v1 import prescription_pb2 as prescription
from running import Running, trailing

UNKNOWN: Any = 99  # a number that no enum has


@pytest.mark.parametrize(
    ("asked", "method", "fields"),
    [
        (
            knowledge_service_pb2.ListRulesRequest(
                concern=UNKNOWN, minimum_severity=UNKNOWN, jurisdiction=UNKNOWN, page_size=-1
            ),
            "ListRules",
            {"concern", "minimum_severity", "jurisdiction", "page_size"},
        ),
        (
            knowledge_service_pb2.ResolveMedicationRequest(
                medication=prescription.Medication(text="x"), jurisdiction=UNKNOWN
            ),
            "ResolveMedication",
            {"jurisdiction"},
        ),
        (
            knowledge_service_pb2.ResolveMedicationRequest(
                medication=prescription.Medication(route=UNKNOWN, dose=prescription.Dose(value=1))
            ),
            "ResolveMedication",
            {"medication.route", "medication.dose.unit"},
        ),
        (
            knowledge_service_pb2.ResolveMedicationRequest(),
            "ResolveMedication",
            {"medication"},
        ),
    ],
)
def test_what_cannot_be_asked_of_the_knowledge_is_named(
    service: Running, asked: Message, method: str, fields: set[str]
) -> None:
    with service.channel() as channel:
        stub = knowledge_service_pb2_grpc.KnowledgeServiceStub(channel)
        with pytest.raises(grpc.RpcError) as refused:
            getattr(stub, method)(asked)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    status = status_pb2.Status.FromString(trailing(refused.value)["grpc-status-details-bin"])
    bad_request = error_details_pb2.BadRequest()
    status.details[0].Unpack(bad_request)
    assert {each.field for each in bad_request.field_violations} == fields
