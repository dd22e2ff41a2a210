"""The matrix: the worst by each route, and a mark where a condition decides."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from builders import drugs, knowledge, row, rule
from decision_tables import EYE, IN_US, ORAL, SEIZURES, requests, tables
from lems_guard.cli.rule_matrix import CODES
from lems_guard.cli.rules import rules_app
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.condition import Not
from lems_guard.clinical.medication import MedicationList
from lems_guard.clinical.route import KNOWN_ROUTES, Route
from lems_guard.clinical.rule import Outcome, Rule
from lems_guard.clinical.severity import Concern, Jurisdiction, Severity
from lems_guard.knowledge.matrix import MatrixCell, matrix_of
from lems_guard.screening.screen import RuleScreener

AVOID, CAUTION, MONITOR = Severity.AVOID, Severity.CAUTION, Severity.MONITOR
US = (Jurisdiction.US,)


@pytest.mark.parametrize(
    ("rows", "by_mouth", "reason"),
    [
        ([row(AVOID)], (AVOID, False), "always"),
        ([row(AVOID, EYE)], None, "by another route alone"),
        ([row(AVOID, when=SEIZURES)], (AVOID, True), "else silent"),
        ([row(AVOID, when=SEIZURES), row(CAUTION)], (AVOID, True), "else milder"),
        ([row(AVOID, when=SEIZURES), row(AVOID)], (AVOID, False), "said otherwise, as bad"),
        ([row(CAUTION, when=SEIZURES), row(AVOID)], (AVOID, True), "else worse"),
        ([row(CAUTION), row(AVOID, when=SEIZURES)], (CAUTION, False), "never reached"),
        ([row(AVOID, when=IN_US)], (AVOID, False), "the jurisdiction is known"),
        ([row(AVOID, when=Not(IN_US)), row(MONITOR)], (MONITOR, False), "not here"),
    ],
)
def test_a_cell_is_the_worst_of_the_rows(
    rows: list[Outcome], by_mouth: tuple[Severity, bool] | None, reason: str
) -> None:
    [*found] = matrix_of(knowledge(rule("a", *rows)), US)
    cell = found[0].cells.get(Route.ORAL) if found else None
    assert cell == (by_mouth and MatrixCell(*by_mouth)), reason


def test_which_jurisdiction_it_is_decides_like_a_condition() -> None:
    [found] = matrix_of(knowledge(rule("a", row(AVOID, when=IN_US), row(MONITOR))))
    assert found.cells[Route.ORAL] == (AVOID, True)


def test_what_a_modifier_may_raise_is_marked() -> None:
    [found] = matrix_of(knowledge(rule("a", row(CAUTION), modifiers=[SEIZURES])), US)
    assert found.cells[Route.ORAL] == (AVOID, True)


def test_the_worst_of_several_rules_counts_and_concerns_can_be_told_apart() -> None:
    rules = (
        rule(drugs("b", classes=["k"]), row(CAUTION), rule_id="one"),
        rule(drugs(classes=["k"]), row(AVOID, ORAL), rule_id="two", concern=Concern.SEIZURE),
        rule("b", row(MONITOR), rule_id="three", lists=frozenset({MedicationList.STOPPED})),
    )
    known = knowledge(*rules, classes={"k": ["a"]})
    found = {(each.name, each.stopped): each for each in matrix_of(known, US)}
    assert [(who, found[who].is_class) for who in found] == [
        (("b", False), False),
        (("b", True), False),
        (("k", False), True),
    ]
    assert found["k", False].cells[Route.ORAL] == (AVOID, False)
    assert found["k", False].cells[Route.OPHTHALMIC] == (CAUTION, False)
    [seizures] = matrix_of(known, US, Concern.SEIZURE)
    assert (seizures.name, [*seizures.cells]) == ("k", [Route.ORAL])


@given(tables(), st.lists(requests(), min_size=1, max_size=20))
def test_no_finding_is_worse_than_the_matrix_nor_other_where_nothing_decides(
    table: Rule, asked: list[ScreeningRequest]
) -> None:
    known = knowledge(table)
    for each in asked:
        [(_, understood)] = each.orders
        rows = matrix_of(known, [each.jurisdiction])
        cell = rows[0].cells.get(understood.route or Route.ORAL) if rows else None
        screening = RuleScreener().screen(each, known)
        said = [found.severity for alert in screening.alerts for found in alert.findings]
        assert all(cell is not None and severity <= cell.severity for severity in said)
        assert cell is None or cell.conditional or said == [cell.severity]


def test_every_route_has_a_code_of_its_own() -> None:
    assert CODES.keys() == KNOWN_ROUTES
    assert len(set(CODES.values())) == len(CODES)


@pytest.fixture
def ask(rules_to_read: object) -> Callable[..., Result]:
    def run(*words: str) -> Result:
        folder = ["--rules", str(rules_to_read)]
        return CliRunner().invoke(rules_app, ["matrix", *words, *folder], env={"COLUMNS": "80"})

    return run


def test_the_matrix_is_drawn(ask: Callable[..., Result]) -> None:
    drawn = ask().output
    lines = [line.rstrip() for line in drawn.splitlines()]
    assert lines[:3] == ["P I E", "O A Y", "A · A?  beta-blocker"]
    assert "Not shown: 1 single or stopped drugs (--all)." in drawn
    assert "X?X?X?  amifampridine" in ask("--all").output


def test_one_concern_and_one_jurisdiction(ask: Callable[..., Result]) -> None:
    said = json.loads(ask("--json", "--concern", "seizure", "--jurisdiction", "eu").output)
    assert [each["name"] for each in said] == ["amifampridine"]
    assert said[0]["routes"]["ORAL"] == {"severity": "CAUTION", "conditional": True}
    refused = ask("--jurisdiction", "UK")
    assert refused.exit_code == 2
    assert "no jurisdiction 'UK'" in refused.output
