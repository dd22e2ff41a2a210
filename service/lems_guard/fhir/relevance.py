"""Whether a record is of anybody whom this service is for, before anything is screened.

That is somebody with LEMS, or with an aminopyridine on any list: few of a hospital's patients.
"""

import datetime

from lems_guard.clinical.patient import LemsStatus
from lems_guard.fhir.drugs import concept_in
from lems_guard.fhir.patients import Interpreter
from lems_guard.fhir.record import Record
from lems_guard.fhir.standing import MEDICATION_KINDS, listed

HAVE_LEMS = {LemsStatus.CONFIRMED, LemsStatus.SUSPECTED}


def may_concern(record: Record, vocabulary: Interpreter) -> bool:
    """Whether a diagnosis tells of LEMS, or any order holds or may hold an aminopyridine."""
    if vocabulary.diagnoses.lems(record.of_kind("Condition")) in HAVE_LEMS:
        return True
    lines = (vocabulary.orders.line(each, record.shelf) for each in record.orders())
    return not all(line.holds.isdisjoint(vocabulary.aminopyridines) for line in lines)


def are_drugs_told(record: Record, vocabulary: Interpreter, today: datetime.date) -> bool:
    """Whether every order on record that belongs to a list names its drug, by itself or beside."""
    return all(
        concept_in(each)
        or vocabulary.orders.line(each, record.shelf).names
        or not listed(each, today).list
        for each in record.of_kind(*MEDICATION_KINDS)
    )
