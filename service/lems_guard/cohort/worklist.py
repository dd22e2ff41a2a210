"""The worklist: one row a patient and drug, worst first, and what could not be checked."""

import contextlib
import csv
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple

from lems_guard.answering.wording import fact_in_words
from lems_guard.cohort.results import Result, ToldAlert, ToldList
from lems_guard.papers.tables import plain_cell

NOT_CHECKED = "NOT CHECKED"
INCOMPLETE = "INCOMPLETE"
# What was not checked may be as bad as what must be avoided: it stands right behind.
WORST_FIRST = (
    "CONTRAINDICATED",
    "AVOID",
    NOT_CHECKED,
    INCOMPLETE,
    "CAUTION",
    "MONITOR",
    "INFORMATION",
)
BY_HAND = "Check this list by hand."
SEPARATOR = "; "
SMALL_BYTES = 1 << 20


class WorklistRow(NamedTuple):
    """One row, by the names of its columns.

    `orders` are the caller's own references of the orders, `missing` what is not known and would
    change something, `rules` those that spoke, gravest first.
    """

    patient: str
    drug: str
    severity: str
    deed: str
    certainty: str = ""
    summary: str = ""
    missing: str = ""
    orders: str = ""
    rules: str = ""


def rows_of(result: Result) -> Iterator[WorklistRow]:
    """The rows of one list; none where all was checked and nothing found."""
    if result.response is None:
        why = result.error.words() if result.error else ""
        yield WorklistRow(result.request_id, "", NOT_CHECKED, BY_HAND, missing=why)
        return
    for alert in result.response.alerts:
        yield _row(result.request_id, alert)
    if not result.response.is_complete:
        yield _incomplete(result.request_id, result.response)


def _row(patient: str, alert: ToldAlert) -> WorklistRow:
    deeds = (each.deed for each in alert.findings)
    missing = (fact_in_words(each) for found in alert.findings for each in found.missing)
    return WorklistRow(
        patient,
        alert.drug,
        alert.severity.removeprefix("SEVERITY_"),
        next(filter(None, deeds), alert.summary),
        alert.certainty.removeprefix("CERTAINTY_"),
        alert.summary,
        _joined(missing),
        _joined(alert.medication_ids),
        _joined(each.rule_id for each in alert.findings),
    )


def _incomplete(patient: str, response: ToldList) -> WorklistRow:
    unread = response.unread()
    summary = f"Orders not understood for certain: {len(unread)}" if unread else ""
    asks = (gap.ask for gap in response.gaps)
    doubts = (f"{fact_in_words(each.field)} “{each.words}”" for each in response.doubts)
    missing = _joined((*asks, *doubts, *response.notes))
    return WorklistRow(patient, "", INCOMPLETE, BY_HAND, "", summary, missing, _joined(unread))


def _joined(words: Iterable[str]) -> str:
    return SEPARATOR.join(dict.fromkeys(words))


@contextlib.contextmanager
def sorted_rows(results: Iterable[Result]) -> Iterator[Iterator[WorklistRow]]:
    """The rows of all lists, worst first and then as the lists came; however many, on the disk."""
    with contextlib.ExitStack() as files:
        by_severity = {each: files.enter_context(_file()) for each in WORST_FIRST}
        for result in results:
            for row in rows_of(result):
                csv.writer(by_severity[row.severity]).writerow(row)
        yield _read_back(by_severity.values())


def _file() -> IO[str]:
    return tempfile.SpooledTemporaryFile(SMALL_BYTES, "w+", encoding="utf-8", newline="")


def _read_back(files: Iterable[IO[str]]) -> Iterator[WorklistRow]:
    for file in files:
        file.seek(0)
        yield from (WorklistRow(*cells) for cells in csv.reader(file))


def write_csv(rows: Iterable[WorklistRow], out: IO[str]) -> None:
    """The worklist as comma-separated values, with the names of its columns."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(WorklistRow._fields)
    writer.writerows([_plain(cell) for cell in row] for row in rows)


def _plain(cell: str) -> str:
    """A cell on one line that no spreadsheet takes for a formula."""
    return plain_cell(" ".join(cell.splitlines()))
