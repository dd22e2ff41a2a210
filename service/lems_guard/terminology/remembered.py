"""Orders as understood, remembered: hospitals write the same few thousand lines again and again.

What an order holds depends on nothing but its own words, codes and fields and on the edition, so
remembering never changes an answer. The id is no part of the key; nothing else of a patient is
kept than the lines themselves, in memory, and all is forgotten when there are too many.
"""

from typing import Protocol

from lems_guard.clinical.medication import Coding, Medication, Understood
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.severity import Jurisdiction

# Few enough that the garbage collector walks them in a millisecond.
MOST_ORDERS = 2048


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

    __slots__ = ("_known", "_most", "_reading", "with_conditions")

    def __init__(self, reading: Reading, most: int = MOST_ORDERS) -> None:
        """Remember up to `most` orders of one edition."""
        self._reading = reading
        self._most = most
        self._known: dict[tuple[object, ...], Understood] = {}
        self.with_conditions = reading.with_conditions

    def understand(self, medication: Medication, jurisdiction: Jurisdiction) -> Understood:
        """What one order holds, by everything but its id."""
        key = (jurisdiction, *medication[1:])
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= self._most:
                self._known.clear()
            known = self._known[key] = self._reading.understand(medication, jurisdiction)
        return known
