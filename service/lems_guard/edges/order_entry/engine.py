"""The engine that hook calls are answered by, and what order entry knows of its edition."""

import functools

from lems_guard.answering.answer import Answers
from lems_guard.clinical.indication import Use
from lems_guard.clinical.medication import Indication, Medication, MedicationList
from lems_guard.fhir.patients import Knows, interpreter_of

MOST_NAMES = 1024


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
        self.use_of = functools.lru_cache(MOST_NAMES)(self._use_of)
        self.vocabulary = interpreter_of(edition, country)

    def _use_of(self, indication: Indication) -> Use | None:
        """What a reason or a diagnosis says that something is given for."""
        asked = Medication("use", MedicationList.PROPOSED, "", indication=indication)
        return self.vocabulary.understand(asked).use

    def _rxcui_of(self, name: str) -> str:
        """The RxNorm code of an ingredient by its name, as the vocabulary has it."""
        asked = Medication("alternative", MedicationList.PROPOSED, name)
        readings = self.vocabulary.understand(asked).readings
        if len(readings) != 1 or len(readings[0]) != 1:
            return ""
        return readings[0][0].rxcui
