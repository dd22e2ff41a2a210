"""What is remembered of a patient's last checks never changes the next one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import Order, drugs, knowledge, order, request, row, rule
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.rule import RuleKind
from lems_guard.clinical.severity import Jurisdiction, Severity
from lems_guard.screening import remembering
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.naive import NaiveScreener
from lems_guard.screening.remembering import RememberingScreener
from lems_guard.screening.screen import Opinion, RuleScreener, opinion_on
from lems_guard.screening.situation import Situation
from worlds import PATIENTS, knowledge_bases, orders

thorough = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Course(NamedTuple):
    """Two editions, and requests in turn that share patients and orders, as the edges keep them."""

    editions: Sequence[KnowledgeBase]
    requests: Sequence[ScreeningRequest]


@st.composite
def courses(draw: st.DrawFn) -> Course:
    pool = [draw(orders(number)) for number in range(6)]
    patients = [draw(st.sampled_from(PATIENTS)) for _ in range(2)]
    asked = st.builds(
        lambda sent, who, where: request(*sent, patient=who, jurisdiction=where),
        st.lists(st.sampled_from(pool), min_size=1, max_size=5, unique_by=id),
        st.sampled_from(patients),
        st.sampled_from([Jurisdiction.US, Jurisdiction.US, Jurisdiction.EU]),
    )
    editions = [draw(knowledge_bases()) for _ in range(2)]
    return Course(editions, draw(st.lists(asked, min_size=4, max_size=12)))


@thorough
@given(courses(), st.data())
def test_a_patient_known_from_before_is_judged_as_ever(course: Course, data: st.DataObject) -> None:
    screener = RememberingScreener()
    for asked in course.requests:
        known = data.draw(st.sampled_from(course.editions))
        day = asked.as_of.replace(day=data.draw(st.sampled_from([21, 21, 24])))
        asked_then = replace(asked, as_of=day)
        expected = NaiveScreener().screen(asked_then, known)
        assert [screener.screen(asked_then, known) for _ in range(3)] == [expected] * 3


AVOID = row(Severity.AVOID)
KNOWN = knowledge(
    rule("a", AVOID, rule_id="a"),
    rule("b", AVOID, rule_id="b", kind=RuleKind.INTERACTION, partners=drugs(classes=["k"])),
    classes={"k": ("c", "d")},
)
A, B, C, D, OTHER = (order(name) for name in ("a", "b", "c", "d", "e"))


@pytest.mark.parametrize(
    ("then", "judged", "reason"),
    [
        ([A, B, C], [], "nothing has changed"),
        ([A, B, C, OTHER], [], "no rule names the other drug"),
        ([B, C], [], "what is gone need not be judged, and a meets no other drug"),
        ([A, B], ["b"], "b has lost the drug it interacts with"),
        ([A, B, C, D], ["b"], "b has found another"),
        ([order("a", mg=5), B, C], ["a"], "the order is another one"),
    ],
)
def test_only_what_is_touched_by_a_change_is_judged_again(
    then: list[Order], judged: list[str], reason: str
) -> None:
    patient, screener, asked = Patient(), RememberingScreener(), list[str]()
    for _ in range(2):
        screener.screen(request(A, B, C, patient=patient), KNOWN)

    with patch.object(remembering, "opinion_on", noting(asked)):
        again = request(*then, patient=patient)
        screening = screener.screen(again, KNOWN)
    assert asked == judged, reason
    assert screening == RuleScreener().screen(again, KNOWN)


def test_of_a_patient_seen_once_nothing_is_remembered() -> None:
    patient, screener, asked = Patient(), RememberingScreener(), list[str]()
    with patch.object(remembering, "opinion_on", noting(asked)):
        for judged in ([], ["a", "b"], ["a", "b"]):
            screener.screen(request(A, B, C, patient=patient), KNOWN)
            assert asked == judged


def noting(asked: list[str]) -> Callable[..., Opinion]:
    """Judges, and notes of which drug."""

    def judging(drug: str, situation: Situation, known: KnowledgeBase) -> Opinion:
        asked.append(drug)
        return opinion_on(drug, situation, known)

    return judging
