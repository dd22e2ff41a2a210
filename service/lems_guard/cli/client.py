"""A client of a running service: the only place of the command line that speaks gRPC."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar
from uuid import uuid4

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from lems_guard.clinical.errors import FieldViolation, InvalidRequest, Unavailable
from lems_guard.settings import Address
from lems_guard.v1 import (
    interaction_check_service_pb2_grpc,
    knowledge_service_pb2,
    knowledge_service_pb2_grpc,
    prescription_pb2,
    screening_pb2,
)

DEADLINE_SECONDS = 10.0
CHANNEL_OPTIONS = (
    ("grpc.enable_http_proxy", 0),  # a prescription takes no detour
    ("grpc.max_receive_message_length", -1),  # the answer to 500 orders is longer than they are
)
Reply = TypeVar("Reply")


class Client:
    """One connection to one service."""

    def __init__(self, where: Address) -> None:
        """Connects with the first call."""
        self._where = where
        self._channel = grpc.insecure_channel(str(where), options=CHANNEL_OPTIONS)
        self._check = interaction_check_service_pb2_grpc.InteractionCheckServiceStub(self._channel)
        self._knowledge = knowledge_service_pb2_grpc.KnowledgeServiceStub(self._channel)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._channel.close()

    def check(
        self, request: prescription_pb2.CheckPrescriptionRequest
    ) -> screening_pb2.CheckPrescriptionResponse:
        """The service's answer; raises `InvalidRequest`, or `Unavailable` when there is none."""
        reply: screening_pb2.CheckPrescriptionResponse
        reply = self._call(self._check.CheckPrescription, request)
        return reply

    def is_reviewed(self) -> bool:
        """Whether any rule of the service records a review by a clinician."""
        request = knowledge_service_pb2.GetKnowledgeBaseRequest()
        state = self._call(self._knowledge.GetKnowledgeBase, request)
        return bool(state.clinician_review_recorded)

    def _call(self, method: Callable[..., Reply], request: Message) -> Reply:
        metadata = (("x-request-id", str(uuid4())),)
        try:
            return method(request, timeout=DEADLINE_SECONDS, metadata=metadata)
        except grpc.RpcError as fault:
            raise self._error(fault) from None

    def _error(self, fault: grpc.RpcError) -> InvalidRequest | Unavailable:
        """A failed call as one of our own errors."""
        code = fault.code()
        if code is grpc.StatusCode.INVALID_ARGUMENT:
            return InvalidRequest(_violations(fault))
        if code is grpc.StatusCode.UNAVAILABLE:
            return Unavailable(f"no service answers at {self._where} (`lems-guard serve` runs one)")
        if code is grpc.StatusCode.DEADLINE_EXCEEDED:
            return Unavailable(f"{self._where} gave no answer within {DEADLINE_SECONDS:g} seconds")
        return Unavailable(f"{self._where} answered {code.name}: {fault.details()}")


def _violations(fault: grpc.RpcError) -> tuple[FieldViolation, ...]:
    """The fields that a service found at fault."""
    found = []
    metadata: Any = fault.trailing_metadata()
    for key, value in metadata or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                bad_request = error_details_pb2.BadRequest()
                if detail.Unpack(bad_request):
                    found += bad_request.field_violations
    violations = tuple(FieldViolation(each.field, each.description) for each in found)
    return violations or (FieldViolation("", fault.details() or "refused by the service"),)
