"""Errors as google.rpc.Status: one table from the error tree to its codes and public words."""

from collections.abc import Iterator

from google.protobuf.any_pb2 import Any
from google.rpc import code_pb2, error_details_pb2, status_pb2

from lems_guard.clinical.errors import (
    AlreadyRecorded,
    CallerGone,
    DeadlinePassed,
    FieldViolation,
    InvalidRequest,
    NoSuchMethod,
    NotFound,
    Overloaded,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
)

CODES: dict[type[Exception], int] = {
    InvalidRequest: code_pb2.INVALID_ARGUMENT,
    NotFound: code_pb2.NOT_FOUND,
    NoSuchMethod: code_pb2.UNIMPLEMENTED,
    AlreadyRecorded: code_pb2.ALREADY_EXISTS,
    Unauthenticated: code_pb2.UNAUTHENTICATED,
    PermissionDenied: code_pb2.PERMISSION_DENIED,
    Overloaded: code_pb2.RESOURCE_EXHAUSTED,
    DeadlinePassed: code_pb2.DEADLINE_EXCEEDED,
    CallerGone: code_pb2.CANCELLED,
    Unavailable: code_pb2.UNAVAILABLE,
}

# What we did wrong: said as such, without the cause, which may hold what the client sent.
INTERNAL_MESSAGE = "internal error: the prescription was NOT checked"

# What surrounds the violations in a Status, with the one that counts the rest; and each of them.
ENVELOPE, FRAME = 192, 8


def code_of(error: Exception) -> int:
    """The google.rpc.Code of an error; INTERNAL for one that nobody foresaw."""
    return CODES.get(type(error), int(code_pb2.INTERNAL))


def code_name_of(error: Exception) -> str:
    """The name of that code."""
    return str(code_pb2.Code.Name(code_of(error)))


def message_of(error: Exception) -> str:
    """The public words of an error."""
    return str(error) if type(error) in CODES else INTERNAL_MESSAGE


def details_of(error: Exception, longest: int | None) -> bytes | None:
    """The serialised google.rpc.Status with a BadRequest that names the fields, if any is at fault.

    In `longest` bytes: the last violation then tells that there are more. `None`: every one.
    """
    if not isinstance(error, InvalidRequest):
        return None
    violations = error.violations
    if longest is not None:
        violations = tuple(_within(longest - ENVELOPE - len(message_of(error)), violations))
    bad_request = error_details_pb2.BadRequest()
    for violation in violations:
        bad_request.field_violations.add(field=violation.field, description=violation.description)
    details = Any()
    details.Pack(bad_request)
    status = status_pb2.Status(code=code_of(error), message=message_of(error), details=[details])
    serialised: bytes = status.SerializeToString()
    return serialised


def _within(room: int, violations: tuple[FieldViolation, ...]) -> Iterator[FieldViolation]:
    """The violations that find room, in bytes; where not all do, that there are more."""
    for each in violations:
        room -= FRAME + len(each.field.encode()) + len(each.description.encode())
        if room < 0:
            yield FieldViolation("", "and more faults, which are not listed here")
            return
        yield each
