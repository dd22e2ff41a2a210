"""Stopped drugs: what their end or their residue does, and when that is no end at all."""

import pytest

from builders import (
    AS_OF,
    Order,
    drugs,
    knowledge,
    order,
    request,
    row,
    rule,
    said,
    screen,
    unresolved,
)
from lems_guard.clinical.alert import Completeness
from lems_guard.clinical.medication import MedicationList
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import RuleKind
from lems_guard.clinical.severity import Concern, Severity
from lems_guard.screening.screen import STOPPED_UNKNOWN

PROPOSED, ACTIVE, STOPPED = MedicationList
WITHDRAWAL = rule(
    "baclofen",
    row(Severity.CAUTION),
    kind=RuleKind.STOP,
    concern=Concern.ABRUPT_STOP,
    lists=frozenset({STOPPED}),
)


@pytest.mark.parametrize(
    ("others", "found", "reason"),
    [
        ([], ["CAUTION ESTABLISHED"], "stopped"),
        ([order("lisinopril")], ["CAUTION ESTABLISHED"], "another drug does not replace it"),
        ([order("baclofen")], [], "a new dose is no stop"),
        ([order("baclofen", ACTIVE)], [], "nor is the end of one of two orders"),
        ([order("baclofen+x")], [], "nor a combination that holds it"),
        ([order("baclofen|x")], ["CAUTION POSSIBLE"], "whether it goes on is not known"),
        ([order("baclofen|x"), order("baclofen", ACTIVE)], [], "it does, by the other order"),
    ],
)
def test_a_drug_that_goes_on_was_not_stopped(
    others: list[Order], found: list[str], reason: str
) -> None:
    screening = screen(request(order("baclofen", STOPPED, stopped_on=AS_OF), *others), WITHDRAWAL)
    assert [f"{severity} {sure}" for _, severity, sure in said(screening)] == found, reason


LIKE = knowledge(
    rule(
        drugs(classes=["β"]),
        row(Severity.CAUTION, [Route.ORAL]),
        kind=RuleKind.STOP,
        concern=Concern.ABRUPT_STOP,
        lists=frozenset({STOPPED}),
    ),
    classes={"β": ["metoprolol", "bisoprolol", "timolol"], "other": ["metoprolol", "lisinopril"]},
)


@pytest.mark.parametrize(
    ("beside", "found", "reason"),
    [
        (order("lisinopril"), 1, "a class that the rule does not name makes nothing alike"),
        (order("bisoprolol"), 0, "one of the class goes on"),
        (order("bisoprolol", ACTIVE), 0, "or was taken besides"),
        (order("timolol", route=Route.OPHTHALMIC), 1, "eye drops are no substitute"),
        (order("bisoprolol|x"), 1, "which drug it is is not sure"),
    ],
)
def test_what_its_like_replaces_was_not_stopped(beside: Order, found: int, reason: str) -> None:
    stopped = order("metoprolol", STOPPED, stopped_on=AS_OF)
    assert len(said(screen(request(stopped, beside), LIKE))) == found, reason


def test_a_stopped_order_that_nobody_understood_is_told() -> None:
    screening = screen(request(order("lisinopril"), unresolved(STOPPED)), WITHDRAWAL)
    assert screening.notes == (STOPPED_UNKNOWN,)
    assert screening.completeness is Completeness.COMPLETE
    assert not screen(request(order("lisinopril"), order("baclofen", STOPPED)), WITHDRAWAL).notes
