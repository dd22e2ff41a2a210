"""What changes for a list from one answer to another: alerts, orders read, what was checked.

An alert is told by the offending drug and the rule; of what each says, its severity and certainty
count. Its words may be written anew without anything having changed for the patient.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

import msgspec

from lems_guard.cohort.results import NOT_READ, Result, ToldAlert, ToldFinding, ToldOrder
from lems_guard.cohort.summary import WORST_FIRST

COMPLETE, INCOMPLETE, NOT_CHECKED = "COMPLETE", "INCOMPLETE", "NOT CHECKED"
NO_ANSWER = "no answer"
CERTAINTIES = ("POSSIBLE", "ESTABLISHED")
Level: TypeAlias = tuple[int, int]
Alerts: TypeAlias = dict[tuple[str, str], Level]


class ChangeKind(enum.StrEnum):
    """What a change is of: an alert by one rule, an order's reading, or the list as a whole."""

    GONE = "gone"
    LOWERED = "lowered"
    NEW = "new"
    RAISED = "raised"
    ORDER = "order"
    LIST = "list"


OF_ALERTS = (ChangeKind.GONE, ChangeKind.LOWERED, ChangeKind.NEW, ChangeKind.RAISED)


class ListChange(msgspec.Struct, frozen=True):
    """One thing that changes for a patient, from `before` to `after` in words.

    An alert's drug and rule are named; of an order `drug` is the caller's reference; of the list as
    a whole both are empty.
    """

    patient: str
    change: ChangeKind
    drug: str
    rule: str
    before: str
    after: str


class ComparedList(msgspec.Struct, frozen=True):
    """A list that was compared: what changes, if anything, and whether the old side answered it."""

    changes: tuple[ListChange, ...]
    had_answer: bool


def changes_of(patient: str, before: Result | None, after: Result | None) -> tuple[ListChange, ...]:
    """What changes from one answer to another; there is none where nobody with LEMS was found."""
    return (
        *_of_alerts(patient, _alerts(before), _alerts(after)),
        *_of_orders(patient, before, after),
        *_of_list(patient, before, after),
    )


def _of_alerts(patient: str, before: Alerts, after: Alerts) -> Iterator[ListChange]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old != new:
            yield ListChange(patient, _kind(old, new), *key, _words(old), _words(new))


def _kind(old: Level | None, new: Level | None) -> ChangeKind:
    if old is None or new is None:
        return ChangeKind.NEW if old is None else ChangeKind.GONE
    return ChangeKind.RAISED if new > old else ChangeKind.LOWERED


def _words(level: Level | None) -> str:
    if level is None:
        return ""
    severity, certainty = level
    possible = " (possible)" if CERTAINTIES[certainty] == "POSSIBLE" else ""
    return f"{WORST_FIRST[-severity]}{possible}"


def _alerts(result: Result | None) -> Alerts:
    """The gravest that each rule says of each drug."""
    found: Alerts = {}
    for alert, finding in _findings(result):
        key = alert.drug, finding.rule_id
        found[key] = max(found.get(key, (0, 0)), _level(finding))
    return found


def _findings(result: Result | None) -> Iterator[tuple[ToldAlert, ToldFinding]]:
    alerts = result.response.alerts if result and result.response else ()
    return ((alert, finding) for alert in alerts for finding in alert.findings)


def _level(finding: ToldFinding) -> Level:
    severity = finding.severity.removeprefix("SEVERITY_")
    certainty = finding.certainty.removeprefix("CERTAINTY_")
    return len(WORST_FIRST) - WORST_FIRST.index(severity), CERTAINTIES.index(certainty)


def _of_orders(patient: str, before: Result | None, after: Result | None) -> Iterator[ListChange]:
    """The orders that are read as other drugs, or no longer, or only now."""
    old, new = _orders(before), _orders(after)
    for own_id in sorted(old.keys() & new.keys()):
        was, now = _read_as(old[own_id]), _read_as(new[own_id])
        if was != now:
            yield ListChange(patient, ChangeKind.ORDER, own_id, "", was, now)


def _orders(result: Result | None) -> Mapping[str, ToldOrder]:
    orders: Iterable[ToldOrder] = result.response.medications if result and result.response else ()
    return {each.id: each for each in orders}


def _read_as(order: ToldOrder) -> str:
    drugs = " + ".join(sorted({each.name for each in order.ingredients}))
    if order.disposition not in NOT_READ:
        return drugs or "no drug"
    doubt = order.disposition.removeprefix("DISPOSITION_")
    return f"{doubt}: {drugs}" if drugs else doubt


def _of_list(patient: str, before: Result | None, after: Result | None) -> Iterator[ListChange]:
    was, now = _standing(before), _standing(after)
    if was != now:
        yield ListChange(patient, ChangeKind.LIST, "", "", was, now)


def _standing(result: Result | None) -> str:
    if result is None:
        return NO_ANSWER
    if result.response is None:
        return NOT_CHECKED
    return COMPLETE if result.response.is_complete else INCOMPLETE
