"""From a record to the lists that are screened: what is proposed, taken, and stopped when.

Each use of a drug stands once, however many resources tell of it.
"""

import datetime
from collections.abc import Iterator

from lems_guard.answering.bounds import LONGEST_NAME, of_medication
from lems_guard.fhir.orders import Order, RecordLine, reference_of
from lems_guard.fhir.patients import Interpreter, person_of
from lems_guard.fhir.record import Record
from lems_guard.fhir.references import relative
from lems_guard.fhir.renewals import Renewals
from lems_guard.fhir.same_drug import Matcher
from lems_guard.fhir.shapes import Resource, objs, text
from lems_guard.fhir.standing import (
    ENDED_SOME_DAY,
    REQUESTS,
    Standing,
    drafted,
    is_over,
    listed,
)
from lems_guard.fhir.told_orders import ToldOrders
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

# The kinds in the order in which they are believed: an order before what was made of it.
STATEMENTS = ("MedicationStatement", "MedicationUsage")
LISTED_KINDS = (*REQUESTS, *STATEMENTS, "MedicationAdministration", "MedicationDispense")
LINKS = {
    "basedOn",
    "derivedFrom",
    "partOf",
    "authorizingPrescription",
    "request",
    "prescription",
}
# With a number behind it a reference is still no longer than an id may be.
LONGEST_REFERENCE = LONGEST_NAME - 8
TOO_LONG = "an order has more words or codes than are read"
OVER = "an order is over already, and is checked as one that ends"


class Lists:
    """Collects the orders of one patient into the request that the engine screens.

    `orders` are those in the request by their ids there, `left_out` says in words, with how many,
    what was told and is not screened, `person` is the patient as far as the record tells.
    """

    def __init__(self, record: Record, vocabulary: Interpreter, today: datetime.date) -> None:
        """No order is in any list yet."""
        self._record = record
        self._today = today
        self._reader = vocabulary.orders
        self._matcher = Matcher(vocabulary)
        self._renewals = Renewals(record, vocabulary.orders, self._matcher)
        # The orders that go on, and those that have ended.
        self._going, self._ended = ToldOrders(self._matcher), ToldOrders(self._matcher)
        self._any_follows = bool(record.of_kind("MedicationAdministration", "MedicationDispense"))
        self._goes_on_if_on_record = True
        self.orders: dict[str, Order] = {}
        self.left_out: dict[str, int] = {}
        self.person = person_of(record, vocabulary, today)
        self.request = wire.CheckPrescriptionRequest(patient=self.person.message)
        self._lists = (self.request.proposed, self.request.active, self.request.stopped)

    def leave_out(self, why: str) -> None:
        """Note that something was told and is not screened."""
        self.left_out[why] = self.left_out.get(why, 0) + 1

    def take_draft(self, resource: Resource, *, is_refill: bool = False) -> None:
        """An order that is being written or signed; a refill goes on with a treatment."""
        standing = drafted(resource, self._today, is_refill=is_refill)
        line = self._reader.line(resource, self._record.shelf)
        order = self._take(resource, line, standing, is_draft=True)
        if order and is_refill:
            order.message.phase = terms.PHASE_CONTINUE
        if standing.list == terms.MEDICATION_LIST_STOPPED and is_over(resource):
            self.leave_out(OVER)

    def take_record(self, *, are_drafts_new: bool = False) -> None:
        """What is on record, after the drafts: a copy of one of them is none of its own.

        An order that is signed again goes on, unless it is there because it has just been signed.
        """
        self._goes_on_if_on_record = not are_drafts_new
        for kind in LISTED_KINDS:
            for resource in self._record.of_kind(kind):
                self._take_listed(resource, kind)

    def _take_listed(self, resource: Resource, kind: str) -> None:
        line = self._reader.line(resource, self._record.shelf)
        standing = listed(resource, self._today)
        if self._is_at_hand(resource, line, standing):
            return
        if kind not in REQUESTS and self._is_told(resource, line, standing):
            return
        order = self._take(resource, line, standing, is_draft=False)
        if order:
            self._know(order, kind)

    def _is_at_hand(self, resource: Resource, line: RecordLine, standing: Standing) -> bool:
        """Whether it is the record's copy of an order at hand, and not another drug's order.

        Ids of drafts may be made up by the client.
        """
        order = self.orders.get(reference_of(resource))
        if order is None or not self._matcher.is_one_drug(order.line, line):
            return False
        is_active = standing.list == terms.MEDICATION_LIST_ACTIVE
        if order.is_draft and is_active and self._goes_on_if_on_record:
            order.message.phase = terms.PHASE_CONTINUE
        return True

    def _is_told(self, resource: Resource, line: RecordLine, standing: Standing) -> bool:
        """Whether an order tells all of it already."""
        linked = self._linked(resource, line)
        if any(self._matcher.tells_all(order.line, line) for order in linked):
            return True
        names = self._names(line, text(resource.get("resourceType")))
        if next(self._going.telling(line, names), None):
            return True
        if standing.list != terms.MEDICATION_LIST_STOPPED:
            return False
        ended = next(self._ended.telling(line, names), None)
        if ended is None:
            return False
        # Of many doses that were given it is the last after which a drug is gone.
        ended.message.stopped_on = max(ended.message.stopped_on, standing.ended)
        return True

    def _linked(self, resource: Resource, line: RecordLine) -> Iterator[Order]:
        """The orders of the same drug that it was made of, where these are at hand or go on."""
        for link in (each for name in LINKS for each in objs(resource.get(name))):
            order = self.orders.get(relative(text(link.get("reference"))))
            if order is None or not (order.is_draft or order.list == terms.MEDICATION_LIST_ACTIVE):
                continue
            if self._matcher.is_one_drug(order.line, line):
                yield order

    def _know(self, order: Order, kind: str) -> None:
        goes_on = order.list == terms.MEDICATION_LIST_ACTIVE
        (self._going if goes_on else self._ended).add(order, self._names(order.line, kind))

    def _names(self, line: RecordLine, kind: str) -> frozenset[object]:
        """By what a drug is known again: words, codes, and contents for what follows an order."""
        if not self._any_follows or kind in STATEMENTS:
            return line.names
        return self._matcher.names(line)

    def _take(
        self, resource: Resource, line: RecordLine, standing: Standing, *, is_draft: bool
    ) -> Order | None:
        if not standing.list:
            # What the record says is not taken needs no mention; what it leaves open does.
            if is_draft or standing.why_not == ENDED_SOME_DAY:
                self.leave_out(f"an order {standing.why_not}")
            return None
        message = self._lists[standing.list - 1].add()
        message.MergeFromString(line.content)
        if any(of_medication(message, "")):
            del self._lists[standing.list - 1][-1]
            self.leave_out(TOO_LONG)
            return None
        message.id = own_id = self._new_id(resource)
        if self._renewals.follows(resource, line):
            message.phase = terms.PHASE_CONTINUE
        if standing.ended:
            message.stopped_on = standing.ended
        order = Order(resource, message, standing.list, line, is_draft)
        self.orders[own_id] = order
        return order

    def _new_id(self, resource: Resource) -> str:
        """The order's own reference; where that is missing or taken, with a number."""
        reference, kind = reference_of(resource), f"{text(resource.get('resourceType'))}/"
        if not 0 < len(reference) <= LONGEST_REFERENCE:
            reference = kind
        if reference in self.orders or reference.endswith("/"):
            return f"{reference}#{len(self.orders) + 1}"
        return reference
