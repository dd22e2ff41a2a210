"""What a request asks: its patient and orders, read and understood, and the decision's own id.

Hospitals write the same few thousand lines again and again, so an order line is known again by its
bytes, all but the id, and only a new one is read and understood. A patient's list comes again with
an order more or less, so patients and, from their second time on, whole orders are known again too.
What they are read as depends on these bytes, the day, the jurisdiction and the edition alone.
"""

import dataclasses
import datetime
import functools
import operator
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.errors import InvalidRequest
from lems_guard.clinical.medication import Coding, Medication, MedicationList, Understood
from lems_guard.clinical.patient import Patient, day
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.grpc_api import read, write
from lems_guard.grpc_api.canonical import (
    canonical_order,
    canonical_patient,
    decision_id,
    measured,
)
from lems_guard.grpc_api.faults import MOST_MEDICATIONS, faults_of
from lems_guard.grpc_api.prepared import Prepared
from lems_guard.grpc_api.wire import text
from lems_guard.screening.memory import Recent
from lems_guard.v1 import prescription_pb2 as wire

MOST_LINES = 1024
# What is longer is not remembered, so that nobody can fill the memory with long texts.
LONGEST_BYTES = 1024
LARGEST_BYTES = 65_536


class Terminology(Protocol):
    """What reads orders and diagnoses: words and codes in, ingredients and facts out."""

    def understand(self, medication: Medication, jurisdiction: Jurisdiction) -> Understood:
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
    results: bytes


class Line(NamedTuple):
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


class ReadPatient(NamedTuple):
    """A patient on a day, what must be said of their diagnoses, and the canonical bytes.

    `is_known` tells that the patient was asked about before.
    """

    patient: Patient
    notes: tuple[str, ...]
    canonical: bytes
    is_known: bool


BY_ID = operator.attrgetter("id")
LISTS = MedicationList.PROPOSED, MedicationList.ACTIVE, MedicationList.STOPPED


class Questions:
    """Reads requests for one edition of the knowledge and terminology."""

    __slots__ = (
        "_jurisdiction",
        "_lines",
        "_orders",
        "_patients",
        "_prepared",
        "_terminology",
        "_today",
    )

    def __init__(
        self,
        terminology: Terminology,
        prepared: Prepared,
        *,
        jurisdiction: Jurisdiction,
        today: Callable[[], datetime.date],
    ) -> None:
        """`jurisdiction` and `today` hold where a request does not say."""
        self._terminology = terminology
        self._prepared = prepared
        self._jurisdiction = jurisdiction
        self._today = today
        self._orders: dict[tuple[Jurisdiction, MedicationList], Recent[bytes, ReadOrder]] = {
            (place, each): Recent() for place in Jurisdiction for each in LISTS
        }
        # What an order holds is the same in either of the current lists.
        self._lines: dict[tuple[Jurisdiction, bool], Recent[bytes, Line]] = {
            (place, is_stopped): Recent(MOST_LINES)
            for place in Jurisdiction
            for is_stopped in (False, True)
        }
        self._patients: Recent[tuple[bytes, datetime.date], ReadPatient] = Recent()

    def of(self, message: wire.CheckPrescriptionRequest) -> Question:
        """What a request asks; raises `InvalidRequest` with every fault and its path."""
        try:
            return self._of(message)
        except read.AMISS:
            violations = faults_of(message, self._today())
            if not violations:
                raise
            raise InvalidRequest(violations) from None

    def _of(self, message: wire.CheckPrescriptionRequest) -> Question:
        as_of = day_of(message.as_of) if message.as_of else same_day(self._today())
        jurisdiction = read.JURISDICTIONS[message.jurisdiction] or self._jurisdiction
        patient, notes, canonical, is_known = self._patient(message.patient, as_of)
        if message.ByteSize() > LARGEST_BYTES:
            # Screening remembers by the patient's identity: of an equal one it knows nothing.
            patient = dataclasses.replace(patient)
        lists = [
            self._read(orders, each, jurisdiction, keep=is_known)
            for each, orders in zip(
                LISTS, (message.proposed, message.active, message.stopped), strict=True
            )
        ]
        orders = [*lists[0], *lists[1], *lists[2]]
        check(orders, lists, as_of)
        return Question(
            decision_id(
                (self._prepared.digest, jurisdiction, as_of),
                canonical,
                [[each.canonical for each in orders] for orders in lists],
            ),
            ScreeningRequest(patient, tuple([each.order for each in orders]), jurisdiction, as_of),
            notes,
            b"".join([each.result for each in orders]),
        )

    def _read(
        self,
        messages: Iterable[wire.Medication],
        medication_list: MedicationList,
        jurisdiction: Jurisdiction,
        *,
        keep: bool,
    ) -> list[ReadOrder]:
        """The orders of a list, sorted by id."""
        known = self._orders[jurisdiction, medication_list]
        found = []
        for message in messages:
            raw = message.SerializeToString()
            order = known.get(raw)
            if order is None:
                order = self._order(message, raw, medication_list, jurisdiction)
                if keep and len(raw) <= LONGEST_BYTES:
                    known.keep(raw, order)
            found.append(order)
        found.sort(key=BY_ID)
        return found

    def _order(
        self,
        message: wire.Medication,
        raw: bytes,
        medication_list: MedicationList,
        jurisdiction: Jurisdiction,
    ) -> ReadOrder:
        name = text(1, message.id)
        if not name or not raw.startswith(name):
            raise read.Unsound
        known = self._lines[jurisdiction, medication_list is MedicationList.STOPPED]
        rest = raw[len(name) :]
        line = known.get(rest)
        if line is None:
            line = self._line(message, medication_list, jurisdiction)
            if len(rest) <= LONGEST_BYTES:
                known.keep(rest, line)
        return ReadOrder(
            message.id,
            (Medication(message.id, medication_list, *line.medication[2:]), line.understood),
            measured(name + line.canonical),
            write.result(name, medication_list, line.result),
        )

    def _line(
        self, message: wire.Medication, medication_list: MedicationList, jurisdiction: Jurisdiction
    ) -> Line:
        medication = read.order(message, medication_list)
        understood = self._terminology.understand(medication, jurisdiction)
        return Line(
            medication,
            understood,
            canonical_order(message)[len(text(1, message.id)) :],
            write.result_rest(understood, self._prepared),
        )

    def _patient(self, message: wire.Patient, as_of: datetime.date) -> ReadPatient:
        raw = message.SerializeToString()
        known = self._patients.get((raw, as_of))
        if known is None:
            patient, notes = self._terminology.with_conditions(
                read.patient(message, as_of), read.codings(message.conditions)
            )
            known = ReadPatient(patient, notes, measured(canonical_patient(message)), False)
            if len(raw) <= LONGEST_BYTES:
                self._patients.keep((raw, as_of), known._replace(is_known=True))
        return known


def check(orders: list[ReadOrder], lists: list[list[ReadOrder]], as_of: datetime.date) -> None:
    """Refuse what no single order tells; raises `read.Unsound`."""
    proposed, active, stopped = lists
    if (not proposed and not active) or len(orders) > MOST_MEDICATIONS:
        raise read.Unsound
    if len(set(map(BY_ID, orders))) < len(orders):
        raise read.Unsound
    if any(each.order[0].stopped_on and each.order[0].stopped_on > as_of for each in stopped):
        raise read.Unsound


# Equal days as one object, by which what was judged on a day is known again.
day_of = functools.lru_cache(maxsize=64)(day)
same_day = functools.lru_cache(maxsize=8)(lambda today: today)
