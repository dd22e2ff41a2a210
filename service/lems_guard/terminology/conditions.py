"""Coded diagnoses to facts: LEMS, epilepsy, seizures, asthma, long QT, lung cancer.

A code can only add what nobody has answered: an explicit answer stands, except that a coded YES
against an answered NO counts as YES and is said, since the dangerous reading is the safer one.
"""

import dataclasses
import enum
from collections.abc import Iterable
from typing import NamedTuple

from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import CodeSystem, Coding
from lems_guard.clinical.patient import LemsStatus, Patient


class ConditionCode(NamedTuple):
    """A code, or with `is_category` every code that begins with it, and the fact that it tells."""

    system: CodeSystem
    code: str
    is_category: bool
    fact: str

    def means(self, coding: Coding) -> bool:
        """Whether a coding is this one; ICD codes are read with and without their dot."""
        if coding.system is not self.system:
            return False
        sent = coding.code.replace(".", "").upper()
        known = self.code.replace(".", "")
        return sent.startswith(known) if self.is_category else sent == known


def with_conditions(
    patient: Patient, codings: tuple[Coding, ...], table: Iterable[ConditionCode]
) -> tuple[Patient, tuple[str, ...]]:
    """The patient with the facts that coded diagnoses tell, and the contradictions found."""
    if not codings:
        return patient, ()
    told = {row.fact for row in table for coding in codings if row.means(coding)}
    changes: dict[str, enum.IntEnum] = {}
    notes: list[str] = []
    for fact in sorted(told):
        before = getattr(patient, fact)
        if fact == "lems_status":
            changes |= _lems(before, notes)
        elif before is not YesNo.YES:
            changes[fact] = YesNo.YES
            if before is YesNo.NO:
                notes.append(f"{fact} is answered NO but coded as a diagnosis: read as YES.")
    return dataclasses.replace(patient, **changes), tuple(notes)  # type: ignore[arg-type]


def _lems(before: LemsStatus, notes: list[str]) -> dict[str, enum.IntEnum]:
    """A coded LEMS overrules "absent"; it does not overrule a doubt that was stated."""
    if before is not LemsStatus.ABSENT:
        return {}
    notes.append("LEMS is stated to be absent but coded as a diagnosis: read as suspected.")
    return {"lems_status": LemsStatus.SUSPECTED}
