"""A run: lines in, answers out, each kept with its line before the next piece is begun."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, TypeAlias

from lems_guard.clinical.errors import InvalidCohort
from lems_guard.cohort.engines import Done
from lems_guard.cohort.ledger import Circumstances, begun, refused, resumed, state_of
from lems_guard.cohort.lines import Cohort, CohortLine, Reject
from lems_guard.cohort.rejects import Rejects
from lems_guard.cohort.results import results_in
from lems_guard.cohort.summary import RunTally

Engine: TypeAlias = Callable[[Iterable[CohortLine]], Iterator[Done]]
NO_FILE = "is no file that answers can be kept in: name one, or - for standard output"
EXISTS = "is there already: go on with it by --resume, or begin anew by --restart"


class Keeps(Protocol):
    """Where answers go."""

    @property
    def answered(self) -> int:
        """How many lines were answered before."""

    def unanswered(self, lines: Iterable[CohortLine]) -> Iterator[CohortLine]:
        """The lines that are left."""

    def write(self, done: Iterable[tuple[CohortLine, bytes]]) -> None:
        """Keep some answers."""

    def abandon(self) -> None:
        """The input cannot be used: leave nothing behind that was not there before."""

    def close(self) -> None:
        """No more are coming."""


class Passing:
    """A stream for the answers: whoever reads it has them at once, and nothing is gone on with."""

    answered = 0

    def __init__(self, out: BinaryIO) -> None:
        """`out` stays open: it is not ours."""
        self._out = out

    def unanswered(self, lines: Iterable[CohortLine]) -> Iterator[CohortLine]:
        """All lines."""
        return iter(lines)

    def write(self, done: Iterable[tuple[CohortLine, bytes]]) -> None:
        """Pass some answers on."""
        self._out.writelines(answer for _, answer in done)
        self._out.flush()

    def abandon(self) -> None:
        """Leave the stream as it is."""

    def close(self) -> None:
        """Leave the stream as it is."""


class Beginning(NamedTuple):
    """How a run begins where answers are there already."""

    resume: bool = False
    restart: bool = False


def kept(answers: Path, out: Path, under: Circumstances, way: Beginning) -> Keeps:
    """The file of answers to write on; raises `InvalidCohort` where it must not be touched."""
    if out.exists() and not out.is_file():
        raise InvalidCohort(f"{out} {NO_FILE}")
    try:
        if way.restart:
            return begun(answers, under)
        if way.resume and answers.exists():
            return resumed(answers, under)
        if way.resume and out.exists():
            raise refused(f"{out} is finished")
        if out.exists() or answers.exists():
            raise InvalidCohort(f"{out} {EXISTS}")
        return begun(answers, under)
    except OSError as fault:
        raise InvalidCohort(f"{fault.filename}: {fault.strerror}") from None


def run(cohort: Cohort, engine: Engine, keep: Keeps, show: Callable[[RunTally], None]) -> RunTally:
    """Answer what is left of the lines; `show` hears what they come to by now."""
    tally = RunTally()
    tally.lines = keep.answered
    lines = cohort.lines(lambda: show(tally))
    for done in engine(keep.unanswered(lines)):
        keep.write((line, checked.answer) for line, checked in done)
        tally.lines += len(done)
        for _, checked in done:
            tally.add(checked)
        show(tally)
    tally.patients = cohort.patients
    return tally


def reject_refused(answers: Path, source: str, rejects: Rejects, *, is_by_line: bool) -> None:
    """Reject the lists that were answered by an error: by their lines of IN, or whose they are."""
    for number, result in enumerate(results_in(answers), start=1):
        if result.error:
            file, line = (source, number) if is_by_line else (f"Patient/{result.request_id}", 0)
            rejects.add(Reject(file, line, result.error.words()))


def finished(answers: Path, out: Path) -> None:
    """Leave OUT alone behind: what it was made from is not kept twice."""
    if answers != out:
        for each in (answers, state_of(answers)):
            each.unlink(missing_ok=True)
