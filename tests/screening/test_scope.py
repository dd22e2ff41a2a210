"""Whom and which orders a rule is for, and how complete the check was."""

import pytest

from builders import Order, findings_of, order, request, row, rule, said, screen, unresolved
from lems_guard.clinical.alert import Completeness
from lems_guard.clinical.condition import Is
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import MedicationList
from lems_guard.clinical.patient import LemsStatus, Patient
from lems_guard.clinical.severity import Jurisdiction, Severity

AVOID, CAUTION = Severity.AVOID, Severity.CAUTION
SEIZURES = Is("seizure_history", frozenset({YesNo.YES}))


@pytest.mark.parametrize(
    ("jurisdiction", "labels", "fires", "reason"),
    [
        (Jurisdiction.US, {Jurisdiction.US}, True, "its own label"),
        (Jurisdiction.CH, {Jurisdiction.US}, False, "another's label"),
        (Jurisdiction.EU, {Jurisdiction.EU, Jurisdiction.CH}, True, "one of two"),
    ],
)
def test_jurisdictions(
    jurisdiction: Jurisdiction, labels: set[Jurisdiction], fires: bool, reason: str
) -> None:
    about = rule("drug", row(AVOID), jurisdictions=frozenset(labels))
    screening = screen(request(order("drug"), jurisdiction=jurisdiction), about)
    assert bool(screening.alerts) is fires, reason


@pytest.mark.parametrize(
    ("status", "needs_lems", "fires", "reason"),
    [
        (LemsStatus.CONFIRMED, True, True, "the people this is for"),
        (LemsStatus.SUSPECTED, True, True, "H12: the same until excluded"),
        (LemsStatus.ABSENT, True, False, "H12: weakness rules fall silent"),
        (LemsStatus.ABSENT, False, True, "H12: amifampridine rules stay"),
    ],
)
def test_lems_status(status: LemsStatus, needs_lems: bool, fires: bool, reason: str) -> None:
    asked = request(order("drug"), patient=Patient(lems_status=status))
    screening = screen(asked, rule("drug", row(AVOID), needs_lems=needs_lems))
    assert bool(screening.alerts) is fires, reason
    assert bool(screening.notes) is (status is LemsStatus.ABSENT), "H12: and the answer says so"
    suspected = any(alert.summary.startswith("LEMS suspected") for alert in screening.alerts)
    assert suspected is (status is LemsStatus.SUSPECTED), reason


def test_a_rule_without_need_of_lems_says_nothing_of_suspicion() -> None:
    asked = request(order("drug"), patient=Patient(lems_status=LemsStatus.SUSPECTED))
    [alert] = screen(asked, rule("drug", row(AVOID))).alerts
    assert alert.summary == "drug: take care"


def test_contradicting_answers_are_said() -> None:
    patient = Patient(epilepsy=YesNo.YES, seizure_history=YesNo.NO)
    screening = screen(
        request(order("drug"), patient=patient), rule("drug", row(AVOID, when=SEIZURES))
    )
    assert said(screening) == [("drug", "AVOID", "ESTABLISHED")]
    assert screening.notes == (
        "Epilepsy YES and seizure history NO contradict each other: read as YES.",
    )


def test_an_ambiguous_order_is_only_possible() -> None:
    screening = screen(request(order("drug|other")), rule("drug", row(AVOID)))
    [(_, finding)] = findings_of(screening)
    assert said(screening) == [("drug", "AVOID", "POSSIBLE")]
    assert finding.missing == ("identity",)
    [gap] = screening.gaps
    assert (gap.fact, gap.worst, gap.would_change) == ("identity", AVOID, ("rule",))
    assert screening.completeness is Completeness.INCOMPLETE


def test_what_every_reading_holds_is_sure() -> None:
    bag = request(order("magnesium+bag|magnesium+other"))
    added, beside = rule("magnesium", row(AVOID)), rule("bag", row(AVOID))
    assert said(screen(bag, added)) == [("magnesium", "AVOID", "ESTABLISHED")]
    assert said(screen(bag, beside)) == [("bag", "AVOID", "POSSIBLE")]


def test_a_stopped_order_of_several_readings_is_only_possible() -> None:
    stopped = order("drug|other", MedicationList.STOPPED)
    about = rule("drug", row(CAUTION), lists=frozenset({MedicationList.STOPPED}))
    assert said(screen(request(stopped), about)) == [("drug", "CAUTION", "POSSIBLE")]


@pytest.mark.parametrize(
    ("orders", "complete", "reason"),
    [
        ([order("drug")], True, "understood"),
        ([order("drug"), order("other")], True, "recognised and unflagged is an answer"),
        ([order("drug"), unresolved()], False, "one was not understood"),
        ([order("drug"), unresolved(MedicationList.ACTIVE)], False, "an active one counts"),
        ([order("drug"), order("a|b")], False, "ambiguous is not evaluated"),
        ([order("drug"), unresolved(MedicationList.STOPPED)], True, "only current ones count"),
    ],
)
def test_completeness(orders: list[Order], complete: bool, reason: str) -> None:
    screening = screen(request(*orders), rule("drug", row(AVOID)))
    assert (screening.completeness is Completeness.COMPLETE) is complete, reason
