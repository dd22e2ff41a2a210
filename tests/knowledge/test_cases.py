"""Cases fail when they must: on anything unexpected, anything missing, anything not understood."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lems_guard.knowledge.cases import Understand, run_suites
from lems_guard.knowledge.compiler import Compilation

AVOID = "{drug: metoprolol, severity: AVOID}"


@pytest.fixture
def failures(
    tiny: Path, compiled: Callable[[Path], Compilation], understand: Understand
) -> Callable[[str, str], list[str]]:
    """The differences that an edit of the case file causes."""

    def run(replace: str, by: str) -> list[str]:
        path = tiny / "weakness" / "beta_blockers_test.yaml"
        before = path.read_text("utf-8")
        assert before.count(replace) == 1 or not replace
        path.write_text(before.replace(replace, by) if replace else before, "utf-8")
        found = compiled(tiny)
        assert found.knowledge is not None, found.problems
        results = run_suites(found.suites, found.knowledge, understand)
        return [line for result in results for line in result.differences]

    return run


def test_cases_that_are_right_pass(failures: Callable[[str, str], list[str]]) -> None:
    assert failures("", "") == []


@pytest.mark.parametrize(
    ("replace", "by", "expected"),
    [
        (
            AVOID,
            AVOID.replace("AVOID", "CAUTION"),
            [
                "- expected  metoprolol  beta-blocker-weakness  CAUTION  ESTABLISHED",
                "+ got       metoprolol  beta-blocker-weakness  AVOID  ESTABLISHED",
            ],
        ),
        (
            AVOID,
            AVOID.replace("}", ", certainty: POSSIBLE}"),
            [
                "- expected  metoprolol  beta-blocker-weakness  AVOID  POSSIBLE",
                "+ got       metoprolol  beta-blocker-weakness  AVOID  ESTABLISHED",
            ],
        ),
        (
            "proposed: [lisinopril]",
            "proposed: [lisinopril, timolol po]",
            [
                "+ got       timolol  beta-blocker-weakness  AVOID  ESTABLISHED",
                "! shows 'near-miss', but beta-blocker-weakness finds something",
            ],
        ),
        (
            "        gaps: [seizure_history]\n",
            "",
            ["+ got       gap seizure_history"],
        ),
        (
            "gaps: []",
            "gaps: [epilepsy]",
            ["- expected  gap epilepsy"],
        ),
        (
            "proposed: [lisinopril]",
            "proposed: [lisinopril, zzzomycin]",
            ["! order proposed-2 'zzzomycin' is UNRESOLVED"],
        ),
        (
            "proposed: [lisinopril]",
            "proposed: [lisinopril]\n        incomplete: true",
            ["- incomplete: true, but every order is understood"],
        ),
        (
            "proposed: [lisinopril]",
            "proposed: [lisinopril, zzzomycin]\n        incomplete: true",
            [],
        ),
        (
            "proposed: [lisinopril]",
            "proposed: [lisinopril]\n        stopped: [zzzomycin]",
            ["! order stopped-1 'zzzomycin' is UNRESOLVED"],
        ),
        (
            "        patient: {seizure_history: NO}\n        proposed",
            "        patient: {seizure_history: UNKNOWN}\n        proposed",
            ["+ got       gap seizure_history"],
        ),
        (
            "reason: the answer decides",
            "reason: the answer decides\n        patient: {seizure_history: NO}",
            [
                "- expected  gap seizure_history",
                "! shows 'missing-fact', but amifampridine-seizure-history misses none",
            ],
        ),
        (
            "        patient: {seizure_history: YES}",
            "        jurisdiction: EU\n        patient: {epilepsy: NO, birth_date: 1961-02}",
            [
                (
                    "- expected  amifampridine  amifampridine-seizure-history  "
                    "CONTRAINDICATED  ESTABLISHED"
                ),
                "+ got       amifampridine  amifampridine-seizure-history  CAUTION  POSSIBLE",
            ],
        ),
    ],
)
def test_a_case_fails(
    failures: Callable[[str, str], list[str]], replace: str, by: str, expected: list[str]
) -> None:
    assert failures(replace, by) == expected


def test_a_failure_prints_its_place(
    tiny: Path, compiled: Callable[[Path], Compilation], understand: Understand
) -> None:
    path = tiny / "weakness" / "beta_blockers_test.yaml"
    path.write_text(path.read_text("utf-8").replace(AVOID, AVOID.replace("AVOID", "CAUTION")))
    found = compiled(tiny)
    assert found.knowledge is not None
    first = next(iter(run_suites(found.suites, found.knowledge, understand)))
    assert str(first.problem()).splitlines() == [
        (
            "weakness/beta_blockers_test.yaml:4:9: case-failed: "
            "case 'metoprolol by mouth' gives something else:"
        ),
        "    - expected  metoprolol  beta-blocker-weakness  CAUTION  ESTABLISHED",
        "    + got       metoprolol  beta-blocker-weakness  AVOID  ESTABLISHED",
    ]
