"""Answers are written byte for byte as protobuf's own writer does."""

import datetime
from itertools import islice

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from google.protobuf.wrappers_pb2 import BytesValue

from benchmark.bodies import checks
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.cohort.answer_lines import as_line
from lems_guard.cohort.in_process import InProcess, Terms
from lems_guard.editions.library import browse_edition, packaged_rules
from lems_guard.v1.interaction_check_service_pb2 import CheckPrescriptionStreamResponse
from lems_guard.v1.prescription_pb2 import CheckPrescriptionRequest

VALUES = {
    FieldDescriptor.CPPTYPE_STRING: 'é\u2028"\\/<\x00\U0001f600',
    FieldDescriptor.CPPTYPE_INT32: -7,
    FieldDescriptor.CPPTYPE_DOUBLE: 2.0,
    FieldDescriptor.CPPTYPE_BOOL: True,
    FieldDescriptor.CPPTYPE_ENUM: 1,
}


def fill(message: Message, depth: int = 8) -> None:
    """Give every field a value, also those within."""
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        is_message = field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE
        if is_message and not depth:
            continue
        if is_message and field.is_repeated:
            for _ in range(2):
                fill(value.add(), depth - 1)
        elif is_message:
            fill(value, depth - 1)
        elif field.is_repeated:
            value.extend([VALUES[field.cpp_type], VALUES[field.cpp_type]])
        else:
            setattr(message, field.name, VALUES[field.cpp_type])


def as_protobuf_does(message: Message) -> bytes:
    return MessageToJson(message, indent=None).encode() + b"\n"


def test_every_field_of_an_answer_is_written_as_protobuf_does() -> None:
    for chosen in ("response", "error"):
        item = CheckPrescriptionStreamResponse(request_id="p")
        fill(getattr(item, chosen))
        getattr(item, chosen).SetInParent()
        assert as_line(item) == as_protobuf_does(item)
        assert len(as_line(item)) > 100


def test_nothing_and_what_no_version_knows_are_written_too() -> None:
    item = CheckPrescriptionStreamResponse()
    assert as_line(item) == as_protobuf_does(item) == b"{}\n"
    item.response.completeness = 99  # type: ignore[assignment]  # of a newer service
    assert as_line(item) == as_protobuf_does(item)


def test_real_answers_are_written_as_protobuf_does() -> None:
    terms = Terms(datetime.date(2026, 11, 30), Jurisdiction.US)
    here = InProcess(browse_edition(packaged_rules()), terms)
    for body in islice(checks(seed=5), 100):
        request = CheckPrescriptionRequest.FromString(body)
        item = CheckPrescriptionStreamResponse(response=here.check(request))
        assert as_line(item) == as_protobuf_does(item)


def test_a_field_that_no_answer_holds_is_refused() -> None:
    with pytest.raises(TypeError, match="no answer holds such a field"):
        as_line(BytesValue(value=b"x"))
