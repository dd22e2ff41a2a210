"""What other rules, another vocabulary, or today change for a cohort: that, and nothing else."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from cohort.networks import Shape, write_network
from cohort.runs import DAY
from knowledge.conftest import rules, tiny
from lems_guard.cli.main import run
from lems_guard.cohort.change_page import MOST_ROWS, change_page
from lems_guard.cohort.change_report import ChangeTally, ComparedSides, report_lines
from lems_guard.cohort.changes import ChangeKind, ComparedList, ListChange, changes_of
from lems_guard.cohort.results import Result, result_of
from lems_guard.editions.library import browse_edition, packaged_rules
from lems_guard.terminology.site.loading import Demands, import_release
from terminology.small_release import SmallRelease

__all__ = ["rules", "tiny"]
TABLET = {"proposed": [{"id": "a", "text": "metoprolol 50 mg po bid"}], "patient": {"ageYears": 61}}
DROPS = {"proposed": [{"id": "a", "text": "timolol eye drops"}], "patient": {"ageYears": 61}}
HARMLESS = {"proposed": [{"id": "a", "text": "lisinopril 10 mg po"}], "patient": {"ageYears": 61}}
SIDES = ComparedSides("rules A", "rules B", DAY, ())


def line(name: str, request: object) -> str:
    return json.dumps({"request_id": name, "request": request}) + "\n"


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    path = tmp_path / "cohort.ndjson"
    path.write_text(line("tablet", TABLET) + line("harmless", HARMLESS) + line("bad", {}), "utf-8")
    return path


@pytest.fixture
def milder(rules: Path, tmp_path: Path) -> Path:
    """The same rules, of which one says MONITOR where it said AVOID."""
    folder = Path(shutil.copytree(rules, tmp_path / "milder"))
    path = folder / "weakness" / "beta_blockers.yaml"
    path.write_text(path.read_text("utf-8").replace("severity: AVOID", "severity: MONITOR"))
    return folder


def rescreened(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str]]:
    code = run(["rescreen", *map(str, arguments), "--as-of", DAY])
    told = capsys.readouterr()
    return code, (told.out if code == 0 else told.err).splitlines()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_only_what_changes_is_told(
    capsys: pytest.CaptureFixture[str], cohort: Path, rules: Path, milder: Path, tmp_path: Path
) -> None:
    table, page = tmp_path / "changes.csv", tmp_path / "changes.html"
    reports = ("--csv", table, "--html", page)
    code, told = rescreened(capsys, cohort, "--old", rules, "--new", milder, *reports)
    assert code == 0
    assert told[0] == f"3 lists compared as of {DAY}"
    assert "1 list changes; alerts: 0 gone, 1 lowered, 0 new, 0 raised" in told
    assert "  lowered tablet metoprolol: AVOID → MONITOR" in told
    assert any(each.startswith("  ~ beta-blocker-weakness ") for each in told), "rules diff's line"
    assert rows(table) == [
        {
            "patient": "tablet",
            "change": "lowered",
            "drug": "metoprolol",
            "rule": "beta-blocker-weakness",
            "before": "AVOID",
            "after": "MONITOR",
        }
    ]
    assert '<rect class="lowered"' in page.read_text("utf-8")


def test_the_same_rules_change_nothing_and_processes_say_so_too(
    capsys: pytest.CaptureFixture[str], cohort: Path, rules: Path, milder: Path
) -> None:
    code, told = rescreened(capsys, cohort, "--old", rules, "--new", rules)
    assert (code, told[-1]) == (0, "Nothing changes for any list.")
    sides = ("--old", milder, "--new", rules)
    alone = rescreened(capsys, cohort, *sides)
    assert "  raised tablet metoprolol: MONITOR → AVOID" in alone[1]
    assert rescreened(capsys, cohort, *sides, "--jobs", 2) == alone


def test_answers_on_file_are_compared_with_todays_rules(
    capsys: pytest.CaptureFixture[str], cohort: Path, tmp_path: Path
) -> None:
    answers = tmp_path / "answers.ndjson"
    run(["batch", str(cohort), str(answers), "--as-of", DAY])
    capsys.readouterr()
    assert run(["rescreen", str(cohort), "--old", str(answers)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"3 lists compared as of {DAY}", "the day is that of the answers"
    assert told[1].startswith(f"Old: 3 answers on file, {answers}, by knowledge base 20")
    assert told[-1] == "Nothing changes for any list."
    answers.write_text(answers.read_text("utf-8").replace("SEVERITY_AVOID", "SEVERITY_CAUTION"))
    cohort.write_text(line("tablet", TABLET) + line("new", TABLET), "utf-8")
    told = rescreened(capsys, cohort, "--old", answers)[1]
    assert "NOT compared: 2 on file, of no list of this cohort" in told
    assert "  raised tablet metoprolol: CAUTION → AVOID" in told
    assert "  new new metoprolol: AVOID" in told
    assert "  new: no answer → COMPLETE" in told, "who is not on file had none"


def test_answers_under_one_reference_are_refused(
    capsys: pytest.CaptureFixture[str], cohort: Path, tmp_path: Path
) -> None:
    answers = tmp_path / "answers.ndjson"
    cohort.write_text(line("one", TABLET) * 2, "utf-8")
    run(["batch", str(cohort), str(answers), "--as-of", DAY])
    capsys.readouterr()
    code, told = rescreened(capsys, cohort, "--old", answers)
    assert (code, "one stands there twice" in told[-1]) == (2, True)


def test_rules_of_an_earlier_release_are_compared_although_lint_wants_more_today(
    capsys: pytest.CaptureFixture[str], cohort: Path, rules: Path, milder: Path
) -> None:
    path = milder / "weakness" / "beta_blockers.yaml"
    long = "summary: " + "It may worsen weakness in Lambert-Eaton myasthenic syndrome. " * 3
    text = path.read_text("utf-8").splitlines()
    text = [f"{row[: row.index('summary:')]}{long}" if "summary:" in row else row for row in text]
    path.write_text("\n".join(text) + "\n", "utf-8")
    (milder / "weakness" / "beta_blockers_test.yaml").write_text("cases: []\n", "utf-8")
    (milder / "vocabulary" / "cvx.tsv").unlink()
    code, told = rescreened(capsys, cohort, "--old", rules, "--new", milder)
    assert (code, "long-summary" in "".join(told)) == (2, True), "nobody may serve such rules"
    code, told = rescreened(capsys, cohort, "--old", milder, "--new", rules)
    assert (code, "  raised tablet metoprolol: MONITOR → AVOID" in told) == (0, True)


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ("severity: MONITOR", "the old rules say already what the overlay makes of the new ones"),
        ("id: another-name", "the old rules have no such rule"),
    ],
)
def test_an_overlay_of_today_need_not_fit_the_rules_of_before(  # noqa: PLR0913, PLR0917 - two sides
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    cohort: Path,
    rules: Path,
    milder: Path,
    tmp_path: Path,
    before: str,
    why: str,
) -> None:
    path = milder / "weakness" / "beta_blockers.yaml"
    path.write_text(path.read_text("utf-8").replace("id: beta-blocker-weakness", before))
    if before.startswith("severity"):
        path.write_text(path.read_text("utf-8").replace(before, "id: beta-blocker-weakness", 1))
    overlay = tmp_path / "overlay.yaml"
    entry = "rule: beta-blocker-weakness, severity: MONITOR, who: A, reason: b, expires: 2027-01-31"
    overlay.write_text(f"overlay:\n  - {{{entry}}}\n", "utf-8")
    monkeypatch.setenv("LEMS_GUARD_OVERLAY", str(overlay))
    code, told = rescreened(capsys, cohort, "--old", milder, "--new", rules)
    assert (code, told[0]) == (0, f"3 lists compared as of {DAY}"), why
    overlay.write_text(overlay.read_text("utf-8").replace("beta-blocker", "no-such"), "utf-8")
    code, told = rescreened(capsys, cohort, "--old", milder, "--new", rules)
    assert (code, "no rule 'no-such-weakness'" in "".join(told)) == (2, True), "today it must fit"


def imported(folder: Path, word: str) -> Path:
    """A site's vocabulary in which a word of its own means metoprolol."""
    release = SmallRelease()
    release.concept(5900001, "BN", word)
    release.relate(5900001, "tradename_of", 6918)
    out = folder / f"{word}.sqlite"
    vocabulary = browse_edition(packaged_rules()).vocabulary
    import_release(release.write(folder / word), out, Demands(vocabulary))
    return out


def test_another_vocabulary_is_compared(
    capsys: pytest.CaptureFixture[str], cohort: Path, tmp_path: Path
) -> None:
    before, after = (imported(tmp_path, word) for word in ("Oldolol", "Newolol"))
    order = {"proposed": [{"id": "a", "text": "Newolol 50 mg po bid"}], "patient": {"ageYears": 61}}
    cohort.write_text(line("one", order) + line("tablet", TABLET), "utf-8")
    sides = ("--old-vocabulary", before, "--new-vocabulary", after)
    code, told = rescreened(capsys, cohort, *sides)
    assert code == 0, told
    assert str(before) in told[1]
    assert str(after) in told[2]
    assert "  new one metoprolol: AVOID" in told
    assert "  one a: UNRESOLVED → metoprolol" in told
    code, told = rescreened(capsys, cohort)
    assert (code, "say what is compared" in "".join(told)) == (2, True)
    code, told = rescreened(capsys, cohort, "--new-vocabulary", cohort)
    assert (code, str(cohort) in "".join(told)) == (2, True), "that is no vocabulary"


def test_an_export_is_compared_also_with_answers_of_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    export, answers = tmp_path / "export", tmp_path / "answers"
    write_network(export, Shape(30, lems=1.0, seed=5))
    before = Path(shutil.copytree(packaged_rules(), tmp_path / "before"))
    path = before / "weakness" / "beta-blockers.yaml"
    path.write_text(path.read_text("utf-8").replace("severity: AVOID", "severity: MONITOR"))
    code, told = rescreened(capsys, export, "--old", before)
    assert (code, told[0]) == (0, f"28 lists compared as of {DAY}"), told
    assert any(each.startswith("  raised p000000") for each in told), told
    run(["batch", str(export), str(answers), "--as-of", DAY])
    capsys.readouterr()
    assert rescreened(capsys, export, "--old", answers)[1][-1] == "Nothing changes for any list."


def test_nothing_that_could_be_compared_is_said(
    capsys: pytest.CaptureFixture[str], rules: Path, tmp_path: Path
) -> None:
    path = tmp_path / "bad.ndjson"
    path.write_text("{}\n{}\n", "utf-8")
    code, told = rescreened(capsys, path, "--old", rules, "--new", rules)
    assert (code, told[-1]) == (2, f"{path}: nothing in it could be checked")


def said(*findings: tuple[str, str, str], order: str = "EVALUATED") -> Result | None:
    alerts = [
        {
            "drug": drug,
            "severity": f"SEVERITY_{severity}",
            "findings": [
                {
                    "ruleId": "r",
                    "severity": f"SEVERITY_{severity}",
                    "certainty": f"CERTAINTY_{certainty}",
                }
            ],
        }
        for drug, severity, certainty in findings
    ]
    read = {"id": "a", "disposition": f"DISPOSITION_{order}", "ingredients": [{"name": "timolol"}]}
    response = {"alerts": alerts, "medications": [read], "completeness": "COMPLETENESS_COMPLETE"}
    return result_of(json.dumps({"requestId": "p", "response": response}).encode())


REFUSED = Result("p")
SURE, PERHAPS = ("timolol", "AVOID", "ESTABLISHED"), ("timolol", "AVOID", "POSSIBLE")


@pytest.mark.parametrize(
    ("before", "after", "changes", "why"),
    [
        (said(SURE), said(SURE), [], "nothing else is told"),
        (said(), said(SURE), ["new: AVOID"], "an alert where there was none"),
        (said(SURE), said(), ["gone: AVOID"], "and none where there was one"),
        (said(PERHAPS), said(SURE), ["raised: AVOID (possible) → AVOID"], "surer is graver"),
        (said(SURE), said(PERHAPS), ["lowered: AVOID → AVOID (possible)"], "less sure is milder"),
        (said(), said(order="UNRESOLVED"), ["order: timolol → UNRESOLVED: timolol"], "a doubt"),
        (said(SURE), REFUSED, ["gone: AVOID", "list: COMPLETE → NOT CHECKED"], "not checked now"),
        (None, said(), ["list: no answer → COMPLETE"], "found by the new vocabulary alone"),
        (said(), None, ["list: COMPLETE → no answer"], "and no longer found"),
    ],
)  # fmt: skip
def test_what_counts_as_a_change(
    before: Result | None, after: Result | None, changes: list[str], why: str
) -> None:
    found = changes_of("p", before, after)
    told = [f"{e.change}: {' → '.join(filter(None, (e.before, e.after)))}" for e in found]
    assert told == changes, why


def test_a_report_of_many_changes_is_no_longer_than_a_page_a_rule() -> None:
    tally = ChangeTally()
    for number in range(1000):
        rule = f"rule-{number % (MOST_ROWS + 10):02}"
        kind = (ChangeKind.NEW, ChangeKind.GONE)[number % 2]
        change = ListChange(f"<p{number}>", kind, "d", rule, "", "AVOID")
        tally.add(ComparedList((change,), had_answer=True))
    lines = list(report_lines(SIDES, tally))
    assert lines[3] == "1000 lists change; alerts: 500 gone, 0 lowered, 500 new, 0 raised"
    assert lines[4] == "rule-01: 20 gone", "what is lost comes first"
    assert len(lines) == 4 + (MOST_ROWS + 10) * 4
    page = change_page(SIDES, tally)
    assert page.count("<rect ") == MOST_ROWS
    assert "10 more rules stand in the table alone" in page
    assert "<p1>" not in page, "what was sent is no markup"
