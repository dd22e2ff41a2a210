"""What screening gives back: findings, the alerts that people see, gaps, and the whole result."""

import datetime
from dataclasses import dataclass, replace
from typing import NamedTuple

from lems_guard.clinical.medication import (
    Disposition,
    Doubt,
    Ingredient,
    Medication,
    MedicationList,
    Understood,
)
from lems_guard.clinical.patient import NO_ALLERGIES_TOLD, Allergies, Patient
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import Alternative, Outcome, Rule
from lems_guard.clinical.severity import Certainty, Jurisdiction, OverridePolicy, Severity
from lems_guard.clinical.term import Term

# The field of the patient whose doubts may change an alert.
CONDITIONS = "conditions"
NOT_CURRENT = Disposition.NOT_CURRENT


class Completeness(Term):
    """COMPLETE when every current order was evaluated; else INCOMPLETE."""

    COMPLETE = 1
    INCOMPLETE = 2


class Exposure(NamedTuple):
    """One ingredient of one order, by its route: what a rule is judged on.

    `sure` is false where the order has several readings; `order` indexes the request's orders.
    `routes` are those between which it is open, where the route is not known for that.
    """

    ingredient: Ingredient
    route: Route | None
    order: int
    sure: bool
    routes: tuple[Route, ...] = ()


class Finding(NamedTuple):
    """One rule that applies to one or more exposures of one offending drug."""

    rule: Rule
    outcome: Outcome
    severity: Severity
    certainty: Certainty
    medication_ids: tuple[str, ...]
    missing: tuple[str, ...]
    why: tuple[str, ...]
    alternatives: tuple[Alternative, ...] = ()
    """What of the outcome's alternatives fits this patient."""


class Alert(NamedTuple):
    """What a person sees: the findings of one offending drug together, worst first."""

    id: str
    drug: str
    severity: Severity
    certainty: Certainty
    summary: str
    medication_ids: tuple[str, ...]
    findings: tuple[Finding, ...]
    involves_proposed: bool
    override_policy: OverridePolicy


class Gap(NamedTuple):
    """A named unknown, the rules it would decide, and the worst they might then say."""

    fact: str
    would_change: tuple[str, ...]
    worst: Severity
    ask: str
    medication_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScreeningRequest:
    """One patient's orders as understood, on one day, under one jurisdiction.

    `orders` are sorted by list, then id: the same request always reads the same.
    """

    patient: Patient
    orders: tuple[tuple[Medication, Understood], ...]
    jurisdiction: Jurisdiction
    as_of: datetime.date
    allergies: Allergies = NO_ALLERGIES_TOLD


@dataclass(frozen=True, slots=True)
class Screening:
    """The whole result. No alert means "clear" only under COMPLETE and without a grave gap."""

    alerts: tuple[Alert, ...]
    gaps: tuple[Gap, ...]
    completeness: Completeness
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def with_notes(self, notes: tuple[str, ...]) -> "Screening":
        """The same result with more to be said of the answer as a whole."""
        return replace(self, notes=(*notes, *self.notes))

    def with_doubts(self, doubts: tuple[Doubt, ...]) -> "Screening":
        """The same result with what of the patient was not understood.

        A diagnosis that was not read may change an alert: the check is not complete then. An
        allergy decides what is offered, and no alert.
        """
        if not any(doubt.field == CONDITIONS for doubt in doubts):
            return replace(self, doubts=doubts)
        return replace(self, doubts=doubts, completeness=Completeness.INCOMPLETE)


def parted(
    orders: tuple[tuple[Medication, Understood], ...],
) -> tuple[tuple[Medication, Understood], ...]:
    """The orders, those of one text each as an order of its own with the same id.

    What the words say to be stopped is so, whatever list it is on.
    """
    if not any(
        understood.also or understood.disposition is NOT_CURRENT for _, understood in orders
    ):
        return orders
    return tuple(
        (_as_said(order, each), each)
        for order, understood in orders
        for each in (understood, *understood.also)
    )


def _as_said(order: Medication, understood: Understood) -> Medication:
    """An order on the list of stopped ones, where its words stop it."""
    is_stopped = understood.disposition is NOT_CURRENT
    if not is_stopped or order.list is MedicationList.STOPPED:
        return order
    return order._replace(list=MedicationList.STOPPED)


def is_current(medication_list: MedicationList) -> bool:
    """Proposed and active orders are current; stopped ones are not."""
    return medication_list is not MedicationList.STOPPED
