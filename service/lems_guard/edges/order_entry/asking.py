"""From a hook call and a chart to the one request that the engine screens."""

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from lems_guard.edges.order_entry.chart import Chart
from lems_guard.edges.order_entry.discovery import (
    MEDICATION_REFILL,
    MEDICATION_VERIFY,
    ORDER_SELECT,
    PATIENT_VIEW,
    HookService,
)
from lems_guard.edges.order_entry.hooks import HookCall
from lems_guard.fhir.drugs import is_drug_told
from lems_guard.fhir.lists import TOO_LONG, Lists
from lems_guard.fhir.orders import Order
from lems_guard.fhir.patients import Interpreter, Person
from lems_guard.fhir.record import GROUPS, is_order
from lems_guard.fhir.references import relative
from lems_guard.fhir.shapes import Resource, text
from lems_guard.v1 import prescription_pb2 as wire

# Resources that travel with orders and are none themselves.
SUPPORTING = {
    *GROUPS,
    "AllergyIntolerance",
    "Condition",
    "Coverage",
    "DetectedIssue",
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
# What may have been an order, and was not read.
NO_RESOURCE = "an entry of the orders held no resource that can be read"
NOT_HERE = "an order that a group refers to was not sent"
UNREAD = {NO_RESOURCE, NOT_HERE, TOO_LONG}


class Asked(NamedTuple):
    """What a call asks: the request, and what must be known to make cards of its answer.

    `left_out` says in words, with how many, what was sent and is not screened.
    """

    request: wire.CheckPrescriptionRequest
    orders: dict[str, Order]
    left_out: dict[str, int]
    person: Person
    focus: frozenset[str]


def asked_by(
    call: HookCall,
    service: HookService,
    chart: Chart,
    vocabulary: Interpreter,
    today: datetime.date,
) -> Asked:
    """The whole request."""
    lists = Lists(chart.record, vocabulary, today)
    if service.orders:
        for resource in chart.record.drafts:
            _take_draft(lists, resource, service)
        for _ in range(chart.record.unread_drafts):
            lists.leave_out(NOT_HERE)
    lists.take_record(are_drafts_new=service is MEDICATION_VERIFY)
    focus = _focus(lists.orders, call, service)
    return Asked(lists.request, lists.orders, lists.left_out, lists.person, focus)


def _take_draft(lists: Lists, resource: Resource, service: HookService) -> None:
    kind = text(resource.get("resourceType"))
    if is_order(resource):
        # While it is being written an order has no drug yet, of which there is nothing to say.
        if service is ORDER_SELECT and not is_drug_told(resource):
            return
        lists.take_draft(resource, is_refill=service is MEDICATION_REFILL)
    elif not kind:
        lists.leave_out(NO_RESOURCE)
    elif kind not in SUPPORTING:
        lists.leave_out("an order is for no medication")


def _focus(orders: dict[str, Order], call: HookCall, service: HookService) -> frozenset[str]:
    """The orders that the call is about: those selected, drafted, or all under review."""
    if service is PATIENT_VIEW:
        return frozenset(orders)
    drafts = frozenset(name for name, order in orders.items() if order.is_draft)
    if service is not ORDER_SELECT:
        return drafts
    selected = drafts & _plain(call.context.selections or ())
    return selected or drafts


def _plain(selections: Iterable[str]) -> frozenset[str]:
    return frozenset(relative(each.partition("/_history/")[0]) for each in selections)
