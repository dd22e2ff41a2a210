"""The lock: content and version move together, and no id is used twice."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from builders import row, rule
from lems_guard.cli.rules import rules_app
from lems_guard.clinical.rule import Review, Rule
from lems_guard.clinical.severity import Severity
from lems_guard.editions.library import draft_edition, edition_of, packaged_rules
from lems_guard.knowledge.lock import Locked, checked, content_of, lock_of, read_lock, written

BEFORE = rule("a", row(Severity.AVOID), rule_id="one")
MILDER = replace(BEFORE, outcomes=(row(Severity.CAUTION),))
LOCK = lock_of([BEFORE], {}, {})


@pytest.mark.parametrize(
    ("now", "problems", "warnings", "reason"),
    [
        ([BEFORE], [], [], "as it was"),
        ([MILDER], ["changed-without-version"], [], "it says something else"),
        ([replace(MILDER, version=2)], [], ["not-locked"], "and says so"),
        ([replace(BEFORE, version=0)], ["version-went-back"], [], "versions only grow"),
        ([], ["vanished-rule"], [], "a rule does not vanish without a word"),
        ([BEFORE, replace(BEFORE, id="two")], [], ["not-locked"], "a new rule"),
        ([replace(BEFORE, review=Review("reviewed", "A", "2026-11-21"))], [], [], "signed"),
        ([replace(BEFORE, file="moved.yaml")], [], [], "moved to another file"),
    ],
)
def test_rules_against_their_lock(
    now: list[Rule], problems: list[str], warnings: list[str], reason: str
) -> None:
    report = checked(now, LOCK)
    assert [each.code for each in report.problems] == problems, reason
    assert [each.code for each in report.warnings] == warnings, reason


def test_a_retired_id_is_used_up() -> None:
    lock = lock_of([], LOCK, {"one": "the label dropped it"})
    assert not checked([], lock).problems
    assert lock_of([], lock, {}) == lock
    [problem] = checked([BEFORE], lock).problems
    assert problem.code == "reused-id"
    assert "the label dropped it" in problem.message


def test_a_lock_is_read_as_it_was_written() -> None:
    lock = LOCK | {"gone": Locked("gone", 0, "", "a reason")}
    assert read_lock(written(lock)) == (lock, ())


@pytest.mark.parametrize("line", ["one", "one\ttwo\tx", "a\t1\tx\na\t2\ty", "a\tretired\t"])
def test_a_damaged_lock_is_named(line: str) -> None:
    _, problems = read_lock(f"{line}\n")
    assert {problem.code for problem in problems} == {"damaged-lock"}


def test_two_rules_with_one_content_have_one_hash() -> None:
    assert content_of(BEFORE) == content_of(replace(BEFORE, version=7))
    assert content_of(BEFORE) != content_of(MILDER)


def test_the_shipped_rules_keep_to_their_lock() -> None:
    path = packaged_rules() / "rules.lock"
    if path.is_file():
        lock, damaged = read_lock(path.read_text("utf-8"))
        assert not damaged
        rules = edition_of(draft_edition(packaged_rules())).knowledge.rules
        assert not checked(rules, lock).problems


@pytest.fixture
def run(rules: Path) -> Callable[..., Result]:
    return lambda *words: CliRunner().invoke(rules_app, [*words, "--rules", str(rules)])


def test_lock_then_change_then_lint(run: Callable[..., Result], rules: Path) -> None:
    assert run("lock").output.endswith("rules.lock: 2 rules, 2 new or moved\n")
    assert run("lint").exit_code == 0
    path = rules / "weakness" / "beta_blockers.yaml"
    path.write_text(path.read_text("utf-8").replace("severity: AVOID", "severity: MONITOR"))
    linted = run("lint")
    assert linted.exit_code == 2
    assert "rules.lock:2:1: changed-without-version" in linted.output
    assert run("lock").exit_code == 2


def test_retiring_needs_a_reason_and_a_rule_that_is_gone(
    run: Callable[..., Result], rules: Path
) -> None:
    run("lock")
    assert "no-reason" in run("lock", "--retire", "beta-blocker-weakness").output
    refused = run("lock", "--retire", "beta-blocker-weakness", "--why", "x")
    assert "is still there" in refused.output
    lock = rules / "rules.lock"
    lock.write_text(lock.read_text("utf-8") + "once\t1\tabc\n", "utf-8")
    assert "vanished-rule" in run("lint").output
    assert run("lock", "--retire", "once", "--why", "never seen").exit_code == 0
    assert "once\tretired\tnever seen" in lock.read_text("utf-8")
    assert run("lint").exit_code == 0
