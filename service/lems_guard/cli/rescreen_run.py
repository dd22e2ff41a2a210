"""A rescreening put together: what is read, who compares, and where the reports go."""

import contextlib
import csv
import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import typer

from lems_guard.cli.batch_progress import progress_of
from lems_guard.clinical.errors import InvalidCohort
from lems_guard.cohort.change_page import change_page
from lems_guard.cohort.change_report import ChangeTally, ComparedSides, report_lines
from lems_guard.cohort.changes import ComparedList, ListChange
from lems_guard.cohort.checking import CheckedLine
from lems_guard.cohort.engines import Engine, one_by_one, processes
from lems_guard.cohort.inputs import CohortSource, opened
from lems_guard.cohort.rejects import Rejects
from lems_guard.cohort.rescreening import Rescreen, RescreenOrder, begin_rescreen
from lems_guard.cohort.summary import RunTally
from lems_guard.papers.tables import plain_cell


class Reports(NamedTuple):
    """Where what changes is written, beside standard output."""

    html: Path | None
    csv: Path | None
    rejects: Path | None


def run_rescreen(
    source: CohortSource, asked: RescreenOrder, reports: Reports, jobs: int
) -> list[str]:
    """Compare, write the reports, and tell what changes, a line each.

    Raises `InvalidCohort` where nothing could be compared.
    """
    here = Rescreen(asked)
    tally, done = ChangeTally(), RunTally()
    with contextlib.ExitStack() as stack:
        rejects = stack.enter_context(contextlib.closing(Rejects(reports.rejects)))
        vocabularies, day = here.vocabularies(), asked.terms.day
        cohort = stack.enter_context(opened(source, vocabularies, day, rejects))
        take = stack.enter_context(_rows_into(reports.csv))
        engine = stack.enter_context(_engine(asked, here, jobs))
        show = stack.enter_context(progress_of(cohort))
        rejects.begin()
        for piece in engine(cohort.lines(lambda: show(done))):
            for compared in _found(piece, done):
                tally.add(compared)
                take(compared.changes)
            show(done)
    _refuse_nothing(source, done)
    on_file = len(here.on_file or ())
    sides = ComparedSides(*here.in_words(), str(day), tuple(here.rules_changed()), on_file)
    if reports.html:
        reports.html.write_text(change_page(sides, tally), "utf-8")
    if rejects.count:
        typer.echo(f"{rejects.count} parts of the input rejected", err=True)
    return list(report_lines(sides, tally))


def _found(piece: list[CheckedLine], done: RunTally) -> Iterator[ComparedList]:
    """What was compared of some lines, counted."""
    for checked in piece:
        done.add(checked)
        if checked.answer:
            yield msgspec.json.decode(checked.answer, type=ComparedList)


@contextlib.contextmanager
def _engine(asked: RescreenOrder, here: Rescreen, jobs: int) -> Iterator[Engine[list[CheckedLine]]]:
    if jobs == 1:
        yield functools.partial(one_by_one, work=here.work)
        return
    with processes(here.work, functools.partial(begin_rescreen, asked), jobs) as engine:
        yield engine


@contextlib.contextmanager
def _rows_into(path: Path | None) -> Iterator[Callable[[Iterable[ListChange]], None]]:
    """Takes changes and writes them as rows, with the names of their columns; or nowhere."""
    if path is None:
        yield lambda _: None
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(ListChange.__struct_fields__)
        yield lambda changes: writer.writerows(
            [plain_cell(cell) for cell in msgspec.structs.astuple(each)] for each in changes
        )


def _refuse_nothing(source: CohortSource, done: RunTally) -> None:
    if done.refused and not done.answered:
        raise InvalidCohort(f"{source.name}: nothing in it could be checked")
