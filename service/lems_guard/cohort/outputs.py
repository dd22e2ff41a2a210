"""What becomes of the answers: as they are, a worklist, a page, FHIR issues, or a Parquet file."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

import msgspec
from google.protobuf.json_format import Parse

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.cohort.checking import InputKind
from lems_guard.cohort.formats import OutputFormat
from lems_guard.cohort.results import results_in
from lems_guard.cohort.summary import Summary
from lems_guard.cohort.worklist import WorklistRow, sorted_rows, write_csv
from lems_guard.cohort.worklist_page import write_html
from lems_guard.fhir.detected_issue import IssueSubject, detected_issue
from lems_guard.v1 import interaction_check_service_pb2 as wire

NO_DUCKDB = "--format parquet needs DuckDB: pip install 'lems-guard[duckdb]'"


class Presentation(NamedTuple):
    """What OUT is to hold; `kind` is what was asked, `pages` where people reach the rules."""

    form: OutputFormat
    kind: InputKind
    pages: str


def present(answers: Path, out: Path, asked: Presentation, summary: Summary) -> None:
    """Write OUT from the answers, and from what they come to, unless it is these."""
    if asked.form is OutputFormat.NDJSON:
        return
    if asked.form is OutputFormat.PARQUET:
        _write_parquet(answers, out)
        return
    with out.open("w", encoding="utf-8", newline="") as file:
        if asked.form is OutputFormat.FHIR:
            file.writelines(_issues(answers, asked.kind, asked.pages))
        else:
            _write(answers, asked.form, summary, file)


def _write(answers: Path, form: OutputFormat, summary: Summary, out: IO[str]) -> None:
    with sorted_rows(results_in(answers)) as rows:
        if form is OutputFormat.HTML:
            write_html(rows, summary, out)
        else:
            write_csv(rows, out)


def _issues(answers: Path, kind: InputKind, pages: str) -> Iterator[str]:
    """Each alert as a DetectedIssue, a line each."""
    place = "Patient/" if kind is InputKind.CHARTS else ""
    with answers.open(encoding="utf-8") as lines:
        for line in lines:
            item = Parse(line, wire.CheckPrescriptionStreamResponse())
            about = IssueSubject(patient=f"{place}{item.request_id}", pages=pages)
            for alert in item.response.alerts:
                yield msgspec.json.encode(detected_issue(alert, about)).decode() + "\n"


def _write_parquet(answers: Path, out: Path) -> None:
    """The worklist's rows as Parquet; raises `InvalidSettings` where DuckDB is not there."""
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ImportError:
        raise InvalidSettings(NO_DUCKDB) from None
    with (
        tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", suffix=".csv") as table,
        sorted_rows(results_in(answers)) as rows,
        duckdb.connect() as database,
    ):
        write_csv(rows, table)
        table.flush()
        texts = dict.fromkeys(WorklistRow._fields, "VARCHAR")
        database.read_csv(table.name, header=True, dtype=texts).write_parquet(str(out))
