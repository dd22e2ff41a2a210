"""Where an order stands: proposed, being taken, stopped, or none of these, and then why."""

import datetime
from typing import NamedTuple

from lems_guard.fhir.shapes import Resource, above_zero, code_of, day_of, obj, objs
from lems_guard.v1 import terms_pb2 as terms

REQUESTS = ("MedicationRequest", "MedicationOrder", "MedicationPrescription")
MEDICATION_KINDS = {
    *REQUESTS,
    "MedicationStatement",
    "MedicationUsage",
    "MedicationAdministration",
    "MedicationDispense",
}
NEVER_WAS = {"entered-in-error", "cancelled", "not-done", "not-taken", "declined", "nullified"}
ENDED_SOME_DAY = "ended on an unknown day"
NOT_DONE = ("wasNotTaken", "wasNotGiven", "notGiven")
NOT_ADHERED = {"not-taking", "stopped"}
ENDED = {"stopped", "completed", "ended"}
# Orders that ended longer ago leave nothing behind: the longest residue is six months.
REMEMBERED = datetime.timedelta(days=366)


class Standing(NamedTuple):
    """The list an order belongs to (unspecified: none), the day it ended, and why it is in none."""

    list: terms.MedicationList
    ended: str = ""
    why_not: str = ""


PROPOSED = Standing(terms.MEDICATION_LIST_PROPOSED)
ACTIVE = Standing(terms.MEDICATION_LIST_ACTIVE)


def left_out(why: str) -> Standing:
    """In no list."""
    return Standing(terms.MEDICATION_LIST_UNSPECIFIED, "", why)


def drafted(resource: Resource, today: datetime.date, *, is_refill: bool = False) -> Standing:
    """The standing of an order that is being written or signed; what it stops, stops today.

    A refill of an order that is over is a new supply.
    """
    status = code_of(resource.get("status"))
    if resource.get("doNotPerform") is True:
        return left_out("says not to give it")
    if status in NEVER_WAS:
        return left_out("is withdrawn")
    if _is_not_taken(resource):
        return left_out("says that it is not taken")
    if status not in ENDED or is_refill:
        return PROPOSED
    end = _end(resource)
    if _may_go_on(resource, end, today):
        return PROPOSED
    return Standing(terms.MEDICATION_LIST_STOPPED, min(end or today, today).isoformat())


def is_over(resource: Resource) -> bool:
    """Whether an order has run its course, which nobody signs to stop it."""
    return code_of(resource.get("status")) == "completed"


def listed(resource: Resource, today: datetime.date) -> Standing:
    """The standing of what a patient's record holds."""
    status = code_of(resource.get("status"))
    why_not = _why_not(resource, status)
    if why_not:
        return left_out(why_not)
    if status not in ENDED:
        return ACTIVE
    end = _end(resource)
    if _may_go_on(resource, end, today):
        return ACTIVE
    if end is None:
        return left_out(ENDED_SOME_DAY)
    if today - end > REMEMBERED:
        return left_out("ended more than a year ago")
    return Standing(terms.MEDICATION_LIST_STOPPED, min(end, today).isoformat())


def _why_not(resource: Resource, status: str) -> str:
    if resource.get("doNotPerform") is True:
        return "says not to give it"
    if status in NEVER_WAS or _is_not_taken(resource):
        return "is withdrawn, or says that it is not taken"
    return "is a draft on record, not signed" if status == "draft" else ""


def _is_not_taken(resource: Resource) -> bool:
    """Releases before R4 say so by members of their own, R5 by `adherence`."""
    if resource.get("taken") == "n" or any(resource.get(name) is True for name in NOT_DONE):
        return True
    adherence = resource.get("adherence")
    return adherence is not None and code_of(obj(adherence).get("code")) in NOT_ADHERED


def _may_go_on(resource: Resource, end: datetime.date | None, today: datetime.date) -> bool:
    """A dispense or a dose given is complete when done, while the drug may well be taken on."""
    single = resource.get("resourceType") in {"MedicationDispense", "MedicationAdministration"}
    return (
        single and code_of(resource.get("status")) == "completed" and (end is None or end >= today)
    )


def _end(resource: Resource) -> datetime.date | None:
    """The last day, as far as anything tells it."""
    supplied = _supplied_until(resource)
    if supplied:
        return supplied
    bounds = [
        obj(obj(obj(part.get("timing")).get("repeat")).get("boundsPeriod")).get("end")
        for part in objs(resource.get("dosageInstruction"))
    ]
    candidates = (
        obj(resource.get("effectivePeriod")).get("end"),
        obj(resource.get("occurrencePeriod")).get("end"),
        obj(resource.get("occurencePeriod")).get("end"),
        *bounds,
        resource.get("dateEnded"),
        resource.get("statusChanged"),
        resource.get("effectiveDateTime"),
        resource.get("effectiveTimeDateTime"),
        resource.get("occurenceDateTime"),
    )
    return next((found for found in map(day_of, candidates) if found), None)


def _supplied_until(resource: Resource) -> datetime.date | None:
    handed_over = day_of(resource.get("whenHandedOver")) or day_of(resource.get("whenPrepared"))
    days = above_zero(obj(resource.get("daysSupply")).get("value"))
    if handed_over is None or days is None or days > 366:
        return None
    try:
        return handed_over + datetime.timedelta(days=days)
    except OverflowError:  # some systems write "without end" as the last day of the calendar
        return datetime.date.max
