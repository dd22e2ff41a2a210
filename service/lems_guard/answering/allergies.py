"""Allergies: the drugs that a patient must not be offered, by codes, names and names of classes."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from lems_guard.answering.faults import of_allergies
from lems_guard.answering.read import Unsound, codings
from lems_guard.answering.unread import unread_allergy
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import (
    Disposition,
    Doubt,
    Medication,
    MedicationList,
    Understood,
)
from lems_guard.clinical.patient import NO_ALLERGIES_TOLD, Allergies
from lems_guard.screening.knowledge_base import DrugClass
from lems_guard.v1 import prescription_pb2 as wire

AMINOPYRIDINE = "aminopyridine"
# SNOMED CT as FHIR's guides use it: HL7 UK Core (716186003, no known allergy), eHealth Suisse
# (409137002, no known drug allergies; 160244002, no known allergies, of older records).
NONE_KNOWN = frozenset({"716186003", "409137002", "160244002"})
NONE_IN_WORDS = re.compile(
    r"\s*(?:n\.?k\.?d?\.?a\.?|none(?: known)?"
    r"|(?:no|none)(?: known| (?:active|recorded))?"
    r"(?: (?:drug|medication|medicine))?(?: allerg(?:y|ies))(?: known)?)\W*",
    re.IGNORECASE,
)
WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
UNREAD = frozenset({Disposition.UNRESOLVED, Disposition.AMBIGUOUS})

Understand = Callable[[Medication], Understood]


class ReadAllergies(NamedTuple):
    """What must not be offered, and what the entries tell of a reaction to an aminopyridine."""

    allergies: Allergies
    to_aminopyridine: YesNo | None
    doubts: tuple[Doubt, ...] = ()


NOTHING_TOLD = ReadAllergies(NO_ALLERGIES_TOLD, None)


class AllergyReader:
    """Reads allergies with one edition's words, and with the groups of its classes."""

    def __init__(self, understand: Understand, classes: Iterable[DrugClass]) -> None:
        """`classes` are all of the edition; those with words for allergies are groups."""
        known = tuple(classes)
        self._understand = understand
        self._groups = [each for each in known if each.allergy_words]
        self._aminopyridines = frozenset[str]().union(
            *[each.members for each in known if each.id == AMINOPYRIDINE]
        )

    def read(self, patient: wire.Patient) -> ReadAllergies:
        """What the entries tell; raises `Unsound`, or `KeyError` for an unknown code system."""
        if not patient.allergies:
            return NOTHING_TOLD
        if any(of_allergies(patient)):
            raise Unsound
        found = [self._allergens(each) for each in patient.allergies]
        named = frozenset[str]().union(*[each for each in found if each is not None])
        unclear = tuple(
            unread_allergy(_words(allergy))
            for allergy, each in zip(patient.allergies, found, strict=True)
            if each is None
        )
        answer = None
        if not named.isdisjoint(self._aminopyridines):
            answer = YesNo.YES
        elif not named and not unclear and all(map(is_none_known, patient.allergies)):
            answer = YesNo.NO
        return ReadAllergies(Allergies(named, bool(unclear)), answer, unclear)

    def _allergens(self, allergy: wire.Allergy) -> frozenset[str] | None:
        """The drugs that one entry speaks of; none where it says that there are none; `None`."""
        if is_none_known(allergy):
            return frozenset()
        words = " ".join((allergy.text, *[each.display for each in allergy.codings])).lower()
        spoken = f" {' '.join(WORDS.findall(words))} "
        if f" {AMINOPYRIDINE}" in spoken:
            return self._aminopyridines
        groups = [
            each for each in self._groups if any(f" {w} " in spoken for w in each.allergy_words)
        ]
        if groups:
            return frozenset[str]().union(*[each.members for each in groups])
        order = Medication("allergy", MedicationList.ACTIVE, allergy.text, codings(allergy.codings))
        understood = self._understand(order)
        if understood.disposition in UNREAD:
            return None
        names = frozenset(each.name for reading in understood.readings for each in reading)
        crossed = [each.members for each in self._groups if not names.isdisjoint(each.members)]
        return names.union(*crossed)


def _words(allergy: wire.Allergy) -> str:
    """What an entry is called: its words, else those of its codes, else a code."""
    displays = (each.display or each.code for each in allergy.codings)
    return allergy.text or next(displays, "")


def is_none_known(allergy: wire.Allergy) -> bool:
    """Whether an entry says that there is no allergy."""
    if any(each.code in NONE_KNOWN for each in allergy.codings):
        return True
    return bool(NONE_IN_WORDS.fullmatch(allergy.text))
