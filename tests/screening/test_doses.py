"""Facts of an order: its doses, phase and date of stopping."""

import contextlib
import datetime
import math

import pytest

from builders import (
    AS_OF,
    Order,
    asked_for,
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
from lems_guard.clinical.dose import Dose
from lems_guard.clinical.fact_table import FACTS
from lems_guard.clinical.facts import Elsewhere, Facts, FactValue, Interval, Unknown, YesNo
from lems_guard.clinical.medication import MedicationList, Phase
from lems_guard.clinical.rule import Outcome, Rule, RuleKind, WhenUnknown
from lems_guard.clinical.severity import Concern, Severity
from lems_guard.screening.situation import Situation

PROPOSED, ACTIVE, STOPPED = MedicationList
START, CONTINUE = Phase
AVOID = Severity.AVOID
OPEN = math.inf


def facts(*orders: Order) -> dict[str, Facts]:
    """The facts of every exposure, by the id of its order and its ingredient."""
    situation = Situation(request(*orders), knowledge())
    return {
        f"{situation.order_of(exposure).id}: {exposure.ingredient.name}": situation.facts_of(
            exposure
        )
        for exposure in situation.exposures
    }


def fact(name: str, *orders: Order) -> FactValue:
    """One fact of the first exposure."""
    return next(iter(facts(*orders).values()))[name]


def amifampridine(
    mg: float | None = 20,
    per_day: float | None = 3,
    medication_list: MedicationList = PROPOSED,
    *,
    name: str = "",
    as_needed: YesNo | None = None,
    phase: Phase | None = None,
) -> Order:
    return order(
        "amifampridine",
        medication_list,
        medication_id=name,
        mg=mg,
        per_day=per_day,
        as_needed=as_needed,
        phase=phase,
    )


@pytest.mark.parametrize(
    ("sent", "single", "daily", "reason"),
    [
        (amifampridine(20, 3), Interval(20, 20), Interval(60, 60), "20 mg three times a day"),
        (
            amifampridine(None, 3),
            Unknown(("dose",)),
            Interval(0, OPEN, ("dose",)),
            "no dose sent: open upwards",
        ),
        (
            amifampridine(20, None),
            Interval(20, 20),
            Interval(0, OPEN, ("doses_per_day",)),
            "H5: no frequency: the single dose is still judged",
        ),
        (
            amifampridine(20, 3, as_needed=YesNo.YES),
            Interval(20, 20),
            Interval(0, OPEN, ("expected_daily_maximum",)),
            "H5: as needed: likewise, and nobody asks again how often",
        ),
        (
            amifampridine(20, 3, as_needed=YesNo.NO),
            Interval(20, 20),
            Interval(60, 60),
            "stated to be scheduled",
        ),
        (
            amifampridine(None, None),
            Unknown(("dose",)),
            Interval(0, OPEN, ("dose", "doses_per_day")),
            "neither sent: both asked for",
        ),
        (
            order("drug", dose=Dose(2, "drops"), per_day=2),
            Unknown(("dose",)),
            Interval(0, OPEN, ("dose",)),
            "drops are no mass",
        ),
        (
            order("drug+other", mg=50, per_day=2),
            Unknown(("dose",)),
            Interval(0, OPEN, ("dose",)),
            "the dose of a combination says nothing of its parts",
        ),
    ],
)
def test_doses(sent: Order, single: FactValue, daily: FactValue, reason: str) -> None:
    assert fact("single_dose_mg", sent) == single, reason
    assert fact("daily_dose_mg", sent) == daily, reason


@pytest.mark.parametrize(
    ("orders", "daily", "combined", "reason"),
    [
        (
            [amifampridine(20, 2, name="1"), amifampridine(10, 1, name="2")],
            Interval(50, 50),
            Interval(50, 50),
            "H3: a split regimen is one",
        ),
        (
            [amifampridine(20, 4), amifampridine(20, 3, ACTIVE)],
            Interval(80, 80),
            Interval(140, 140),
            "H3: a renewal, and what it were if the old order went on",
        ),
        (
            [amifampridine(20, 4), amifampridine(20, 4, STOPPED)],
            Interval(80, 80),
            Interval(80, 80),
            "what was stopped is not taken",
        ),
        (
            [amifampridine(30, 4, name="1"), amifampridine(20, None, name="2")],
            Interval(120, OPEN, (Elsewhere("doses_per_day", frozenset({1})),)),
            Interval(120, OPEN, (Elsewhere("doses_per_day", frozenset({1})),)),
            "the known part is the least it can be",
        ),
        (
            [
                amifampridine(20, 3, name="1"),
                order("amifampridine|amantadine", medication_id="2", mg=20, per_day=3),
            ],
            Interval(60, 120, (Elsewhere("identity", frozenset({1})),)),
            Interval(60, 120, (Elsewhere("identity", frozenset({1})),)),
            "an order that may be another drug may add nothing",
        ),
        (
            [
                order("amifampridine|amantadine", medication_id="1", mg=20, per_day=3),
                amifampridine(20, 2, name="2"),
            ],
            Interval(100, 100),
            Interval(100, 100),
            "if it is this drug, then its own dose counts",
        ),
    ],
)
def test_daily_doses_add_up(
    orders: list[Order], daily: Interval, combined: Interval, reason: str
) -> None:
    assert fact("daily_dose_mg", *orders) == daily, reason
    assert fact("combined_daily_dose_mg", *orders) == combined, reason


def dose_rule(*rows: Outcome) -> Rule:
    return rule("amifampridine", *rows, kind=RuleKind.DOSE, concern=Concern.DOSE)


OVER = row(AVOID, when=Between("daily_dose_mg", above=100))
OVER_OR_ASK = row(AVOID, when=OVER.when, unknown=WhenUnknown.GAP)


@pytest.mark.parametrize(
    ("orders", "found", "gaps", "reason"),
    [
        ([amifampridine(20, 5)], [], {}, "100 mg is the US maximum"),
        ([amifampridine(20, 6)], ["AVOID ESTABLISHED"], {}, "120 mg is over it"),
        ([amifampridine(20, None)], [], {"doses_per_day": "AVOID"}, "H5: a gap"),
        (
            [amifampridine(30, 4, name="1"), amifampridine(20, None, name="2")],
            ["AVOID ESTABLISHED"],
            {},
            "over it whatever the second order adds",
        ),
        (
            [amifampridine(20, 3), amifampridine(40, 4, ACTIVE)],
            [],
            {},
            "H3: only the proposed dose is judged",
        ),
        (
            [amifampridine(20, 6), amifampridine(20, 3, ACTIVE)],
            ["AVOID ESTABLISHED"],
            {},
            "H3: the new dose is too much",
        ),
        ([amifampridine(40, 4, ACTIVE)], ["AVOID ESTABLISHED"], {}, "no renewal: judged"),
        (
            [order("amifampridine|amantadine", mg=20, per_day=3), amifampridine(40, 4, ACTIVE)],
            ["AVOID POSSIBLE"],
            {},
            "what may be no renewal cannot silence the active order",
        ),
        (
            [amifampridine(20, 3), order("amifampridine|amantadine", mg=20, per_day=3)],
            ["AVOID POSSIBLE"],
            {"identity": "AVOID"},
            "too much only if the other order is this drug too",
        ),
    ],
)
def test_a_daily_limit(
    orders: list[Order], found: list[str], gaps: dict[str, str], reason: str
) -> None:
    screening = screen(request(*orders), dose_rule(OVER_OR_ASK))
    assert [f"{severity} {sure}" for _, severity, sure in said(screening)] == found, reason
    assert asked_for(screening) == gaps, reason


@pytest.mark.parametrize(
    ("proposed", "active", "together", "reason"),
    [
        (amifampridine(20, 3), [(20, 3)], 60, "an equal order renews the old one"),
        (amifampridine(20, 4), [(20, 3)], 140, "another dose: both may run"),
        (amifampridine(20, 3), [(20, 3), (20, 3)], 120, "one order renews one"),
        (amifampridine(20, 4, phase=CONTINUE), [(20, 3)], 80, "sent as going on"),
        (amifampridine(20, 4, phase=START), [(20, 3)], 140, "sent as a start"),
    ],
)
def test_a_renewal_adds_nothing(
    proposed: Order, active: list[tuple[float, float]], together: float, reason: str
) -> None:
    taken = [
        order("amifampridine", ACTIVE, mg=mg, per_day=per_day, medication_id=f"active {place}")
        for place, (mg, per_day) in enumerate(active)
    ]
    assert fact("combined_daily_dose_mg", proposed, *taken) == Interval(together, together), reason


def test_a_row_without_gap_is_possible() -> None:
    screening = screen(request(amifampridine(20, None)), dose_rule(OVER))
    [(_, finding)] = findings_of(screening)
    assert said(screening) == [("amifampridine", "AVOID", "POSSIBLE")]
    assert finding.missing == ("doses_per_day",)


LAST_YEAR = AS_OF - datetime.timedelta(days=365)


def phase_of(orders: list[Order]) -> FactValue:
    return next(iter(facts(*orders).values()))["phase"]


@pytest.mark.parametrize(
    ("orders", "phase", "reason"),
    [
        ([order("a", phase=START)], START, "as sent"),
        ([order("a", phase=START), order("a", ACTIVE)], START, "as sent, whatever else"),
        ([order("a")], None, "a new order, or one from elsewhere"),
        ([order("a"), order("a", ACTIVE)], CONTINUE, "a renewal"),
        ([order("a"), order("a", STOPPED)], CONTINUE, "stop and new in one request: a change"),
        ([order("a"), order("a", STOPPED, stopped_on=AS_OF)], CONTINUE, "the same day"),
        ([order("a"), order("a", STOPPED, stopped_on=LAST_YEAR)], None, "begun again after a year"),
        ([order("a", ACTIVE)], CONTINUE, "taken already"),
        ([order("a|b", ACTIVE)], CONTINUE, "if it is this drug, then it is taken already"),
        ([order("a"), order("a|b", ACTIVE)], None, "whether it is taken is not known"),
        ([order("a", STOPPED), order("a", ACTIVE, phase=START)], START, "the active one first"),
    ],
)
def test_phase(orders: list[Order], phase: Phase | None, reason: str) -> None:
    assert phase_of(orders) == phase, reason


def test_the_days_since_a_drug_was_stopped() -> None:
    stopped = order("botulinum toxin", STOPPED, stopped_on=AS_OF - datetime.timedelta(days=112))
    assert fact("days_since_stopped", stopped) == Interval(112, 112)
    assert fact("days_since_stopped", order("a", STOPPED)) == Unknown(("stopped_on",))


def test_a_stopped_drug_speaks_only_to_rules_of_that_list() -> None:
    recent = row(Severity.CAUTION, when=Between("days_since_stopped", at_most=112))
    stop = rule("a", recent, kind=RuleKind.STOP, lists=frozenset({STOPPED}))
    dated = order("a", STOPPED, stopped_on=AS_OF)
    assert said(screen(request(dated), stop)) == [("a", "CAUTION", "ESTABLISHED")]
    assert said(screen(request(order("a", STOPPED)), stop)) == [("a", "CAUTION", "POSSIBLE")]
    assert not said(screen(request(order("a")), stop))
    assert not said(screen(request(order("a", STOPPED)), rule("a", row(AVOID))))


def test_facts_of_an_order_are_read_by_rules() -> None:
    starts = row(AVOID, when=Is("phase", frozenset({START})))
    asked = request(order("a", phase=START), order("b", ACTIVE, phase=CONTINUE))
    assert said(screen(asked, knowledge(rule("a", starts), rule("b", starts, rule_id="b")))) == [
        ("a", "AVOID", "ESTABLISHED")
    ]


def test_every_fact_is_in_the_table_and_so_is_every_question() -> None:
    [lazy] = facts(order("a", mg=None)).values()
    found = {}
    for name in FACTS:
        with contextlib.suppress(KeyError):
            found[name] = lazy[name]
    assert lazy.keys() == found.keys()
    as_needed = fact("doses_per_day", order("a", as_needed=YesNo.YES))
    values = [*found.values(), as_needed]
    roots = {root for value in values for root in getattr(value, "roots", ())}
    assert roots == {"dose", "doses_per_day", "expected_daily_maximum", "stopped_on"}
    asked_only = roots - {"doses_per_day"} | {"route", "identity"}
    assert asked_only == FACTS.keys() - found.keys()
