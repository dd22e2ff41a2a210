"""Errors as google.rpc.Status: one table from the error tree to its codes and public words."""

from google.protobuf.any_pb2 import Any
from google.rpc import code_pb2, error_details_pb2, status_pb2

from lems_guard.clinical.errors import AlreadyRecorded, InvalidRequest, NotFound, Unavailable

CODES: dict[type[Exception], int] = {
    InvalidRequest: code_pb2.INVALID_ARGUMENT,
    NotFound: code_pb2.NOT_FOUND,
    AlreadyRecorded: code_pb2.ALREADY_EXISTS,
    Unavailable: code_pb2.UNAVAILABLE,
}

# What we did wrong: said as such, without the cause, which may hold what the client sent.
INTERNAL_MESSAGE = "internal error: the prescription was NOT checked"


def code_of(error: Exception) -> int:
    """The google.rpc.Code of an error; INTERNAL for one that nobody foresaw."""
    return CODES.get(type(error), int(code_pb2.INTERNAL))


def message_of(error: Exception) -> str:
    """The public words of an error."""
    return str(error) if type(error) in CODES else INTERNAL_MESSAGE


def details_of(error: Exception) -> bytes | None:
    """The serialised google.rpc.Status with a BadRequest that names every field, if any is."""
    if not isinstance(error, InvalidRequest):
        return None
    bad_request = error_details_pb2.BadRequest()
    for violation in error.violations:
        bad_request.field_violations.add(field=violation.field, description=violation.description)
    details = Any()
    details.Pack(bad_request)
    status = status_pb2.Status(code=code_of(error), message=message_of(error), details=[details])
    serialised: bytes = status.SerializeToString()
    return serialised
