"""What was read before changes no question, and equal requests are one decision."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lems_guard.answering.faults import faults_of
from lems_guard.answering.question import LONGEST_LINE
from lems_guard.clinical.errors import InvalidRequest
from lems_guard.v1 import prescription_pb2 as wire
from messages import TODAY, NoWords, messy_requests, order, questions, with_order, with_patient


@given(st.lists(messy_requests(), min_size=2, max_size=6))
def test_what_was_read_before_changes_no_question(
    messages: list[wire.CheckPrescriptionRequest],
) -> None:
    """Nor does a fault go unseen in an order that comes again."""
    remembering = questions()
    for message in [each for each in messages for _ in range(3)]:
        if faults_of(message, TODAY):
            with pytest.raises(InvalidRequest):
                remembering.of(message)
        else:
            assert remembering.of(message) == questions().of(message)


def test_a_line_is_understood_once_whatever_its_id_and_patient() -> None:
    words = NoWords()
    asked = questions(words)
    for age in (40, 50):
        patient = wire.Patient(age_years=age)
        proposed, active = [order(id=f"p{age}")], [order(id=f"a{age}")]
        asked.of(wire.CheckPrescriptionRequest(patient=patient, proposed=proposed, active=active))
    assert words.asked == ["metoprolol"]
    stopped = wire.CheckPrescriptionRequest(proposed=[order()], stopped=[order(id="s")])
    again, _ = asked.of(stopped), asked.of(with_order(text="atenolol"))
    assert words.asked == ["metoprolol", "metoprolol", "atenolol"]
    assert [(each.id, each.list.name) for each, _ in again.request.orders] == [
        ("p1", "PROPOSED"),
        ("s", "STOPPED"),
    ]


@pytest.mark.parametrize(("length", "times"), [(LONGEST_LINE - 10, 1), (LONGEST_LINE, 2)])
def test_a_long_line_is_not_remembered(length: int, times: int) -> None:
    words = NoWords()
    asked, message = questions(words), with_order(text="x" * length)
    for _ in range(2):
        asked.of(message)
    assert len(words.asked) == times


def test_the_decision_is_the_same_in_any_order_of_lists_and_codings() -> None:
    one, other = (wire.Coding(system="CODE_SYSTEM_RXNORM", code=code) for code in "12")
    sent = [
        wire.CheckPrescriptionRequest(
            proposed=[order(id=each, codings=codings) for each in ids],
            patient=wire.Patient(conditions=codings),
        )
        for ids, codings in (("ab", [one, other]), ("ba", [other, one]))
    ]
    first, second = (questions().of(each).decision for each in sent)
    assert first == second


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (wire.CheckPrescriptionRequest(active=[order()]), "the order stands in another list"),
        (with_order(text="atenolol"), "another drug"),
        (with_order(id="p2"), "another order"),
        (
            wire.CheckPrescriptionRequest(proposed=[order()], as_of="2026-11-22"),
            "on another day a patient is older",
        ),
        (
            wire.CheckPrescriptionRequest(proposed=[order()], jurisdiction="JURISDICTION_EU"),
            "other labels apply",
        ),
        (with_patient(weight_kg=70), "another patient"),
    ],
)
def test_another_request_is_another_decision(
    message: wire.CheckPrescriptionRequest, reason: str
) -> None:
    plain = wire.CheckPrescriptionRequest(proposed=[order()])
    assert questions().of(message).decision != questions().of(plain).decision, reason
