"""Calls that were not answered, each as an exception: the prescription was NOT checked."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import grpc
from google.rpc import error_details_pb2, status_pb2

from lems_guard_client.v1 import interaction_check_service_pb2 as wire

DETAILS = "grpc-status-details-bin"
CODES = {code.value[0]: code for code in grpc.StatusCode}


class FieldViolation(NamedTuple):
    """A field that could not be accepted: its path, and what is wrong with it."""

    field: str
    description: str


class CallError(Exception):
    """A call that was not answered. The prescription was NOT checked."""

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str,
        request_id: str,
        violations: tuple[FieldViolation, ...] = (),
    ) -> None:
        """`request_id` names the call in the service's log, or the item of a stream."""
        super().__init__(code, message, request_id, violations)
        self.code = code
        self.message = message
        self.request_id = request_id
        self.violations = violations

    def __str__(self) -> str:
        told = "".join(f"\n  {each.field}: {each.description}" for each in self.violations)
        return f"{self.code.name} (request {self.request_id}): {self.message}{told}"


class InvalidRequestError(CallError):
    """Fields are at fault, each named in `violations`. Sending it again helps nobody."""


class OverloadedError(CallError):
    """Refused within milliseconds, for there are too many calls at once."""


class UnavailableError(CallError):
    """No replica answers."""


class DeadlineError(CallError):
    """No answer came within the deadline."""


class UnauthenticatedError(CallError):
    """The service does not know who calls: no token or certificate, or one that is not valid."""


class PermissionDeniedError(CallError):
    """The service knows who calls, and that they may not."""


class NotFoundError(CallError):
    """There is nothing of that name."""


class AlreadyRecordedError(CallError):
    """Another report has that `outcome_id`."""


KINDS: dict[grpc.StatusCode, type[CallError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequestError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: OverloadedError,
    grpc.StatusCode.UNAVAILABLE: UnavailableError,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineError,
    grpc.StatusCode.UNAUTHENTICATED: UnauthenticatedError,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDeniedError,
    grpc.StatusCode.NOT_FOUND: NotFoundError,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyRecordedError,
}


def error_of(fault: grpc.RpcError, request_id: str) -> CallError:
    """A failed call as an exception of ours."""
    told: Any = fault  # gRPC raises it with the methods of a call, and its types do not say so
    violations = _violations(told.trailing_metadata() or ())
    return _error(told.code(), told.details() or "", request_id, violations)


def item_error(item: wire.ItemError, request_id: str) -> CallError:
    """An item of a stream that was not checked, as the exception its own call would have raised."""
    code = CODES.get(item.code, grpc.StatusCode.UNKNOWN)
    violations = tuple(FieldViolation(v.field, v.description) for v in item.field_violations)
    return _error(code, item.message, request_id, violations)


def _error(
    code: grpc.StatusCode, message: str, request_id: str, violations: tuple[FieldViolation, ...]
) -> CallError:
    return KINDS.get(code, CallError)(code, message, request_id, violations)


def _violations(metadata: Iterable[tuple[str, Any]]) -> tuple[FieldViolation, ...]:
    """The fields that google.rpc.BadRequest names, where the service sent one."""
    found: list[FieldViolation] = []
    bad_request = error_details_pb2.BadRequest()
    for key, value in metadata:
        details = status_pb2.Status.FromString(value).details if key == DETAILS else ()
        for detail in details:
            if detail.Unpack(bad_request):
                found += (
                    FieldViolation(each.field, each.description)
                    for each in bad_request.field_violations
                )
    return tuple(found)
