"""Orders as understood, remembered: hospitals write the same few thousand lines again and again.

What an order holds depends on nothing but its own words, codes and fields and on the edition, so
remembering never changes an answer. The id is no part of the key; nothing else of a patient is
kept than the lines themselves, in memory, and what was not asked for lately is forgotten.
"""

from typing import Protocol

from lems_guard.clinical.medication import Coding, Medication, MedicationList, Understood
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.screening.memory import MOST_KEPT, Recent

# What is longer is not remembered, so that nobody can fill the memory with long texts.
LONGEST_TEXT = 500


class Reading(Protocol):
    """What reads orders and diagnoses."""

    def understand(self, medication: Medication, jurisdiction: Jurisdiction) -> Understood:
        """What one order holds; never raises."""

    def with_conditions(
        self, patient: Patient, conditions: tuple[Coding, ...]
    ) -> tuple[Patient, tuple[str, ...]]:
        """The patient with the facts that coded diagnoses tell, and what must be said of them."""


class Remembered:
    """Reads an order the first time, and knows it again the next."""

    __slots__ = ("_known", "_reading", "with_conditions")

    def __init__(self, reading: Reading, half: int = MOST_KEPT) -> None:
        """Remember the last `half` orders of one edition, or up to twice as many."""
        self._reading = reading
        self._known: Recent[tuple[object, ...], Understood] = Recent(half)
        self.with_conditions = reading.with_conditions

    def understand(self, medication: Medication, jurisdiction: Jurisdiction) -> Understood:
        """What one order holds, by all but its id and which of the current lists it stands in."""
        key = (jurisdiction, medication.list is MedicationList.STOPPED, *medication[2:])
        known = self._known.get(key)
        if known is None:
            known = self._reading.understand(medication, jurisdiction)
            if len(medication.text) <= LONGEST_TEXT:
                self._known.keep(key, known)
        return known
