"""What a fake service answers: the conformance requests as is right, and all else as unread."""

import functools
import json
from importlib import resources
from typing import Any

import grpc
from google.protobuf import any_pb2
from google.protobuf.json_format import ParseDict
from google.rpc import error_details_pb2, status_pb2

from lems_guard_client.errors import FieldViolation
from lems_guard_client.v1 import screening_pb2, terms_pb2
from lems_guard_client.v1.prescription_pb2 import CheckPrescriptionRequest

Request = CheckPrescriptionRequest
Response = screening_pb2.CheckPrescriptionResponse
LISTS = (
    ("active", terms_pb2.MEDICATION_LIST_ACTIVE),
    ("proposed", terms_pb2.MEDICATION_LIST_PROPOSED),
    ("stopped", terms_pb2.MEDICATION_LIST_STOPPED),
)
CANNOT_BE_READ = "the request cannot be read"


class Refusal(Exception):
    """What a request fails with."""

    def __init__(
        self, code: grpc.StatusCode, message: str, violations: tuple[FieldViolation, ...] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.violations = violations

    def details(self) -> bytes:
        """The same as a google.rpc.Status."""
        bad_request = error_details_pb2.BadRequest()
        for each in self.violations:
            bad_request.field_violations.add(field=each.field, description=each.description)
        detail = any_pb2.Any()
        detail.Pack(bad_request)
        status = status_pb2.Status(code=self.code.value[0], message=self.message, details=[detail])
        serialised: bytes = status.SerializeToString()
        return serialised


def known_or_unread(request: Request) -> Response:
    """The answer to a conformance request, else to orders of which none can be read.

    Raises `Refusal` where the request must be refused.
    """
    expected = _conformance().get(key_of(request))
    return unread(request) if expected is None else _answer(request, expected)


def unread(request: Request) -> Response:
    """The answer to orders of which none can be read."""
    disposition = terms_pb2.DISPOSITION_UNRESOLVED
    response = Response(completeness=terms_pb2.COMPLETENESS_INCOMPLETE)
    for name, which in LISTS:
        for medication in sorted(getattr(request, name), key=lambda each: str(each.id)):
            response.medications.add(id=medication.id, list=which, disposition=disposition)
    return response


def key_of(request: Request) -> bytes:
    """The same for equal requests, and for no others."""
    return request.SerializeToString(deterministic=True)


@functools.cache
def _conformance() -> dict[bytes, dict[str, Any]]:
    """What is expected of each conformance request."""
    lines = resources.files("lems_guard_client").joinpath("conformance.ndjson").read_text("utf-8")
    each = [json.loads(line) for line in lines.splitlines()]
    return {key_of(ParseDict(line["request"], Request())): line["expected"] for line in each}


def _answer(request: Request, expected: dict[str, Any]) -> Response:
    if "code" in expected:
        violations = tuple(FieldViolation(field, "as expected") for field in expected["fields"])
        raise Refusal(grpc.StatusCode.INVALID_ARGUMENT, CANNOT_BE_READ, violations)
    response = unread(request)
    alerts = expected["alerts"] + expected.get("also", [])
    ParseDict({"alerts": alerts, "completeness": expected["completeness"]}, response)
    for fact in expected.get("gaps", []):
        response.gaps.add(fact=fact)
    for medication in response.medications:
        if medication.id not in expected.get("notUnderstood", []):
            is_stopped = medication.list == terms_pb2.MEDICATION_LIST_STOPPED
            medication.disposition = (
                terms_pb2.DISPOSITION_NOT_CURRENT if is_stopped else terms_pb2.DISPOSITION_EVALUATED
            )
    return response
