"""Whether a record is of anybody whom this service is for, before anything is screened.

That is somebody with LEMS, or with an aminopyridine on any list: few of a hospital's patients.
"""

import datetime
from collections.abc import Iterator

from lems_guard.clinical.patient import LemsStatus
from lems_guard.fhir.orders import Line
from lems_guard.fhir.patients import Vocabulary
from lems_guard.fhir.record import Record
from lems_guard.fhir.standing import MEDICATION_KINDS, listed

HAVE_LEMS = {LemsStatus.CONFIRMED, LemsStatus.SUSPECTED}


def may_concern(record: Record, vocabulary: Vocabulary) -> bool:
    """Whether a diagnosis tells of LEMS, or any order holds or may hold an aminopyridine."""
    if vocabulary.diagnoses.read(record.of_kind("Condition")).lems in HAVE_LEMS:
        return True
    held = {name for line in _lines(record, vocabulary) for name in line.holds}
    return any(map(vocabulary.is_aminopyridine, held))


def are_drugs_told(record: Record, vocabulary: Vocabulary, today: datetime.date) -> bool:
    """Whether every order on record that belongs to a list names its drug, by itself or beside."""
    return all(
        vocabulary.orders.line(each, record.shelf).names
        for each in record.of_kind(*MEDICATION_KINDS)
        if listed(each, today).list
    )


def _lines(record: Record, vocabulary: Vocabulary) -> Iterator[Line]:
    return (vocabulary.orders.line(each, record.shelf) for each in record.orders())
