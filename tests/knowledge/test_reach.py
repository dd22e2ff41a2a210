"""Rows that can never count are found, and no row is called so that can."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import knowledge, row, rule
from decision_tables import (
    EPILEPSY,
    EYE,
    IN_US,
    NOT_ASKED,
    ORAL,
    SEIZURES,
    requests,
    tables,
)
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.condition import All, Between, Condition, Either, Is, Not
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Certainty, Jurisdiction, Severity
from lems_guard.editions.library import browse_edition, packaged_rules
from lems_guard.knowledge.conditions import facts_read
from lems_guard.knowledge.reach import always_holds, is_reached, may_hold
from lems_guard.screening.screen import RuleScreener

OLD, OLDER = Between("age_years", above=60), Between("age_years", above=80)


@pytest.mark.parametrize(
    ("above", "below", "reached", "reason"),
    [
        ((None, OLD), (None, OLDER), False, "who is above 80 is above 60"),
        ((None, OLDER), (None, OLD), True, "who is 70 is left"),
        ((None, Not(OLDER)), (None, OLD), True, "who is above 80, not 70, is left"),
        ((ORAL, OLD), (None, OLDER), True, "by every other route"),
        ((ORAL, OLD), (ORAL, OLDER), False, "by the same route"),
        ((EYE, None), (EYE, OLD), False, "the row above takes the route whole"),
        ((None, SEIZURES), (None, All((SEIZURES, EPILEPSY))), False, "the stricter one comes late"),
        ((None, All((SEIZURES, EPILEPSY))), (None, SEIZURES), True, "the laxer one comes late"),
        ((None, Not(SEIZURES)), (None, None), True, "who had one, or is not asked"),
        ((None, Either((IN_US, Not(IN_US)))), (None, SEIZURES), False, "every jurisdiction"),
        ((None, NOT_ASKED), (None, None), True, "an accepted unknown lets the next row be read"),
        (
            (None, All((SEIZURES, Not(NOT_ASKED)))),
            (None, SEIZURES),
            True,
            "only when known, then when it is not: the one way to be silent of an unknown",
        ),
    ],
)
def test_a_row_is_reached_where_the_rows_above_leave_it_something(
    above: tuple[frozenset[Route] | None, Condition | None],
    below: tuple[frozenset[Route] | None, Condition | None],
    reached: bool,
    reason: str,
) -> None:
    table = rule("a", *(row(Severity.CAUTION, *each) for each in (above, below)))
    assert is_reached(1, table) is reached, reason


@pytest.mark.parametrize(
    ("condition", "holds", "always", "reason"),
    [
        (All((OLD, Not(OLD))), False, False, "a contradiction"),
        (Either((SEIZURES, Not(SEIZURES))), True, True, "yes or no"),
        (Not(NOT_ASKED), True, False, "an unknown is refused: it asks for what is known"),
        (Between("age_years", below=0), False, False, "nobody is younger than nothing"),
        (Between("dose_step_mg", below=0), True, False, "a dose may be lowered"),
        (Is("lems_status", frozenset()), False, False, "nothing is named"),
        (Is("jurisdiction", frozenset({Jurisdiction.CH})), False, False, "not one of the rule's"),
        (Is("jurisdiction", frozenset({Jurisdiction.US, Jurisdiction.EU})), True, True, "all"),
    ],
)
def test_a_condition_can_hold_and_can_fail(
    condition: Condition,
    holds: bool,
    always: bool,
    reason: str,
) -> None:
    places = frozenset({Jurisdiction.US, Jurisdiction.EU})
    about = rule("a", row(Severity.CAUTION), jurisdictions=places)
    assert (may_hold(condition, about), always_holds(condition, about)) == (holds, always), reason


@given(tables(), st.lists(requests(), min_size=1, max_size=30))
def test_a_row_that_counts_is_never_called_unreachable(
    table: Rule, asked: list[ScreeningRequest]
) -> None:
    known = knowledge(table)
    for each in asked:
        for alert in RuleScreener().screen(each, known).alerts:
            for finding in alert.findings:
                if finding.certainty is Certainty.ESTABLISHED:
                    assert is_reached(int(finding.outcome.advice.action), table)


WITH_A_FOURTH = """
import sys, types
from importlib.util import find_spec
spec = find_spec("lems_guard.clinical.severity")
source = open(spec.origin, encoding="utf-8").read()
assert source.count("    CH = 3\\n") == 1
module = types.ModuleType(spec.name)
sys.modules[spec.name] = module
exec(source.replace("    CH = 3\\n", "    CH = 3\\n    JP = 4\\n"), module.__dict__)
from lems_guard.editions.library import packaged_rules
from lems_guard.knowledge.compiler import compile_rules
for problem in compile_rules(packaged_rules(), None).problems:
    print(problem.code, problem.message.split(":")[0], sep="; ")
"""


def test_a_fourth_jurisdiction_is_asked_of_every_rule_that_tells_them_apart() -> None:
    """Rather than falling silent there: 23 of the rules, when this was written."""
    rules = browse_edition(packaged_rules()).knowledge.rules
    telling = [
        each.id
        for each in rules
        if any("jurisdiction" in facts_read(line.when) for line in each.outcomes if line.when)
        and each.jurisdictions == frozenset(Jurisdiction)
    ]
    assert telling
    run = subprocess.run(
        [sys.executable, "-c", WITH_A_FOURTH], capture_output=True, text=True, check=True
    )
    said = run.stdout.splitlines()
    assert said == ["forgotten-jurisdiction; no row is for JP"] * len(telling)
