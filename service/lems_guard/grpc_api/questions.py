"""What a request asks: its patient and orders, read and understood, and the decision's own id.

Hospitals write the same few thousand lines again and again, so an order line is known again by its
bytes, all but the id, and only a new one is read and understood. A patient's list comes again with
an order more or less, so of a patient who came again the orders of the last check are known too.
What they are read as depends on these bytes, the day, the jurisdiction and the edition alone.
"""

import datetime
import functools
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

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

MOST_LINES, MOST_PATIENTS = 1024, 64
# Of what is longer nothing is remembered, so that nobody can fill the memory with long texts.
LONGEST_LINE, LONGEST_REQUEST = 1024, 16_384  # bytes


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


# The orders of one list by their bytes.
ReadOrders: TypeAlias = Mapping[bytes, ReadOrder]


class Course:
    """A patient on a day: what was read of them, what must be said of it, and their last check.

    `canonical` are the patient's canonical bytes, `orders` those of the last check, list by list.
    """

    __slots__ = ("_came_again", "canonical", "notes", "orders", "patient")

    def __init__(self, patient: Patient, notes: tuple[str, ...], canonical: bytes) -> None:
        """Not checked yet."""
        self.patient = patient
        self.notes = notes
        self.canonical = canonical
        self.orders: Sequence[ReadOrders] = ({}, {}, {})
        self._came_again = False

    def checked(self, orders: Sequence[ReadOrders]) -> None:
        """Keep the orders of a check, but not of the first: many patients never come again."""
        if self._came_again:
            self.orders = orders
        self._came_again = True


BY_ID = operator.attrgetter("id")
LISTS = MedicationList.PROPOSED, MedicationList.ACTIVE, MedicationList.STOPPED


class Questions:
    """Reads requests for one edition of the knowledge and terminology."""

    __slots__ = ("_courses", "_jurisdiction", "_lines", "_prepared", "_terminology", "_today")

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
        # What an order holds is the same in either of the current lists.
        self._lines: dict[tuple[Jurisdiction, bool], Recent[bytes, Line]] = {
            (place, is_stopped): Recent(MOST_LINES)
            for place in Jurisdiction
            for is_stopped in (False, True)
        }
        self._courses: Recent[tuple[bytes, datetime.date, Jurisdiction], Course] = Recent(
            MOST_PATIENTS
        )

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
        course = self._course(message, as_of, jurisdiction)
        sent = message.proposed, message.active, message.stopped
        found = [
            self._read(orders, each, jurisdiction, known)
            for each, orders, known in zip(LISTS, sent, course.orders, strict=True)
        ]
        course.checked(found)
        lists = [sorted(orders.values(), key=BY_ID) for orders in found]
        orders = [*lists[0], *lists[1], *lists[2]]
        check(orders, lists, as_of)
        return Question(
            decision_id(
                (self._prepared.digest, jurisdiction, as_of),
                course.canonical,
                [[each.canonical for each in orders] for orders in lists],
            ),
            ScreeningRequest(
                course.patient, tuple([each.order for each in orders]), jurisdiction, as_of
            ),
            course.notes,
            b"".join([each.result for each in orders]),
        )

    def _course(
        self, message: wire.CheckPrescriptionRequest, as_of: datetime.date, place: Jurisdiction
    ) -> Course:
        """What is known of the patient; of one who comes with a very long list nothing ever is."""
        raw = message.patient.SerializeToString()
        is_short = message.ByteSize() <= LONGEST_REQUEST
        course = self._courses.get((raw, as_of, place)) if is_short else None
        if course is None:
            patient, notes = self._terminology.with_conditions(
                read.patient(message.patient, as_of), read.codings(message.patient.conditions)
            )
            course = Course(patient, notes, measured(canonical_patient(message.patient)))
            if is_short:
                self._courses.keep((raw, as_of, place), course)
        return course

    def _read(
        self,
        messages: Collection[wire.Medication],
        medication_list: MedicationList,
        jurisdiction: Jurisdiction,
        known: ReadOrders,
    ) -> ReadOrders:
        """The orders of a list; what is `known` of them is not read again."""
        found = {}
        for message in messages:
            raw = message.SerializeToString()
            found[raw] = known.get(raw) or self._order(message, raw, medication_list, jurisdiction)
        if len(found) < len(messages):
            raise read.Unsound  # the same order twice
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
            if len(rest) <= LONGEST_LINE:
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


def check(orders: list[ReadOrder], lists: list[list[ReadOrder]], as_of: datetime.date) -> None:
    """Refuse what no single order tells; raises `read.Unsound`."""
    if not 0 < len(orders) <= MOST_MEDICATIONS:
        raise read.Unsound
    if len(set(map(BY_ID, orders))) < len(orders):
        raise read.Unsound
    if any(each.order[0].stopped_on and each.order[0].stopped_on > as_of for each in lists[2]):
        raise read.Unsound


# Equal days as one object, by which what was judged on a day is known again.
day_of = functools.lru_cache(maxsize=64)(day)
same_day = functools.lru_cache(maxsize=8)(lambda today: today)
