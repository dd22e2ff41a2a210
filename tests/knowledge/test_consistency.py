"""What only shows when rules are read side by side."""

import datetime
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builders import drugs, knowledge, row, rule
from lems_guard.cli.rule_remarks import remarks_on
from lems_guard.cli.rules import rules_app
from lems_guard.clinical.condition import Is
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import Review, Rule, RuleKind
from lems_guard.clinical.severity import Concern, Jurisdiction, Severity
from lems_guard.editions.library import draft_edition, edition_of, packaged_rules
from lems_guard.knowledge.consistency import contradictions, overdue, unreviewed

AVOID, CAUTION = Severity.AVOID, Severity.CAUTION
SEIZURES = Is("seizure_history", frozenset({YesNo.YES}))
EU_ONLY = frozenset({Jurisdiction.EU})


def other(**changes: object) -> Rule:
    return replace(rule("a", row(CAUTION), rule_id="other"), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("second", "found", "reason"),
    [
        (other(), True, "two severities for one drug, route and concern"),
        (other(outcomes=(row(AVOID),)), False, "the same severity"),
        (other(concern=Concern.SEIZURE), False, "another concern"),
        (other(kind=RuleKind.PATIENT), False, "another kind"),
        (other(drugs=drugs("b")), False, "another drug"),
        (other(drugs=drugs(classes=["k"], excepted=["a"])), False, "except this drug"),
        (other(drugs=drugs(classes=["k"])), True, "by its class"),
        (other(outcomes=(row(CAUTION, [Route.INHALED]),)), True, "on one route"),
        (other(outcomes=(row(CAUTION, when=SEIZURES),)), False, "only in some patients"),
    ],
)
def test_contradictions(second: Rule, found: bool, reason: str) -> None:
    known = knowledge(rule("a", row(AVOID), rule_id="one"), second, classes={"k": ["a", "b"]})
    assert bool(list(contradictions(known))) is found, reason


def test_rules_of_different_places_do_not_contradict() -> None:
    one = rule("a", row(AVOID), rule_id="one", jurisdictions=frozenset({Jurisdiction.US}))
    assert not list(contradictions(knowledge(one, other(jurisdictions=EU_ONLY))))


def test_a_review_is_due_by_the_day_that_is_given() -> None:
    known = knowledge(replace(other(), review=Review(due="2027-11-21")))
    assert not list(overdue(known, datetime.date(2027, 11, 21)))
    [problem] = overdue(known, datetime.date(2027, 11, 22))
    assert problem.message == "to be looked at again: 'other' since 2027-11-21"


def test_a_site_may_want_every_rule_signed(tmp_path: Path) -> None:
    signed = replace(other(), review=Review("Dr A", "pharmacist", "2026-11-21", "2027-11-21"))
    assert not list(unreviewed(knowledge(signed)))
    late = datetime.date(2028, 1, 1)
    lax = remarks_on(knowledge(signed), tmp_path, None, late, signed=False)
    strict = remarks_on(knowledge(signed), tmp_path, None, late, signed=True)
    assert {each.code for each in lax.warnings} == {"review-due", "not-locked"}
    assert lax.problems == ()
    assert [each.code for each in strict.problems] == ["review-due"]
    assert {each.code for each in strict.warnings} == {"not-locked"}


def test_lint_can_require_reviews(rules: Path) -> None:
    run = CliRunner().invoke
    result = run(rules_app, ["lint", "--require-reviewed", "--rules", str(rules)])
    assert result.exit_code == 2
    assert "unreviewed: 'beta-blocker-weakness' has not been reviewed" in result.output


def test_lint_names_a_drug_that_no_order_reaches(rules: Path) -> None:
    for table in ("names.tsv", "brands.tsv"):
        names = rules / "vocabulary" / table
        lines = names.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if line.split("\t")[1] != "timolol"]
        assert len(kept) < len(lines)
        names.write_text("".join(kept), "utf-8")
    result = CliRunner().invoke(rules_app, ["lint", "--rules", str(rules)])
    assert result.exit_code == 2
    assert "classes/beta_blockers.yaml:2:5: unreached-drug: no order reaches 'timolol'" in (
        result.output
    )


def test_lint_reads_an_overlay(rules: Path) -> None:
    path = rules.parent / "site.yaml"
    path.write_text("overlay:\n  - {rule: x, off: true, who: A, reason: r, expires: 2020-01-01}\n")
    words = ["lint", "--rules", str(rules), "--overlay", str(path)]
    result = CliRunner().invoke(rules_app, words)
    assert result.exit_code == 2
    assert "site.yaml:2:12: unknown-rule" in result.output
    path.write_text(path.read_text("utf-8").replace("rule: x", "rule: beta-blocker-weakness"))
    result = CliRunner().invoke(rules_app, words)
    assert result.exit_code == 0
    assert "site.yaml:2:5: expired" in result.output


def test_the_shipped_rules_agree_with_each_other() -> None:
    known = edition_of(draft_edition(packaged_rules())).knowledge
    found = list(contradictions(known))
    assert not found, "\n".join(map(str, found))
    assert not list(overdue(known, datetime.date(2026, 11, 21)))
