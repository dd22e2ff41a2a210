"""From a hook call and a chart to the one request that the engine screens."""

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from lems_guard.clinical.medication import Medication, MedicationList
from lems_guard.order_entry.chart import Chart
from lems_guard.order_entry.discovery import ORDER_SELECT, PATIENT_VIEW, Service
from lems_guard.order_entry.hooks import HookCall
from lems_guard.order_entry.orders import Line, Order, follows, reference_of
from lems_guard.order_entry.patients import Person, Vocabulary, person_of
from lems_guard.order_entry.references import relative
from lems_guard.order_entry.refusals import bad_request
from lems_guard.order_entry.shapes import Json, Resource, obj, objs, text
from lems_guard.order_entry.standing import (
    ENDED_SOME_DAY,
    MEDICATION_KINDS,
    Standing,
    drafted,
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
LISTED_KINDS = (
    "MedicationRequest",
    "MedicationOrder",
    "MedicationPrescription",
    "MedicationStatement",
    "MedicationUsage",
    "MedicationAdministration",
    "MedicationDispense",
)
STATEMENTS = {"MedicationStatement", "MedicationUsage"}
LINKS = {
    "basedOn",
    "derivedFrom",
    "partOf",
    "authorizingPrescription",
    "request",
    "prescription",
    "supportingInformation",
}


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
        self._orders: dict[str, Order] = {}
        self._left_out: dict[str, int] = {}
        self._any_follows = bool(chart.of_kind("MedicationAdministration", "MedicationDispense"))
        self._person = person_of(chart, vocabulary, today)
        self._request = wire.CheckPrescriptionRequest(patient=self._person.message)
        self._lists = (self._request.proposed, self._request.active, self._request.stopped)

    def asked(self, call: HookCall, service: Service) -> Asked:
        """The whole request; raises `Refusal` where the hook's orders are missing."""
        if service.orders:
            self._take_drafts(call.orders(), f"context.{service.orders}")
        self._take_listed()
        if service.hook == "medication-refill":
            for order in self._orders.values():
                if order.is_draft:
                    order.message.phase = terms.PHASE_CONTINUE
        focus = self._focus(call, service)
        return Asked(self._request, self._orders, self._left_out, self._person, focus)

    def _take_drafts(self, bundle: Json, place: str) -> None:
        if obj(bundle).get("resourceType") != "Bundle":
            raise bad_request(f"{place}: a Bundle is expected")
        for resource, _, _ in self._chart.drafts:
            kind = text(resource.get("resourceType"))
            if kind in MEDICATION_KINDS:
                line = self._vocabulary.orders.line(resource, self._chart.shelf)
                self._take(resource, line, drafted(resource, self._today), is_draft=True)
            elif not kind:
                self._leave_out("an entry of the orders held no resource")
            elif kind not in SUPPORTING:
                self._leave_out("an order is for no medication")

    def _take_listed(self) -> None:
        """What the record holds, each drug once however many resources tell of it."""
        known: set[object] = set()
        for kind in LISTED_KINDS:
            for resource in self._chart.of_kind(kind):
                reference = reference_of(resource)
                if reference in self._orders:
                    # Signed again: what is on the list already goes on.
                    self._orders[reference].message.phase = terms.PHASE_CONTINUE
                    continue
                if self._is_linked(resource):
                    continue
                line = self._vocabulary.orders.line(resource, self._chart.shelf)
                names = self._names(line, kind)
                if kind != "MedicationRequest" and names & known:
                    continue
                known |= names
                self._take(resource, line, listed(resource, self._today), is_draft=False)

    def _is_linked(self, resource: Resource) -> bool:
        """Whether it tells of an order that is taken in already."""
        if LINKS.isdisjoint(resource):
            return False
        links = (link for name in LINKS for link in objs(resource.get(name)))
        return any(relative(text(link.get("reference"))) in self._orders for link in links)

    def _names(self, line: Line, kind: str) -> frozenset[object]:
        """By what a drug is known again: words, codes, and contents for what follows an order."""
        if not self._any_follows or kind in STATEMENTS:
            return line.names
        asked = Medication("same", MedicationList.ACTIVE, line.words, line.codings)
        contents = ("contents", self._vocabulary.understand(asked).readings)
        return line.names | ({contents} - {("contents", ())})

    def _take(self, resource: Resource, line: Line, standing: Standing, *, is_draft: bool) -> None:
        if not standing.list:
            # What the record says is not taken needs no mention; what it leaves open does.
            if is_draft or standing.why_not == ENDED_SOME_DAY:
                self._leave_out(f"an order {standing.why_not}")
            return
        message = self._lists[standing.list - 1].add()
        message.MergeFromString(line.content)
        message.id = own_id = self._new_id(resource)
        if follows(resource):
            message.phase = terms.PHASE_CONTINUE
        if standing.ended:
            message.stopped_on = standing.ended
        self._orders[own_id] = Order(resource, message, standing.list, line, is_draft)

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
