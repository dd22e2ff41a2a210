"""The worklist: worst first, nothing that was not checked is missing, safe to open and to print."""

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest
from fhir.resources.R4B.detectedissue import DetectedIssue
from hypothesis import given
from hypothesis import strategies as st

from cli.conftest import prescription
from cohort.runs import Batch, batch, rows
from lems_guard.cohort.checking import InputKind
from lems_guard.cohort.formats import OutputFormat
from lems_guard.cohort.outputs import Presentation, present
from lems_guard.cohort.results import (
    Result,
    ToldAlert,
    ToldDoubt,
    ToldError,
    ToldFinding,
    ToldGap,
    ToldList,
    ToldOrder,
    ToldViolation,
    results_in,
)
from lems_guard.cohort.summary import summary_of
from lems_guard.cohort.worklist import WORST_FIRST, WorklistRow, rows_of, sorted_rows, write_csv

__all__ = ["batch"]
COMPLETE = "COMPLETENESS_COMPLETE"
SEVERITIES = ("CONTRAINDICATED", "AVOID", "CAUTION", "MONITOR", "INFORMATION")


def alert(drug: str, severity: str = "AVOID") -> ToldAlert:
    finding = ToldFinding("rule-1", deed="Choose another drug.", missing=("weight",))
    return ToldAlert(
        f"SEVERITY_{severity}", drug, "a summary", medication_ids=("m1",), findings=(finding,)
    )


@pytest.mark.parametrize(
    ("result", "expected", "why"),
    [
        (Result("1", ToldList(completeness=COMPLETE)), [], "all was checked, nothing was found"),
        (
            Result("1", ToldList((alert("metoprolol"),), completeness=COMPLETE)),
            [("1", "metoprolol", "AVOID", "Choose another drug.")],
            "one row a patient and drug",
        ),
        (
            Result("1", ToldList(medications=(ToldOrder("m9", "DISPOSITION_UNRESOLVED"),))),
            [("1", "", "INCOMPLETE", "Check this list by hand.")],
            "an order that was not read may be any drug",
        ),
        (
            Result("1", ToldList((alert("metoprolol"),), gaps=(ToldGap("How old?"),))),
            [
                ("1", "metoprolol", "AVOID", "Choose another drug."),
                ("1", "", "INCOMPLETE", "Check this list by hand."),
            ],
            "what was found does not hide what was not checked",
        ),
        (
            Result(
                "1",
                ToldList(
                    gaps=(ToldGap("Ever a seizure?", "SEVERITY_CONTRAINDICATED"),),
                    completeness=COMPLETE,
                ),
            ),
            [("1", "", "INCOMPLETE", "Check this list by hand.")],
            "what may still be a contraindication is not checked",
        ),
        (
            Result("1", ToldList(doubts=(ToldDoubt("conditions", "q"),), completeness=COMPLETE)),
            [("1", "", "INCOMPLETE", "Check this list by hand.")],
            "what was told of the patient was not understood",
        ),
        (
            Result("1", error=ToldError("no", (ToldViolation("proposed", "too many"),))),
            [("1", "", "NOT CHECKED", "Check this list by hand.")],
            "a list that was refused is on the worklist",
        ),
    ],
)
def test_each_list_is_on_the_worklist_as_it_should(
    result: Result, expected: list[tuple[str, ...]], why: str
) -> None:
    assert [row[:4] for row in rows_of(result)] == expected, why


def test_what_is_missing_is_said() -> None:
    refused = Result("1", error=ToldError("no", (ToldViolation("proposed", "too many"),)))
    [row] = rows_of(refused)
    assert row.missing == "proposed: too many"
    told = ToldList(
        medications=(ToldOrder("m9", "DISPOSITION_UNRESOLVED"),),
        gaps=(ToldGap("Age?"),),
        doubts=(ToldDoubt("conditions", "Qxx"),),
    )
    [row] = rows_of(Result("1", told))
    assert (row.orders, row.missing) == ("m9", "Age?; conditions “Qxx”")


@pytest.mark.parametrize(
    ("reference", "kind", "patient"),
    [
        ("7", InputKind.CHARTS, {"reference": "Patient/7"}),
        ("Patient/7", InputKind.REQUESTS, {"reference": "Patient/7"}),
        ("ward 3/bed 7", InputKind.REQUESTS, {"display": "ward 3/bed 7"}),
    ],
)
def test_an_issue_refers_to_whom_it_is_about(
    tmp_path: Path, reference: str, kind: InputKind, patient: dict[str, str]
) -> None:
    answers, out = tmp_path / "answers", tmp_path / "out"
    severity = {"severity": "SEVERITY_AVOID"}
    found = {
        **severity,
        "ruleId": "r",
        "certainty": "CERTAINTY_ESTABLISHED",
        "concern": "CONCERN_DOSE",
    }
    told = {**severity, "drug": "x", "findings": [found]}
    item = {"requestId": reference, "response": {"alerts": [told]}}
    answers.write_text(json.dumps(item) + "\n")
    shown = Presentation(OutputFormat.FHIR, kind, pages="")
    present(answers, out, shown, summary_of(results_in(answers)))
    assert json.loads(out.read_text())["patient"] == patient


LISTS = st.lists(st.lists(st.sampled_from(SEVERITIES), max_size=4), max_size=20)


@given(LISTS)
def test_the_worst_stand_first_and_none_is_lost(lists: list[list[str]]) -> None:
    results = [
        Result(str(n), ToldList(tuple(alert("x", each) for each in found), completeness=COMPLETE))
        for n, found in enumerate(lists)
    ]
    with sorted_rows(results) as found:
        ordered = list(found)
    ranks = [(WORST_FIRST.index(row.severity), int(row.patient)) for row in ordered]
    assert ranks == sorted(ranks)
    assert len(ordered) == sum(map(len, lists))


# Lines are joined, so none is generated here.
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20)


@given(st.tuples(*[CELLS] * len(WorklistRow._fields)).map(WorklistRow._make))
def test_no_cell_is_a_formula_and_each_can_be_read_back(row: WorklistRow) -> None:
    out = io.StringIO(newline="")
    write_csv([row], out)
    out.seek(0)
    heading, cells = csv.reader(out)
    assert tuple(heading) == WorklistRow._fields
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert [cell.removeprefix("'") for cell in cells] == [cell.removeprefix("'") for cell in row]


def test_a_row_is_one_line_whatever_was_sent() -> None:
    out = io.StringIO(newline="")
    write_csv([WorklistRow("ward\r\n3", "x", "AVOID", "a\rb\u2028c")], out)
    assert out.getvalue().splitlines()[1] == "ward 3,x,AVOID,a b c,,,,,"


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    path = tmp_path / "in.ndjson"
    lines = [
        prescription("amoxicillin po"),
        prescription("<b>zzz</b>"),
        prescription("metoprolol po"),
    ]
    path.write_text("\n".join([*lines, "nonsense"]) + "\n")
    return path


def test_the_columns_a_pharmacist_reads_stand_first(
    batch: Batch, cohort: Path, tmp_path: Path
) -> None:
    out = tmp_path / "list.csv"
    assert batch(cohort, out, "--format", "worklist")[0] == 0
    assert out.read_text("utf-8").startswith("patient,drug,severity,deed,")
    found = [(row["patient"], row["severity"]) for row in rows(out)]
    assert found == [("3", "AVOID"), ("4", "NOT CHECKED"), ("2", "INCOMPLETE")]
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "in.ndjson",
        "list.csv",
        "list.csv.rejects",
    ]


def test_the_page_quotes_what_was_sent_as_text(batch: Batch, tmp_path: Path) -> None:
    cohort, out = tmp_path / "in.ndjson", tmp_path / "list.html"
    line = prescription("metoprolol po")
    cohort.write_text(f'{{"request_id": "<script>1</script>", "request": {line}}}\n')
    batch(cohort, out, "--format", "html")
    page = out.read_text("utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "▲ AVOID" in page


def test_an_empty_worklist_says_that_nothing_was_found(batch: Batch, tmp_path: Path) -> None:
    cohort, out = tmp_path / "in.ndjson", tmp_path / "list.html"
    cohort.write_text(prescription("amoxicillin po") + "\n")
    batch(cohort, out, "--format", "html")
    assert "Nothing was found on any list." in out.read_text("utf-8")


def test_issues_are_resources_a_line_each(batch: Batch, cohort: Path, tmp_path: Path) -> None:
    out = tmp_path / "issues.ndjson"
    batch(cohort, out, "--format", "fhir")
    [issue] = [DetectedIssue.model_validate_json(line) for line in out.read_text().splitlines()]
    assert issue.severity == "high"


def test_parquet_holds_the_same_rows(batch: Batch, cohort: Path, tmp_path: Path) -> None:
    for form in ("worklist", "parquet"):
        batch(cohort, tmp_path / form, "--format", form)
    found = duckdb.read_parquet(str(tmp_path / "parquet")).fetchall()
    cells = [tuple(value or "" for value in row) for row in found]
    assert cells == [tuple(row.values()) for row in rows(tmp_path / "worklist")]


def test_an_interrupted_worklist_is_gone_on_with(
    batch: Batch, cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "list.csv"
    with monkeypatch.context() as broken:
        broken.setattr("lems_guard.cli.batch_run.present", interrupted)
        assert batch(cohort, out, "--format", "worklist")[0] == 4
    assert not out.exists()
    assert batch(cohort, out, "--format", "worklist")[0] == 2, "it must be said how to begin"
    assert batch(cohort, out, "--format", "worklist", "--resume")[0] == 0
    assert len(rows(out)) == 3


def interrupted(*_: object) -> None:
    raise OSError(28, "No space left on device")
