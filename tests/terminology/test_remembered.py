"""Remembering orders never changes what is understood, and is bounded."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import (
    Coding,
    Disposition,
    Medication,
    MedicationList,
    Understood,
)
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.terminology.remembered import LONGEST_TEXT, Remembered


class Counting:
    """A reading whose answer tells everything that it was asked, and how often."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def understand(self, medication: Medication, jurisdiction: Jurisdiction) -> Understood:
        stopped = medication.list is MedicationList.STOPPED
        told = repr((stopped, medication[2:], jurisdiction))
        self.asked[told] += 1
        return Understood(Disposition.UNRESOLVED, notes=(told,))

    def with_conditions(
        self, patient: Patient, conditions: tuple[Coding, ...]
    ) -> tuple[Patient, tuple[str, ...]]:
        return patient, tuple(coding.code for coding in conditions)


MEDICATIONS = st.builds(
    Medication,
    id=st.sampled_from(["p1", "p2"]),
    list=st.sampled_from(MedicationList),
    text=st.sampled_from(["", "metoprolol", "gentamicin"]),
    route=st.sampled_from([None, Route.ORAL, Route.INTRAVENOUS]),
    route_text=st.sampled_from(["", "iv"]),
    dose=st.sampled_from([None, Dose(1.0, "mg"), Dose(1.0, "g")]),
    doses_per_day=st.sampled_from([None, 1.0, 2.0]),
)


@given(st.lists(st.tuples(MEDICATIONS, st.sampled_from(Jurisdiction)), max_size=30))
def test_a_remembered_order_is_understood_as_ever(
    asked: list[tuple[Medication, Jurisdiction]],
) -> None:
    remembered, anew = Remembered(Counting(), half=2), Counting()
    for question in asked:
        assert remembered.understand(*question) == anew.understand(*question)


def test_an_order_is_read_once_whatever_its_id() -> None:
    reading = Counting()
    remembered = Remembered(reading)
    for identifier in ("p1", "p2"):
        remembered.understand(
            Medication(identifier, MedicationList.PROPOSED, "metoprolol"), Jurisdiction.US
        )
    assert set(reading.asked.values()) == {1}


def test_what_was_not_asked_for_lately_is_forgotten() -> None:
    reading = Counting()
    remembered = Remembered(reading, half=1)
    for text in ("a", "b", "c", "c", "a"):
        remembered.understand(Medication("p", MedicationList.ACTIVE, text), Jurisdiction.US)
    assert sorted(reading.asked.values()) == [1, 1, 2]


def test_a_long_text_is_not_remembered() -> None:
    reading = Counting()
    remembered = Remembered(reading)
    for _ in range(2):
        text = "x" * (LONGEST_TEXT + 1)
        remembered.understand(Medication("p", MedicationList.ACTIVE, text), Jurisdiction.US)
    assert list(reading.asked.values()) == [2]


def test_diagnoses_are_passed_on() -> None:
    remembered = Remembered(Counting())
    assert remembered.with_conditions(Patient(), (Coding(None, "G40"),)) == (Patient(), ("G40",))
