"""The engine that hook calls are answered by, and what order entry knows of its edition."""

import functools
from typing import Protocol

from lems_guard.answering.answer import Answers
from lems_guard.clinical.medication import Coding, Medication, MedicationList, Understood
from lems_guard.clinical.patient import Patient
from lems_guard.fhir.allergies import AMINOPYRIDINE
from lems_guard.fhir.diagnoses import NOTHING_KNOWN, DiagnosisReader
from lems_guard.fhir.orders import OrderReader
from lems_guard.fhir.patients import Interpreter
from lems_guard.screening.knowledge_base import KnowledgeBase

MOST_NAMES = 1024


class Knows(Protocol):
    """The edition of knowledge that a call is answered from."""

    @property
    def knowledge(self) -> KnowledgeBase:
        """The rules."""

    def understand(self, medication: Medication) -> Understood:
        """What an order is."""

    def with_conditions(
        self, patient: Patient, conditions: tuple[Coding, ...]
    ) -> tuple[Patient, tuple[str, ...]]:
        """The patient with what diagnoses tell."""


class Engine:
    """What answers: taken once for a call and kept to its end.

    `answers` is the seam that gRPC stands on too: the bytes of a request to those of its reply.
    """

    def __init__(self, answers: Answers, edition: Knows, country: str = "") -> None:
        """Know what an edition does not change: its rules, and what its vocabulary reads.

        `country` is where brands are read as meant.
        """
        self.answers = answers
        self.knowledge = edition.knowledge
        self.rules = {rule.id: rule for rule in self.knowledge.rules}
        self.needed = frozenset(rule.id for rule in self.knowledge.rules if rule.may_be_needed)
        self.rxcui_of = functools.lru_cache(MOST_NAMES)(self._rxcui_of)
        self._edition = edition
        self._country = country
        self.vocabulary = Interpreter(
            self._understand,
            frozenset(
                name
                for name, classes in self.knowledge.classes_of.items()
                if AMINOPYRIDINE in classes
            ),
            OrderReader(self._understand),
            DiagnosisReader(lambda codings: edition.with_conditions(NOTHING_KNOWN, codings)[0]),
        )

    def _understand(self, medication: Medication) -> Understood:
        return self._edition.understand(medication._replace(country=self._country))

    def _rxcui_of(self, name: str) -> str:
        """The RxNorm code of an ingredient by its name, as the vocabulary has it."""
        asked = Medication("alternative", MedicationList.PROPOSED, name)
        readings = self._understand(asked).readings
        if len(readings) != 1 or len(readings[0]) != 1:
            return ""
        return readings[0][0].rxcui
