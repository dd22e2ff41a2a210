"""The lock: content and version move together, and no id is used twice."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from builders import rule
from lems_guard.cli.rules import rules_app
from lems_guard.clinical.rule import Review, Rule
from lems_guard.editions.library import (
    draft_edition,
    edition_of,
    packaged_rules,
    refuse_unreleased,
)
from lems_guard.knowledge.compiler import Compilation
from lems_guard.knowledge.lock import Locked, checked, lock_of, read_lock, written

BEFORE = replace(rule("a", rule_id="one"), written="said")
MILDER = replace(BEFORE, written="said otherwise")
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
        ([replace(BEFORE, review=Review("A", "pharmacist", "2026-11-21"))], [], [], "signed"),
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


SUMMARY = '    summary: "{drug}: a β-blocker can worsen weakness in LEMS"'
EVIDENCE = '{source: list, locator: page 1, grade: "1", population: LEMS, says: to be avoided}'
NAMED = f"evidence:\n  at-first: {EVIDENCE}\nrules:\n"
ONE, BOTH = {"beta-blocker-weakness"}, {"beta-blocker-weakness", "amifampridine-seizure-history"}


@pytest.mark.parametrize(
    ("edits", "changed", "reason"),
    [
        ([(SUMMARY, f"    # why\n{SUMMARY}")], set(), "a comment is not said to anybody"),
        ([("version: 1", "version: 7")], set(), "the version is what the content is held against"),
        ([("state: unreviewed, due", "state: unreviewed,\n      due")], set(), "layout"),
        ([("to be avoided", "to be\n        avoided")], set(), "a line broken elsewhere"),
        (
            [
                ("    concern: SEIZURE\n", ""),
                ("kind: patient", "kind: patient\n    concern: SEIZURE"),
            ],
            set(),
            "keys in another order",
        ),
        ([("frequency_of_harm: not available", "frequency_of_harm: 1 in 10")], BOTH, "both say it"),
        ([("to be avoided", "to be shunned")], ONE, "another word of its evidence"),
        (
            [
                ("    frequency_of_harm: not available\n", ""),
                ("rules:\n", "defaults:\n  frequency_of_harm: not available\nrules:\n"),
            ],
            set(),
            "said once for the file, it is said by each rule",
        ),
        (
            [
                ("    frequency_of_harm: not available\n", ""),
                ("rules:\n", "defaults:\n  frequency_of_harm: 1 in 10\nrules:\n"),
            ],
            BOTH,
            "a default that changes, changes every rule that takes it",
        ),
        ([(EVIDENCE, "at-first"), ("rules:\n", NAMED)], set(), "named, it says the same"),
        (
            [
                (EVIDENCE, "at-first"),
                ("rules:\n", NAMED.replace("avoided", "shunned")),
            ],
            ONE,
            "whoever uses a name says what stands under it",
        ),
    ],
)
def test_content_is_what_each_rule_says_with_what_its_file_says_once(
    tiny: Path,
    compiled: Callable[[Path], Compilation],
    edits: list[tuple[str, str]],
    changed: set[str],
    reason: str,
) -> None:
    before = _written(compiled(tiny))
    path = tiny / "weakness" / "beta_blockers.yaml"
    text = path.read_text("utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    after = _written(compiled(tiny))
    assert {rule for rule in before if before[rule] != after[rule]} == changed, reason


def _written(found: Compilation) -> dict[str, str]:
    assert found.knowledge is not None, found.problems
    return {each.id: each.written for each in found.knowledge.rules}


def test_the_shipped_rules_keep_to_their_lock() -> None:
    path = packaged_rules() / "rules.lock"
    if path.is_file():
        lock, damaged = read_lock(path.read_text("utf-8"))
        assert not damaged
        edition = edition_of(draft_edition(packaged_rules()))
        assert not checked(edition.knowledge.rules, lock).problems
        refuse_unreleased(edition, packaged_rules())


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
