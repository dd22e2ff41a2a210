"""What a request asks: its patient and orders, read and understood, and the decision's own id.

Hospitals write the same few thousand lines again and again, so an order line is known again by its
bytes, all but the id, and only a new one is read and understood. That is all that is remembered:
neither a patient nor an id, nor which patient's line it was.
"""

import datetime
import functools
import operator
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import NamedTuple, Protocol

from lems_guard.answering import read, write
from lems_guard.answering.allergies import AllergyReader
from lems_guard.answering.bounds import LONGEST_NAME, MOST_MEDICATIONS
from lems_guard.answering.canonical import (
    canonical_order,
    canonical_patient,
    decision_id,
    measured,
)
from lems_guard.answering.faults import faults_of
from lems_guard.answering.prepared import Prepared
from lems_guard.answering.unread import unread_conditions
from lems_guard.answering.wire import text
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.deadline import InTime, always
from lems_guard.clinical.errors import InvalidRequest
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import Coding, Doubt, Medication, MedicationList, Understood
from lems_guard.clinical.patient import Patient, day
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.screening.knowledge_base import DrugClass
from lems_guard.v1 import prescription_pb2 as wire

# Twice as many, and a full garbage collection would hold up calls for more than 5 ms.
MOST_LINES = 1024
# What is longer is not remembered, so that nobody can fill the memory with long texts.
LONGEST_LINE = 1024  # bytes


class Terminology(Protocol):
    """What reads orders and diagnoses: words and codes in, ingredients and facts out."""

    def understand(self, medication: Medication) -> Understood:
        """What one order holds, whatever its id and in either current list; never raises."""

    def with_conditions(
        self, patient: Patient, conditions: tuple[Coding, ...]
    ) -> tuple[Patient, tuple[str, ...]]:
        """The patient with the facts that coded diagnoses tell, and what must be said of them."""


class Question(NamedTuple):
    """A request as understood: what is screened, and what the answer must say besides.

    `results` is what the answer says of every order: its serialised `MedicationResult`s.
    """

    decision: str
    request: ScreeningRequest
    notes: tuple[str, ...]
    doubts: tuple[Doubt, ...]
    results: bytes


class OrderLine(NamedTuple):
    """An order but for its id and list: as understood, and what else is made of it.

    `canonical` and `result` are what follows the id, and id and list, in the canonical order and in
    its `MedicationResult`.
    """

    medication: Medication
    understood: Understood
    canonical: bytes
    result: bytes


class ReadOrder(NamedTuple):
    """An order as understood, its canonical bytes, and what the answer says of it."""

    id: str
    order: tuple[Medication, Understood]
    canonical: bytes
    result: bytes


BY_ID = operator.attrgetter("id")
LISTS = MedicationList.PROPOSED, MedicationList.ACTIVE, MedicationList.STOPPED


class Questions:
    """Reads requests for one edition of the knowledge and terminology."""

    __slots__ = (
        "_allergies",
        "_country",
        "_jurisdiction",
        "_known_line",
        "_prepared",
        "_terminology",
        "_today",
    )

    def __init__(
        self,
        terminology: Terminology,
        prepared: Prepared,
        classes: Iterable[DrugClass],
        *,
        jurisdiction: Jurisdiction,
        country: str,
        today: Callable[[], datetime.date],
    ) -> None:
        """`jurisdiction`, `country` and `today` hold where a request does not say."""
        self._terminology = terminology
        self._allergies = AllergyReader(terminology.understand, classes)
        self._prepared = prepared
        self._jurisdiction = jurisdiction
        self._country = country
        self._today = today
        self._known_line = functools.lru_cache(MOST_LINES)(self._line)

    def of(self, message: wire.CheckPrescriptionRequest, in_time: InTime = always) -> Question:
        """What a request asks; raises `InvalidRequest` with each fault's path, or as `in_time`."""
        try:
            return self._of(message, in_time)
        except read.AMISS:
            violations = faults_of(message, self._today())
            if not violations:
                raise
            raise InvalidRequest(violations) from None

    def _of(self, message: wire.CheckPrescriptionRequest, in_time: InTime) -> Question:
        sent = message.proposed, message.active, message.stopped
        if not 0 < sum(map(len, sent)) <= MOST_MEDICATIONS:
            raise read.Unsound
        as_of = day(message.as_of) if message.as_of else self._today()
        jurisdiction = read.JURISDICTIONS[message.jurisdiction] or self._jurisdiction
        country = read.country(message.country) or self._country
        allergies, to_aminopyridine, doubts = self._allergies.read(message.patient)
        conditions = read.conditions(message.patient)
        patient, notes = self._terminology.with_conditions(
            read.patient(message.patient, as_of), conditions
        )
        known = patient.aminopyridine_hypersensitivity
        if to_aminopyridine is YesNo.YES or (to_aminopyridine and known is None):
            patient = replace(patient, aminopyridine_hypersensitivity=to_aminopyridine)
        lists = [
            self._read(messages, each, country, in_time)
            for each, messages in zip(LISTS, sent, strict=True)
        ]
        orders = [*lists[0], *lists[1], *lists[2]]
        check(orders, lists, as_of)
        return Question(
            decision_id(
                (self._prepared.digest, jurisdiction, country, as_of),
                measured(canonical_patient(message.patient)),
                [[each.canonical for each in orders] for orders in lists],
            ),
            ScreeningRequest(
                patient, tuple([each.order for each in orders]), jurisdiction, as_of, allergies
            ),
            notes,
            (*doubts, *unread_conditions(patient, conditions)),
            b"".join([each.result for each in orders]),
        )

    def _read(
        self,
        messages: Collection[wire.Medication],
        medication_list: MedicationList,
        country: str,
        in_time: InTime,
    ) -> list[ReadOrder]:
        """The orders of a list, sorted by their ids."""
        found = []
        for each in messages:
            in_time()
            found.append(self._order(each, medication_list, country))
        found.sort(key=BY_ID)
        return found

    def _order(
        self, message: wire.Medication, medication_list: MedicationList, country: str
    ) -> ReadOrder:
        raw, name = message.SerializeToString(), text(1, message.id)
        if not name or len(message.id) > LONGEST_NAME or not raw.startswith(name):
            raise read.Unsound
        rest = raw[len(name) :]
        line_of = self._known_line if len(rest) <= LONGEST_LINE else self._line
        line = line_of(rest, country, is_stopped=medication_list is MedicationList.STOPPED)
        return ReadOrder(
            message.id,
            (Medication(message.id, medication_list, *line.medication[2:]), line.understood),
            measured(name + line.canonical),
            write.result(name, medication_list, line.result),
        )

    def _line(self, raw: bytes, country: str, *, is_stopped: bool) -> OrderLine:
        """What an order without its id is: the same in either of the current lists."""
        message = wire.Medication.FromString(raw)
        medication_list = MedicationList.STOPPED if is_stopped else MedicationList.PROPOSED
        medication = read.order(message, medication_list)._replace(country=country)
        understood = self._terminology.understand(medication)
        return OrderLine(
            medication,
            understood,
            canonical_order(message),
            write.result_rest(understood, self._prepared),
        )


def check(orders: list[ReadOrder], lists: list[list[ReadOrder]], as_of: datetime.date) -> None:
    """Refuse what no single order tells; raises `read.Unsound`."""
    if len(set(map(BY_ID, orders))) < len(orders):
        raise read.Unsound
    if any(each.order[0].stopped_on and each.order[0].stopped_on > as_of for each in lists[2]):
        raise read.Unsound
