"""From a hook call and a chart to the one request that the engine screens."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lems_guard.edges.order_entry.discovery import (
    MEDICATION_REFILL,
    ORDER_SELECT,
    PATIENT_VIEW,
    Service,
)
from lems_guard.edges.order_entry.hooks import HookCall
from lems_guard.edges.order_entry.refusals import bad_request
from lems_guard.fhir.chart import Chart
from lems_guard.fhir.orders import Line, Order, reference_of
from lems_guard.fhir.patients import Person, Vocabulary, person_of
from lems_guard.fhir.references import relative
from lems_guard.fhir.renewals import Renewals
from lems_guard.fhir.same_drug import Matcher
from lems_guard.fhir.shapes import Json, Resource, obj, objs, text
from lems_guard.fhir.standing import (
    ENDED_SOME_DAY,
    MEDICATION_KINDS,
    REQUESTS,
    Standing,
    drafted,
    is_over,
    listed,
)
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

# Resources that travel with orders and are none themselves.
SUPPORTING = {
    "Condition",
    "Coverage",
    "Device",
    "Encounter",
    "Location",
    "Medication",
    "Observation",
    "OperationOutcome",
    "Organization",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Provenance",
    "RelatedPerson",
    "Specimen",
    "Substance",
}
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
OVER = "an order is over already, and is checked as one that ends"


class Asked(NamedTuple):
    """What a call asks: the request, and what must be known to make cards of its answer.

    `left_out` says in words, with how many, what was sent and is not screened.
    """

    request: wire.CheckPrescriptionRequest
    orders: dict[str, Order]
    left_out: dict[str, int]
    person: Person
    focus: frozenset[str]


class Asking:
    """Collects the orders of one call."""

    def __init__(self, chart: Chart, vocabulary: Vocabulary, today: datetime.date) -> None:
        """Nothing is ordered yet."""
        self._chart = chart
        self._today = today
        self._vocabulary = vocabulary
        self._matcher = Matcher(vocabulary)
        self._renewals = Renewals(chart, vocabulary.orders, self._matcher)
        self._orders: dict[str, Order] = {}
        self._left_out: dict[str, int] = {}
        # By the names of their drugs, the orders that go on, and those that have ended.
        self._going: dict[object, list[Order]] = defaultdict(list)
        self._ended: dict[object, list[Order]] = defaultdict(list)
        self._any_follows = bool(chart.of_kind("MedicationAdministration", "MedicationDispense"))
        self._person = person_of(chart, vocabulary, today)
        self._request = wire.CheckPrescriptionRequest(patient=self._person.message)
        self._lists = (self._request.proposed, self._request.active, self._request.stopped)

    def asked(self, call: HookCall, service: Service) -> Asked:
        """The whole request; raises `Refusal` where the hook's orders are missing."""
        if service.orders:
            self._take_drafts(call.orders(), service)
        self._take_listed()
        if service is MEDICATION_REFILL:
            for order in self._orders.values():
                if order.is_draft:
                    order.message.phase = terms.PHASE_CONTINUE
        focus = self._focus(call, service)
        return Asked(self._request, self._orders, self._left_out, self._person, focus)

    def _take_drafts(self, bundle: Json, service: Service) -> None:
        if obj(bundle).get("resourceType") != "Bundle":
            raise bad_request(f"context.{service.orders}: a Bundle is expected")
        for resource, _, _ in self._chart.drafts:
            kind = text(resource.get("resourceType"))
            if kind in MEDICATION_KINDS:
                self._take_draft(resource, is_refill=service is MEDICATION_REFILL)
            elif not kind:
                self._leave_out("an entry of the orders held no resource")
            elif kind not in SUPPORTING:
                self._leave_out("an order is for no medication")

    def _take_draft(self, resource: Resource, *, is_refill: bool) -> None:
        standing = drafted(resource, self._today, is_refill=is_refill)
        line = self._vocabulary.orders.line(resource, self._chart.shelf)
        self._take(resource, line, standing, is_draft=True)
        if standing.list == terms.MEDICATION_LIST_STOPPED and is_over(resource):
            self._leave_out(OVER)

    def _take_listed(self) -> None:
        """What the record holds, each use of a drug once however many resources tell of it."""
        for kind in LISTED_KINDS:
            for resource in self._chart.of_kind(kind):
                line = self._vocabulary.orders.line(resource, self._chart.shelf)
                standing = listed(resource, self._today)
                if self._is_at_hand(resource, line, standing):
                    continue
                if kind not in REQUESTS and self._is_told(resource, line, standing):
                    continue
                order = self._take(resource, line, standing, is_draft=False)
                if order:
                    self._know(order, kind)

    def _is_at_hand(self, resource: Resource, line: Line, standing: Standing) -> bool:
        """Whether it is the record's copy of an order at hand, and not another drug's order.

        Ids of drafts may be made up by the client. An order that is signed again goes on.
        """
        order = self._orders.get(reference_of(resource))
        if order is None or not self._matcher.is_one_drug(order.line, line):
            return False
        if standing.list == terms.MEDICATION_LIST_ACTIVE:
            order.message.phase = terms.PHASE_CONTINUE
        return True

    def _is_told(self, resource: Resource, line: Line, standing: Standing) -> bool:
        """Whether an order tells all of it already."""
        told = [*self._linked(resource, line), *self._named(self._going, resource, line)]
        if any(self._matcher.tells_all(order.line, line) for order in told):
            return True
        if standing.list != terms.MEDICATION_LIST_STOPPED:
            return False
        for order in self._named(self._ended, resource, line):
            if self._matcher.tells_all(order.line, line):
                # Of many doses that were given it is the last after which a drug is gone.
                order.message.stopped_on = max(order.message.stopped_on, standing.ended)
                return True
        return False

    def _linked(self, resource: Resource, line: Line) -> Iterator[Order]:
        """The orders of the same drug that it was made of, where these are at hand or go on."""
        for link in (each for name in LINKS for each in objs(resource.get(name))):
            order = self._orders.get(relative(text(link.get("reference"))))
            if order is None or not (order.is_draft or order.list == terms.MEDICATION_LIST_ACTIVE):
                continue
            if self._matcher.is_one_drug(order.line, line):
                yield order

    def _named(
        self, orders: dict[object, list[Order]], resource: Resource, line: Line
    ) -> Iterator[Order]:
        for name in self._names(line, text(resource.get("resourceType"))):
            yield from orders.get(name, ())

    def _know(self, order: Order, kind: str) -> None:
        goes_on = order.list == terms.MEDICATION_LIST_ACTIVE
        for name in self._names(order.line, kind):
            (self._going if goes_on else self._ended)[name].append(order)

    def _names(self, line: Line, kind: str) -> frozenset[object]:
        """By what a drug is known again: words, codes, and contents for what follows an order."""
        if not self._any_follows or kind in STATEMENTS:
            return line.names
        return self._matcher.names(line)

    def _take(
        self, resource: Resource, line: Line, standing: Standing, *, is_draft: bool
    ) -> Order | None:
        if not standing.list:
            # What the record says is not taken needs no mention; what it leaves open does.
            if is_draft or standing.why_not == ENDED_SOME_DAY:
                self._leave_out(f"an order {standing.why_not}")
            return None
        message = self._lists[standing.list - 1].add()
        message.MergeFromString(line.content)
        message.id = own_id = self._new_id(resource)
        if self._renewals.follows(resource, line):
            message.phase = terms.PHASE_CONTINUE
        if standing.ended:
            message.stopped_on = standing.ended
        order = Order(resource, message, standing.list, line, is_draft)
        self._orders[own_id] = order
        return order

    def _new_id(self, resource: Resource) -> str:
        """The order's own reference; where that is missing or taken, with a number."""
        reference = reference_of(resource) or f"{text(resource.get('resourceType'))}/"
        if reference in self._orders or reference.endswith("/"):
            return f"{reference}#{len(self._orders) + 1}"
        return reference

    def _leave_out(self, why: str, number: int = 1) -> None:
        self._left_out[why] = self._left_out.get(why, 0) + number

    def _focus(self, call: HookCall, service: Service) -> frozenset[str]:
        """The orders that the call is about: those selected, drafted, or all under review."""
        if service is PATIENT_VIEW:
            return frozenset(self._orders)
        drafts = frozenset(name for name, order in self._orders.items() if order.is_draft)
        if service is not ORDER_SELECT:
            return drafts
        selected = drafts & _plain(call.context.selections or ())
        return selected or drafts


def _plain(selections: Iterable[str]) -> frozenset[str]:
    return frozenset(relative(each.partition("/_history/")[0]) for each in selections)
