"""`lems-guard rules`: what it prints and how it ends."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lems_guard.cli.rules import rules_app

RULES = Path("weakness", "beta_blockers.yaml")


@pytest.fixture
def run(rules: Path) -> Callable[..., Result]:
    """Run a command on these rules."""
    return lambda *words: CliRunner().invoke(rules_app, [*words, "--rules", str(rules)])


@pytest.fixture
def ask(rules_to_read: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command that changes nothing, on a wide screen."""
    monkeypatch.setenv("COLUMNS", "120")
    return lambda *words: CliRunner().invoke(rules_app, [*words, "--rules", str(rules_to_read)])


def misspell(rules: Path) -> None:
    path = rules / RULES
    path.write_text(path.read_text("utf-8").replace("severity: AVOID", "severity: AVIOD"), "utf-8")


def weaken(rules: Path) -> None:
    path = rules / RULES
    path.write_text(path.read_text("utf-8").replace("severity: AVOID", "severity: MONITOR"))


def test_lint_says_that_all_is_well(run: Callable[..., Result]) -> None:
    run("lock")
    result = run("lint")
    assert (result.exit_code, result.output) == (0, "2 rules, 6 cases, no problems\n")


def test_lint_names_a_file_that_an_editor_can_open(run: Callable[..., Result], rules: Path) -> None:
    misspell(rules)
    result = run("lint")
    assert result.exit_code == 2
    assert result.output.splitlines() == [
        (
            "rules/weakness/beta_blockers.yaml:26:19: wrong-value: 'severity' cannot be 'AVIOD' "
            "(did you mean 'AVOID'?)"
        ),
        "2 rules, 6 cases, 1 problem",
    ]


def test_lint_as_json(run: Callable[..., Result], rules: Path) -> None:
    misspell(rules)
    found = json.loads(run("lint", "--json").output)
    assert [problem["line"] for problem in found["problems"]] == [26]


def test_the_cases_pass(run: Callable[..., Result]) -> None:
    result = run("test")
    assert (result.exit_code, result.output) == (0, "6 cases, 0 failed\n")


def test_only_the_cases_asked_for(run: Callable[..., Result]) -> None:
    assert run("test", "seizure").output == "3 cases, 0 failed\n"
    assert run("test", "nothing").exit_code == 2


def test_a_failing_case_is_shown(run: Callable[..., Result], rules: Path) -> None:
    weaken(rules)
    result = run("test")
    assert result.exit_code == 2
    assert result.output.splitlines()[1:3] == [
        "    - expected  metoprolol  beta-blocker-weakness  AVOID  ESTABLISHED",
        "    + got       metoprolol  beta-blocker-weakness  MONITOR  ESTABLISHED",
    ]
    failed = json.loads(run("test", "--json").output)["failed"]
    assert [failure["name"] for failure in failed] == ["metoprolol by mouth"]


@pytest.mark.parametrize("command", ["test", "compile", "list"])
def test_problems_come_before_anything_else(
    run: Callable[..., Result], rules: Path, command: str
) -> None:
    misspell(rules)
    result = run(command)
    assert result.exit_code == 2
    assert "AVIOD" in result.output


def test_show_reads_like_a_page(ask: Callable[..., Result]) -> None:
    text = ask("show", "beta-blocker-weakness").output
    for words in (
        "β-blockers (metoprolol, timolol)",
        "AVOID where the route is systemic",
        "CAUTION where the route is ophthalmic",
        "one level worse  where respiratory compromise is YES: little reserve",
        "action: use the lowest strength",
        "an ACE inhibitor (lisinopril, oral)",
        "Drugs to avoid in LEMS, A reference (unknown), page 1",
        "against the rule; grade 3: case reports; carried over from myasthenia gravis",
        "not reviewed by a clinician; due 2027-11-21",
    ):
        assert words in text


def test_a_rule_can_be_read_while_a_case_of_it_fails(
    run: Callable[..., Result], rules: Path
) -> None:
    weaken(rules)
    assert "MONITOR where the route is systemic" in run("show", "beta-blocker-weakness").output


def test_show_as_json_names_everything(ask: Callable[..., Result]) -> None:
    found = json.loads(ask("show", "amifampridine-seizure-history", "--json").output)
    assert found["concern"] == "SEIZURE"
    assert found["outcomes"][0]["when"] == "jurisdiction is US and seizure history is YES"


def test_show_suggests_a_near_id(ask: Callable[..., Result]) -> None:
    result = ask("show", "beta-bloker-weakness")
    assert result.exit_code == 2
    assert "(did you mean 'beta-blocker-weakness'?)" in result.stderr


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ((), ["amifampridine-seizure-history", "beta-blocker-weakness"]),
        (("--concern", "SEIZURE"), ["amifampridine-seizure-history"]),
        (("--severity", "avoid"), ["beta-blocker-weakness"]),
        (("--class", "beta-blocker"), ["beta-blocker-weakness"]),
        (("--ingredient", "timolol"), ["beta-blocker-weakness"]),
        (("--ingredient", "timolol", "--concern", "SEIZURE"), []),
    ],
)
def test_list_filters(
    ask: Callable[..., Result], filters: tuple[str, ...], expected: list[str]
) -> None:
    assert [rule["id"] for rule in json.loads(ask("list", "--json", *filters).output)] == expected
    lines = ask("list", *filters).output.splitlines()
    listed = [line for line in lines if line.startswith("  ")]
    assert sorted(line.split()[0] for line in listed) == expected, "a line for each rule"


@pytest.mark.parametrize(
    "filters",
    [("--concern", "SEIZURES"), ("--class", "beta"), ("--ingredient", "tim"), ("--severity", "x")],
)
def test_list_refuses_what_it_does_not_know(
    ask: Callable[..., Result], filters: tuple[str, ...]
) -> None:
    assert ask("list", *filters).exit_code == 2


def test_compile_writes_the_file_that_a_start_reads(
    run: Callable[..., Result], rules: Path
) -> None:
    result = run("compile")
    assert result.exit_code == 0
    assert result.output.startswith("rules/.compiled/knowledge.bin: edition 2026.11.0, 2 rules, ")
    assert (rules / ".compiled" / "knowledge.bin").is_file()


def test_compile_writes_nothing_when_a_case_fails(run: Callable[..., Result], rules: Path) -> None:
    weaken(rules)
    assert run("compile").exit_code == 2
    assert not (rules / ".compiled").exists()
