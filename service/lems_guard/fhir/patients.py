"""Reading the patient: what Patient, Condition, Observation and AllergyIntolerance tell."""

import datetime
from collections.abc import Callable
from typing import NamedTuple, Protocol

from lems_guard.clinical.medication import Coding, Medication, Understood
from lems_guard.clinical.patient import LemsStatus, Patient, age_from_birth_date
from lems_guard.fhir.allergies import AMINOPYRIDINE, allergies, hypersensitivity
from lems_guard.fhir.diagnoses import NOTHING_KNOWN, Diagnoses, DiagnosisReader
from lems_guard.fhir.drugs import as_wire
from lems_guard.fhir.measurements import OLDEST_YEARS, measured, renal_function
from lems_guard.fhir.orders import OrderReader
from lems_guard.fhir.record import Record
from lems_guard.fhir.shapes import Resource, text
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

# What tells of LEMS by itself; fampridine, an aminopyridine too, is taken for multiple sclerosis.
AMIFAMPRIDINE = {"amifampridine", "amifampridine (compounded)"}
LEMS_STATUSES = {
    LemsStatus.CONFIRMED: terms.LEMS_STATUS_CONFIRMED,
    LemsStatus.SUSPECTED: terms.LEMS_STATUS_SUSPECTED,
    LemsStatus.ABSENT: terms.LEMS_STATUS_ABSENT,
}


class Knows(Protocol):
    """An edition of rules and vocabulary, as far as a record is read by it."""

    @property
    def knowledge(self) -> KnowledgeBase:
        """The rules."""

    def understand(self, medication: Medication) -> Understood:
        """What an order is."""

    def with_conditions(
        self, patient: Patient, conditions: tuple[Coding, ...]
    ) -> tuple[Patient, tuple[str, ...]]:
        """The patient with what diagnoses tell."""


class Interpreter(NamedTuple):
    """What the knowledge in service can tell of codes and words."""

    understand: Callable[[Medication], Understood]
    aminopyridines: frozenset[str]
    orders: OrderReader
    diagnoses: DiagnosisReader


def interpreter_of(edition: Knows, country: str = "") -> Interpreter:
    """What an edition can tell of codes and words; `country` is where brands are read as meant."""

    def understand(medication: Medication) -> Understood:
        return edition.understand(medication._replace(country=country))

    classes_of = edition.knowledge.classes_of
    return Interpreter(
        understand,
        frozenset(name for name, classes in classes_of.items() if AMINOPYRIDINE in classes),
        OrderReader(understand),
        DiagnosisReader(lambda codings: edition.with_conditions(NOTHING_KNOWN, codings)[0]),
    )


class Person(NamedTuple):
    """The patient as screened, what the Conditions told, and what must be said of both."""

    message: wire.Patient
    diagnoses: Diagnoses
    notes: tuple[str, ...]


def person_of(record: Record, vocabulary: Interpreter, today: datetime.date) -> Person:
    """The patient, as far as the record tells."""
    resource = record.patient()
    diagnoses = vocabulary.diagnoses.read(record.of_kind("Condition"))
    message = wire.Patient(
        # Without a diagnosis the patient is screened as suspected first; whether any drug tells of
        # LEMS is known when the orders have been understood.
        lems_status=LEMS_STATUSES[diagnoses.lems or LemsStatus.SUSPECTED],
        birth_date=_birth_date(resource, today),
        conditions=as_wire(diagnoses.conditions),
        allergies=allergies(record.of_kind("AllergyIntolerance")),
        aminopyridine_hypersensitivity=hypersensitivity(
            record.of_kind("AllergyIntolerance"), vocabulary.understand, vocabulary.aminopyridines
        ),
    )
    # What is not told stays unknown: a list without an entry is no "no".
    for fact in diagnoses.facts:
        setattr(message, fact, terms.ANSWER_YES)
    notes = list(diagnoses.notes)
    values = measured(record.of_kind("Observation"))
    if "weight" in values:
        message.weight_kg = values["weight"].value
    renal = renal_function(values, resource, today)
    if renal:
        message.creatinine_clearance_ml_min = renal.clearance
        notes += [renal.how] if renal.how else []
    return Person(message, diagnoses, tuple(notes))


def _birth_date(resource: Resource, today: datetime.date) -> str:
    """The birth date, where it can be one."""
    birth_date = text(resource.get("birthDate"))
    try:
        age = age_from_birth_date(birth_date, today)
    except ValueError:
        return ""
    return birth_date if 0 <= age.high <= OLDEST_YEARS else ""
