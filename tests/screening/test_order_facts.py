"""Facts that set an order beside others: frequency, steps of dose, partners; and what it is for."""

import math

import pytest

from builders import (
    Order,
    findings_of,
    knowledge,
    order,
    request,
    row,
    rule,
    said,
    screen,
)
from lems_guard.clinical.condition import Between, Is
from lems_guard.clinical.facts import Elsewhere, FactValue, Interval, Unknown, YesNo
from lems_guard.clinical.indication import Use
from lems_guard.clinical.medication import MedicationList, Phase
from lems_guard.clinical.rule import Rule, RuleKind, WhenUnknown
from lems_guard.clinical.severity import Concern, Severity
from lems_guard.screening.situation import Situation

PROPOSED, ACTIVE, STOPPED = MedicationList
START, CONTINUE = Phase
AVOID, CAUTION = Severity.AVOID, Severity.CAUTION


def fact(name: str, *orders: Order) -> FactValue:
    """One fact of the first exposure."""
    situation = Situation(request(*orders), knowledge())
    return situation.facts_of(situation.exposures[0])[name]


@pytest.mark.parametrize(
    ("sent", "per_day", "reason"),
    [
        (order("a", per_day=3), Interval(3, 3), "as sent"),
        (order("a"), Unknown(("doses_per_day",)), "not said"),
        (
            order("a", per_day=3, as_needed=YesNo.YES),
            Unknown(("expected_daily_maximum",)),
            "three times a day if needed is anything up to that, and more has been seen",
        ),
    ],
)
def test_doses_per_day(sent: Order, per_day: FactValue, reason: str) -> None:
    assert fact("doses_per_day", sent) == per_day, reason


def daily(mg: float | None, where: MedicationList, what: str = "a", name: str = "") -> Order:
    return order(what, where, medication_id=name, mg=mg, per_day=1)


@pytest.mark.parametrize(
    ("orders", "step", "reason"),
    [
        ([daily(30, PROPOSED), daily(20, ACTIVE)], Interval(10, 10), "10 mg a day more"),
        ([daily(20, PROPOSED), daily(30, ACTIVE)], Interval(-10, -10), "less"),
        ([daily(30, PROPOSED)], Interval(0, 0), "a start is no step"),
        ([daily(30, ACTIVE)], Interval(0, 0), "nothing changes"),
        (
            [daily(30, PROPOSED, name="1"), daily(5, PROPOSED, name="2"), daily(20, ACTIVE)],
            Interval(15, 15),
            "split doses count together",
        ),
        (
            [daily(30, PROPOSED), daily(None, ACTIVE)],
            Interval(-math.inf, 30, (Elsewhere("dose", frozenset({1})),)),
            "at most 30 mg more; the dose of the active order is asked for",
        ),
        (
            [daily(30, PROPOSED), daily(20, ACTIVE, "a|b")],
            Interval(0, 30, (Elsewhere("identity", frozenset({1})),)),
            "a start, if the active order is another drug",
        ),
        ([daily(30, PROPOSED), daily(20, STOPPED)], Interval(0, 0), "begun again: a start"),
    ],
)
def test_the_step_from_the_active_dose(orders: list[Order], step: Interval, reason: str) -> None:
    assert fact("dose_step_mg", *orders) == step, reason


SSRI = rule(
    "sertraline",
    row(CAUTION, when=Is("partner_phase", frozenset({START}))),
    row(Severity.MONITOR),
    kind=RuleKind.INTERACTION,
    concern=Concern.SEIZURE,
    partners="amifampridine",
)


def amifampridine(
    phase: Phase | None, where: MedicationList = PROPOSED, what: str = "amifampridine"
) -> Order:
    return order(what, where, medication_id=f"{where.name} {what} {phase}", phase=phase)


@pytest.mark.parametrize(
    ("partners", "found", "reason"),
    [
        ([amifampridine(START)], "CAUTION ESTABLISHED", "it is the other drug that starts"),
        ([amifampridine(CONTINUE)], "MONITOR ESTABLISHED", "nothing is new"),
        ([amifampridine(None, ACTIVE)], "MONITOR ESTABLISHED", "active orders go on"),
        ([amifampridine(None)], "CAUTION POSSIBLE", "nobody said"),
        (
            [amifampridine(CONTINUE, ACTIVE), amifampridine(START)],
            "CAUTION ESTABLISHED",
            "one of two starts",
        ),
        (
            [
                amifampridine(START, what="amifampridine|amantadine"),
                amifampridine(CONTINUE, ACTIVE),
            ],
            "CAUTION POSSIBLE",
            "the order that starts may be of another drug",
        ),
    ],
)
def test_the_phase_of_the_partner(partners: list[Order], found: str, reason: str) -> None:
    asked = request(order("sertraline", ACTIVE), *partners)
    assert said(screen(asked, SSRI)) == [("sertraline", *found.split())], reason


def test_an_unknown_phase_of_a_partner_is_asked_of_its_order() -> None:
    start = row(CAUTION, when=SSRI.outcomes[0].when, unknown=WhenUnknown.GAP)
    asking = rule("sertraline", start, kind=RuleKind.INTERACTION, partners="amifampridine")
    asked = request(order("sertraline", ACTIVE), amifampridine(None))
    [gap] = screen(asked, asking).gaps
    assert (gap.fact, gap.medication_ids) == ("phase", ("PROPOSED amifampridine None",))


def over(fact_name: str) -> Rule:
    limit = row(AVOID, when=Between(fact_name, above=100), unknown=WhenUnknown.GAP)
    return rule("a", limit, kind=RuleKind.DOSE, concern=Concern.DOSE)


@pytest.mark.parametrize(
    ("orders", "fact_name", "asked", "reason"),
    [
        (
            [daily(60, PROPOSED), daily(None, ACTIVE)],
            "dose",
            ("active a",),
            "the dose of the proposed order is known",
        ),
        (
            [daily(None, PROPOSED), daily(None, ACTIVE)],
            "dose",
            ("active a", "proposed a"),
            "neither is known",
        ),
        (
            [order("a", mg=60, per_day=1), order("a", ACTIVE, mg=60, as_needed=YesNo.YES)],
            "expected_daily_maximum",
            ("active a",),
            "the order that is taken as needed",
        ),
        (
            [daily(60, PROPOSED), daily(60, ACTIVE, "a|b")],
            "identity",
            ("active a|b",),
            "the ambiguous order, not the clear one",
        ),
    ],
)
def test_a_gap_in_a_sum_names_the_orders_that_leave_it_open(
    orders: list[Order], fact_name: str, asked: tuple[str, ...], reason: str
) -> None:
    [gap] = screen(request(*orders), over("combined_daily_dose_mg")).gaps
    assert gap.fact == fact_name, reason
    assert tuple(sorted(gap.medication_ids)) == asked, reason


def test_what_a_drug_is_for_changes_what_is_said() -> None:
    eclampsia = Is("indication", frozenset({Use.ECLAMPSIA}))
    magnesium = rule("magnesium", row(AVOID, when=eclampsia), row(AVOID))
    for use, expected in ((Use.ECLAMPSIA, 0), (Use.OTHER, 1)):
        screening = screen(request(order("magnesium", use=use)), magnesium)
        [(_, finding)] = findings_of(screening)
        assert finding.outcome is magnesium.outcomes[expected]
        assert not finding.missing
    [(_, finding)] = findings_of(screen(request(order("magnesium")), magnesium))
    assert finding.missing == ("indication",)
