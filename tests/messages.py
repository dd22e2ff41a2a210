"""Requests as messages, sound and messy, and what reads them without a vocabulary."""

import datetime

from hypothesis import strategies as st

from builders import knowledge
from lems_guard.answering.prepared import Prepared
from lems_guard.answering.question import Questions
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.medication import Coding, Disposition, Medication, Understood
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.v1 import prescription_pb2 as wire

TODAY = datetime.date(2026, 11, 21)


class NoWords:
    """A terminology that understands nothing, and takes diagnoses as they are."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def understand(self, medication: Medication) -> Understood:
        self.asked.append(medication.text)
        return Understood(Disposition.UNRESOLVED, notes=(medication.text,))

    def with_conditions(
        self, patient: Patient, _: tuple[Coding, ...]
    ) -> tuple[Patient, tuple[str, ...]]:
        return patient, ()


def questions(terminology: NoWords | None = None) -> Questions:
    prepared = Prepared(knowledge())
    return Questions(
        terminology or NoWords(),
        prepared,
        (),
        jurisdiction=Jurisdiction.US,
        country="",
        today=lambda: TODAY,
    )


def reading(message: wire.CheckPrescriptionRequest) -> ScreeningRequest:
    return questions().of(message).request


def order(**fields: object) -> wire.Medication:
    return wire.Medication(**({"id": "p1", "text": "metoprolol"} | fields))  # type: ignore[arg-type]


def with_order(**fields: object) -> wire.CheckPrescriptionRequest:
    return wire.CheckPrescriptionRequest(proposed=[order(**fields)])


def with_patient(**fields: object) -> wire.CheckPrescriptionRequest:
    patient = wire.Patient(**fields)  # type: ignore[arg-type]
    return wire.CheckPrescriptionRequest(proposed=[order()], patient=patient)


def unknown_enum(field: int, number: int) -> wire.CheckPrescriptionRequest:
    """A medication with an enum number that no client of this version can set by name."""
    message = wire.Medication(id="p1")
    message.MergeFromString(bytes((field << 3, number)))
    return wire.CheckPrescriptionRequest(proposed=[message])


NUMBERS = st.one_of(st.none(), st.floats(), st.floats(0.1, 100))
TEXTS = st.sampled_from(["", "x", "mg", "2026-11-21", "2026-02-30", "1965", "1965-3"])


@st.composite
def messy_medications(draw: st.DrawFn) -> wire.Medication:
    message = wire.Medication(id=draw(st.sampled_from(["", "a", "b", "c", "d"])))
    message.stopped_on = draw(TEXTS)
    if (number := draw(NUMBERS)) is not None:
        message.doses_per_day = number
    if (value := draw(NUMBERS)) is not None:
        message.dose.value = value
    message.dose.unit = draw(TEXTS)
    for code in draw(st.lists(TEXTS, max_size=2)):
        message.codings.add(code=code)
    field, number = draw(st.sampled_from([5, 9, 10])), draw(st.integers(0, 40))
    message.MergeFromString(bytes((field << 3, number)))
    return message


@st.composite
def messy_requests(draw: st.DrawFn) -> wire.CheckPrescriptionRequest:
    message = wire.CheckPrescriptionRequest(
        proposed=draw(st.lists(messy_medications(), max_size=2)),
        active=draw(st.lists(messy_medications(), max_size=2)),
        stopped=draw(st.lists(messy_medications(), max_size=1)),
        as_of=draw(TEXTS),
    )
    message.patient.birth_date = draw(TEXTS)
    if draw(st.booleans()):
        message.patient.age_years = draw(st.integers(-5, 140))
    if (weight := draw(NUMBERS)) is not None:
        message.patient.weight_kg = weight
    return message
