"""The hand-written wire format is protobuf's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowds import answerer_of
from lems_guard.answering import wire
from lems_guard.editions.library import load_edition, packaged_rules
from lems_guard.v1 import prescription_pb2, screening_pb2, terms_pb2

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(
    fact=TEXT,
    rules=st.lists(TEXT, max_size=3),
    worst=st.integers(0, 5),
    ask=TEXT,
    ids=st.lists(TEXT, max_size=3),
)
def test_parts_are_the_bytes_that_protobuf_writes(
    fact: str, rules: list[str], worst: int, ask: str, ids: list[str]
) -> None:
    message = screening_pb2.Gap(
        fact=fact,
        would_change=rules,
        worst=terms_pb2.Severity.Name(worst),
        ask=ask,
        medication_ids=ids,
    )
    spliced = b"".join(
        (
            wire.text(1, fact),
            wire.texts(2, rules),
            wire.whole(3, worst),
            wire.text(4, ask),
            wire.texts(5, ids),
        )
    )
    assert spliced == message.SerializeToString(deterministic=True)


@pytest.mark.parametrize(
    ("number", "written", "reason"),
    [
        (0, b"\x00", "zero is one byte"),
        (127, b"\x7f", "the largest of one byte"),
        (128, b"\x80\x01", "the first of two bytes"),
        (300, b"\xac\x02", "the example of the protobuf documentation"),
        (2**32, b"\x80\x80\x80\x80\x10", "five bytes"),
    ],
)
def test_varint(number: int, written: bytes, reason: str) -> None:
    assert wire.varint(number) == written, reason


@pytest.mark.parametrize(
    ("orders", "allergies", "reason"),
    [
        (("metoprolol po", "ciprofloxacin po"), (), "findings with all their parts"),
        (("ciprofloxacin po",), ("not understood",), "nothing that may be offered instead"),
        (("zzzomycin", "metoprolol 25-50 mg po; lithium", ""), (), "doubts and several orders"),
        (("Firdapse 30 mg po qid", "bupropion"), (), "gaps, doses and missing facts"),
    ],
)
def test_a_reply_is_the_bytes_that_protobuf_would_write(
    orders: tuple[str, ...], allergies: tuple[str, ...], reason: str
) -> None:
    answerer = answerer_of(load_edition(packaged_rules()).edition)
    request = prescription_pb2.CheckPrescriptionRequest()
    for place, each in enumerate(orders):
        request.proposed.add(id=f"p{place}", text=each)
    request.patient.allergies.extend(prescription_pb2.Allergy(text=each) for each in allergies)
    raw = answerer.answer(request.SerializeToString()).reply
    message = screening_pb2.CheckPrescriptionResponse.FromString(raw)
    assert message.SerializeToString(deterministic=True) == raw, reason
