"""How much a request may hold, and when work on it ends."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowds import answerer_of, texts
from lems_guard.answering import bounds
from lems_guard.answering.bounds import (
    LONGEST_NAME,
    LONGEST_WORDS,
    MORE_FAULTS,
    MOST_CODINGS,
    MOST_CONDITIONS,
    MOST_FAULTS,
    MOST_FIELDS,
    MOST_MEDICATIONS,
    TOO_MANY_FIELDS,
    TOO_MANY_MEDICATIONS,
)
from lems_guard.answering.messages import decoded
from lems_guard.answering.proto_json import as_json, read_request
from lems_guard.clinical.errors import DeadlinePassed, InvalidRequest
from lems_guard.editions.library import load_edition, packaged_rules
from lems_guard.terminology.reading.text import LONGEST_TEXT, TOO_LONG
from lems_guard.v1 import interaction_check_service_pb2 as stream
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2
from lems_guard.v1.screening_pb2 import CheckPrescriptionResponse
from messages import messy_requests, order, questions, with_order, with_patient

ANSWERER = answerer_of(load_edition(packaged_rules()).edition)


def coding(**told: str) -> wire.Coding:
    return wire.Coding(**{"code": "1", **told})


def reason(**told: object) -> wire.Indication:
    return wire.Indication(**told)  # type: ignore[arg-type]


def many(number: int) -> wire.CheckPrescriptionRequest:
    lists = "proposed", "active", "stopped"
    request = wire.CheckPrescriptionRequest()
    for place in range(number):
        getattr(request, lists[place % 3]).add(id=f"{place}")
    return request


Sized = Callable[[int], wire.CheckPrescriptionRequest]
FIRST = "proposed[0]"
SIZES: list[tuple[Sized, int, str]] = [
    (many, MOST_MEDICATIONS, "proposed"),
    (lambda size: with_order(id="i" * size), LONGEST_NAME, f"{FIRST}.id"),
    (lambda size: with_order(form_text="t" * size), LONGEST_WORDS, f"{FIRST}.form_text"),
    (lambda size: with_order(route_text="t" * size), LONGEST_WORDS, f"{FIRST}.route_text"),
    (
        lambda size: with_order(dose=wire.Dose(value=1, unit="u" * size)),
        LONGEST_NAME,
        f"{FIRST}.dose.unit",
    ),
    (lambda size: with_order(codings=[coding()] * size), MOST_CODINGS, f"{FIRST}.codings"),
    (
        lambda size: with_order(codings=[coding(code="c" * size)]),
        LONGEST_NAME,
        f"{FIRST}.codings[0].code",
    ),
    (
        lambda size: with_order(codings=[coding(display="d" * size)]),
        LONGEST_WORDS,
        f"{FIRST}.codings[0].display",
    ),
    (
        lambda size: with_order(indication=reason(text="r" * size)),
        LONGEST_WORDS,
        f"{FIRST}.indication.text",
    ),
    (
        lambda size: with_order(indication=reason(codings=[coding()] * size)),
        MOST_CODINGS,
        f"{FIRST}.indication.codings",
    ),
    (
        lambda size: with_patient(conditions=[coding()] * size),
        MOST_CONDITIONS,
        "patient.conditions",
    ),
    (
        lambda size: with_patient(conditions=[coding(code="c" * size)]),
        LONGEST_NAME,
        "patient.conditions[0].code",
    ),
]


@pytest.mark.parametrize(("sized", "most", "path"), SIZES, ids=[each[2] for each in SIZES])
def test_each_part_may_be_so_large_and_no_larger(sized: Sized, most: int, path: str) -> None:
    questions().of(sized(most))
    too_large = sized(most + 1)
    with pytest.raises(InvalidRequest) as refused:
        questions().of(too_large)
    ((field, description),) = refused.value.violations
    assert field == path
    assert f"at most {most} " in f"{description} "
    with pytest.raises(InvalidRequest) as by_json:
        questions().of(read_request(as_json(too_large)))
    assert by_json.value.violations == refused.value.violations


@pytest.mark.parametrize("size", [LONGEST_TEXT + 1, 4_001, 1_000_000])
def test_an_order_that_is_too_long_to_read_is_a_doubt(size: int) -> None:
    """It is named, and keeps no other order of the prescription from being checked."""
    long, short = order(id="long", text="x" * size), order(id="short")
    answer = ANSWERER.answer(
        wire.CheckPrescriptionRequest(proposed=[long, short]).SerializeToString()
    )
    reply = CheckPrescriptionResponse.FromString(answer.reply)
    unread, judged = reply.medications
    assert unread.disposition == terms_pb2.DISPOSITION_UNRESOLVED
    assert [each.what for each in unread.doubts] == [TOO_LONG]
    assert judged.disposition == terms_pb2.DISPOSITION_EVALUATED
    assert reply.completeness == terms_pb2.COMPLETENESS_INCOMPLETE
    assert [list(each.medication_ids) for each in reply.alerts] == [["short"]]


@pytest.mark.parametrize("number", [501, 2_000_000])
def test_the_number_of_medications_is_read_before_they_are(number: int) -> None:
    """Two million empty ones are 4 MB, 4 kB on the wire: parsed, they would take a gigabyte."""
    raw = b"\x12\x00" * number
    with pytest.raises(InvalidRequest) as refused:
        questions().of(decoded(raw, wire.CheckPrescriptionRequest))
    assert refused.value.violations == (TOO_MANY_MEDICATIONS,)
    item = wire.CheckPrescriptionRequest(as_of="2026-11-21").SerializeToString() + raw
    with pytest.raises(InvalidRequest) as of_stream:
        questions().of(decoded(framed(2, item), stream.CheckPrescriptionStreamRequest).request)
    assert of_stream.value.violations == (TOO_MANY_MEDICATIONS,)


def framed(number: int, content: bytes) -> bytes:
    """Some bytes as a field of a message."""
    length, size = bytearray(), len(content)
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    return bytes((number << 3 | 2, *length, size)) + content


@pytest.mark.parametrize(
    "raw",
    [
        framed(2, b"\x12\x00" * 400_000),
        framed(2, framed(11, b"\x0a\x00" * 400_000)),
        framed(1, b"\x9a\x01\x00" * 400_000),
        b"\xf8\x07\x01" * 400_000,
    ],
    ids=["codings", "reasons", "conditions", "a field that is not known"],
)
def test_the_number_of_fields_is_read_before_they_are(raw: bytes) -> None:
    with pytest.raises(InvalidRequest) as refused:
        decoded(raw, wire.CheckPrescriptionRequest)
    assert refused.value.violations == (TOO_MANY_FIELDS,)


def of(message: Any) -> Any:  # noqa: ANN401 - protobuf's types know two classes of a descriptor
    return message.DESCRIPTOR


@given(messy_requests(), st.binary(max_size=40))
def test_what_is_counted_beforehand_is_what_the_parser_finds(
    message: wire.CheckPrescriptionRequest, rubbish: bytes
) -> None:
    raw, descriptor, kind = message.SerializeToString(), of(message), of(wire.Medication)
    found = [child for _, child in bounds._fields(raw, descriptor)]
    medications = [*message.proposed, *message.active, *message.stopped]
    assert found.count(kind) == len(medications)
    for _ in bounds._fields(raw + rubbish, descriptor):
        pass  # whatever the bytes are, it ends


def test_objects_without_end_are_not_built() -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_request(b'{"proposed": [' + b"{}," * MOST_FIELDS + b"{}]}")
    assert refused.value.violations == (TOO_MANY_FIELDS,)


def test_no_more_than_a_hundred_faults_are_named() -> None:
    with pytest.raises(InvalidRequest) as refused:
        questions().of(wire.CheckPrescriptionRequest(proposed=[wire.Medication()] * 400))
    assert len(refused.value.violations) == MOST_FAULTS + 1
    assert refused.value.violations[-1] == MORE_FAULTS


class Patience:
    """Waits while it is asked so many times, and no longer."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __call__(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise DeadlinePassed


def test_work_ends_wherever_nobody_waits_any_more() -> None:
    raw = texts("metoprolol 50 mg po bid", "Firdapse 20 mg 4x/day")(40).SerializeToString()
    patience = Patience(1000)
    reply = ANSWERER.answer(raw, patience).reply
    asked = 1000 - patience.left
    assert asked >= 80, "once for each order that is read, and for each that is judged"
    for times in range(asked):
        with pytest.raises(DeadlinePassed):
            ANSWERER.answer(raw, Patience(times))
    assert ANSWERER.answer(raw, Patience(asked)).reply == reply


def test_what_was_read_in_vain_changes_no_later_answer() -> None:
    message = wire.CheckPrescriptionRequest(proposed=[order()])
    asked = questions()
    with pytest.raises(DeadlinePassed):
        asked.of(message, Patience(0))
    assert asked.of(message) == questions().of(message)


def test_a_jurisdiction_that_is_not_known_is_still_told() -> None:
    message = with_order()
    message.jurisdiction = 99  # type: ignore[assignment]
    with pytest.raises(InvalidRequest) as refused:
        questions().of(message)
    assert [each.field for each in refused.value.violations] == ["jurisdiction"]
    assert 99 not in terms_pb2.Jurisdiction.values()
