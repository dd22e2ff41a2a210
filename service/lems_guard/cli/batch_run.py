"""A batch put together: what is read, who answers, and where the answers go."""

import contextlib
import datetime
import functools
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import typer

from lems_guard.cli.batch_progress import progress_of
from lems_guard.cli.reach import Reach
from lems_guard.cli.remote import Remote
from lems_guard.clinical.errors import InvalidCohort
from lems_guard.cohort.checking import InputKind, checker_of
from lems_guard.cohort.columns import read_columns
from lems_guard.cohort.engines import Engine, by_threads, one_by_one, processes
from lems_guard.cohort.formats import OutputFormat
from lems_guard.cohort.in_process import InProcess, Terms, edition_of, terms_of
from lems_guard.cohort.inputs import STANDARD, CohortSource, opened
from lems_guard.cohort.ledger import Circumstances
from lems_guard.cohort.outputs import Presentation, present
from lems_guard.cohort.rejects import Rejects
from lems_guard.cohort.results import results_in
from lems_guard.cohort.running import (
    AnsweredPiece,
    Beginning,
    Keeps,
    Passing,
    answering,
    begin_answering,
    finished,
    kept,
    rejecting,
    run,
)
from lems_guard.cohort.starting import check_of
from lems_guard.cohort.summary import RunTally, summary_of, unread_lines
from lems_guard.fhir.patients import interpreter_of
from lems_guard.settings import Settings

ATTEMPTS = 5


class BatchOrder(NamedTuple):
    """What was asked for on the command line."""

    source: str
    target: str
    form: OutputFormat
    columns: Path | None
    rejects: Path | None
    jobs: int
    reach: Reach | None
    day: datetime.date

    @property
    def read_from(self) -> CohortSource:
        """What is read; raises `InvalidCohort` for a mapping that cannot be used."""
        return CohortSource(self.source, read_columns(self.columns) if self.columns else None)

    @property
    def is_passed_on(self) -> bool:
        """Whether the answers go to standard output."""
        return self.target == STANDARD

    @property
    def answers(self) -> Path:
        """Where the answers are kept: in OUT itself, or beside what is made of them."""
        out = Path(self.target)
        if self.form is OutputFormat.NDJSON:
            return out
        return out.with_name(f"{out.name}.answers")


def run_batch(asked: BatchOrder, way: Beginning, settings: Settings) -> RunTally:
    """Check a cohort and write OUT; raises `InvalidCohort`, or what asking a service raises."""
    _refuse_odd(asked, way)
    with contextlib.closing(Rejects(_rejects_of(asked))) as rejects:
        tally, before = _run(asked, way, settings, rejects)
        _conclude(asked, tally, rejects, before, settings.workbench_url or "")
    return tally


def _run(
    asked: BatchOrder, way: Beginning, settings: Settings, rejects: Rejects
) -> tuple[RunTally, int]:
    """Answer the lines that are left; tells too how many were answered before."""
    source = asked.read_from
    terms = terms_of(settings, asked.day)
    here = InProcess(edition_of(settings), terms)
    vocabulary = interpreter_of(here.edition, terms.country)
    with contextlib.ExitStack() as stack:
        remote = stack.enter_context(Remote(asked.reach, ATTEMPTS)) if asked.reach else None
        cohort = stack.enter_context(opened(source, [vocabulary], asked.day, rejects))
        circumstances = _under(here, remote, source, terms)
        keep = stack.enter_context(_keeping(asked, way, circumstances))
        rejects.begin()
        engine = stack.enter_context(_engine(asked, settings, source, terms, here, remote))
        show = stack.enter_context(progress_of(cohort))
        return run(cohort, engine, keep, show), keep.answered


def _refuse_odd(asked: BatchOrder, way: Beginning) -> None:
    if asked.is_passed_on and (way.resume or way.restart):
        raise InvalidCohort("--resume and --restart need a file for OUT")
    if asked.is_passed_on and asked.form is not OutputFormat.NDJSON:
        raise InvalidCohort(f"--format {asked.form} needs a file for OUT")
    out, source = Path(asked.target), Path(asked.source)
    written = [] if asked.is_passed_on else [out, *filter(None, [asked.rejects])]
    if source.exists() and any(each.exists() and each.samefile(source) for each in written):
        raise InvalidCohort(f"{asked.source} is IN, and would be written over")
    if asked.rejects and asked.rejects == out:
        raise InvalidCohort(f"{asked.target}: answers and rejects need a file each")


def _rejects_of(asked: BatchOrder) -> Path | None:
    """Where rejects go: beside OUT, where nothing else is said and OUT is a file."""
    if asked.rejects or asked.is_passed_on:
        return asked.rejects
    out = Path(asked.target)
    return out.with_name(f"{out.name}.rejects")


def _under(
    here: InProcess, remote: Remote | None, source: CohortSource, terms: Terms
) -> Circumstances:
    digest = here.knowledge.digest
    if remote and source.kind is InputKind.REQUESTS:
        digest = remote.digest()
    elif remote:  # charts are found and read by the rules here
        digest = f"{remote.digest()} {digest}"
    day, place = terms.day.isoformat(), terms.jurisdiction.name
    return Circumstances(digest, day, place, terms.country, source.reading)


@contextlib.contextmanager
def _keeping(asked: BatchOrder, way: Beginning, under: Circumstances) -> Iterator[Keeps]:
    """Where the answers go, closed in the end."""
    if asked.is_passed_on:
        yield Passing(sys.stdout.buffer)
        return
    keep = kept(asked.answers, Path(asked.target), under, way)
    try:
        yield keep
    except InvalidCohort:
        keep.abandon()
        raise
    finally:
        keep.close()


@contextlib.contextmanager
def _engine(
    asked: BatchOrder,
    settings: Settings,
    source: CohortSource,
    terms: Terms,
    here: InProcess,
    remote: Remote | None,
) -> Iterator[Engine[AnsweredPiece]]:
    """Who answers: a service, processes of their own, or this one."""
    if remote:
        vocabulary = interpreter_of(here.edition, terms.country)
        asking = answering(checker_of(source.kind, remote.check, vocabulary, terms))
        yield functools.partial(by_threads, work=asking, jobs=asked.jobs)
        return
    loaded = answering(check_of(here, source.kind, terms))
    if asked.jobs == 1:
        yield functools.partial(one_by_one, work=loaded)
        return
    begin = functools.partial(begin_answering, settings, source.kind, terms)
    with processes(loaded, begin, asked.jobs) as engine:
        yield engine


def _conclude(
    asked: BatchOrder, tally: RunTally, rejects: Rejects, before: int, pages: str
) -> None:
    """Make OUT of the answers, and say what they come to; raises where nothing could be read."""
    told = _told(tally, before)
    if not asked.is_passed_on:
        kind = asked.read_from.kind
        results = results_in(asked.answers)
        summary = summary_of(rejecting(results, asked.source, rejects, kind))
        shown = Presentation(asked.form, kind, pages)
        present(asked.answers, Path(asked.target), shown, summary)
        finished(asked.answers, Path(asked.target))
        tally.settle(summary)
        _say(summary.lines())
    _say((told, *_rejected(rejects), *unread_lines(tally.unread)))
    if tally.refused and not tally.answered:
        first = rejects.first
        why = f" ({first.file}, line {first.line}: {first.reason})" if first else ""
        raise InvalidCohort(f"{asked.source}: nothing in it could be checked{why}")


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line, err=True)


def _told(tally: RunTally, before: int) -> str:
    """What this part of the run did."""
    on_record = "" if tally.patients is None else f"{tally.patients} patients on record, "
    told = f"{on_record}{tally.answered} checked"
    if tally.refused:
        told += f", {tally.refused} NOT checked: their answers say why"
    return told + (f" ({before} were answered before)" if before else "")


def _rejected(rejects: Rejects) -> Iterator[str]:
    if rejects.count:
        where = f", see {rejects.path}" if rejects.path else ""
        yield f"{rejects.count} parts of the input rejected{where}"
