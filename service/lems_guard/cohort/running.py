"""A run: lines in, answers out, each kept with its line before the next piece is begun."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from lems_guard.clinical.errors import InvalidCohort
from lems_guard.cohort.checking import Check, InputKind
from lems_guard.cohort.engines import Engine, Lines, Work
from lems_guard.cohort.in_process import Terms
from lems_guard.cohort.ledger import Circumstances, begun, recorded, refused, resumed, state_of
from lems_guard.cohort.lines import Cohort, CohortLine, Reject
from lems_guard.cohort.rejects import Rejects
from lems_guard.cohort.results import Result
from lems_guard.cohort.starting import begin_check
from lems_guard.cohort.summary import RunTally
from lems_guard.settings import Settings

NO_FILE = "is no file that answers can be kept in: name one, or - for standard output"
EXISTS = "is there already: go on with it by --resume, or begin anew by --restart"


class AnsweredPiece(NamedTuple):
    """Some lines answered: the answers as they are written, what the state says, what they count.

    All is made where they are answered, so that who writes them has little to do.
    """

    answers: bytes
    records: bytes
    tally: RunTally


def answering(check: Check) -> Work[AnsweredPiece]:
    """The work of answering lines."""

    def work(lines: Lines) -> AnsweredPiece:
        tally, answers = RunTally(), []
        for line in lines:
            checked = check(line)
            tally.add(checked)
            answers.append(checked.answer)
        return AnsweredPiece(b"".join(answers), recorded(lines, answers), tally)

    return work


def begin_answering(settings: Settings, kind: InputKind, terms: Terms) -> Work[AnsweredPiece]:
    """The same, by an engine that is loaded for it."""
    return answering(begin_check(settings, kind, terms))


class Keeps(Protocol):
    """Where answers go."""

    @property
    def answered(self) -> int:
        """How many lines were answered before."""

    def unanswered(self, lines: Iterable[CohortLine]) -> Iterator[CohortLine]:
        """The lines that are left."""

    def write(self, answers: bytes, records: bytes) -> None:
        """Keep some answers, and what the state says of them."""

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

    def write(self, answers: bytes, _: bytes) -> None:
        """Pass some answers on."""
        self._out.write(answers)
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


def run(
    cohort: Cohort,
    engine: Engine[AnsweredPiece],
    keep: Keeps,
    show: Callable[[RunTally], None],
) -> RunTally:
    """Answer what is left of the lines; `show` hears what they come to by now."""
    tally = RunTally()
    tally.lines = keep.answered
    lines = cohort.lines(lambda: show(tally))
    for piece in engine(keep.unanswered(lines)):
        keep.write(piece.answers, piece.records)
        tally.join(piece.tally)
        show(tally)
    tally.patients = cohort.patients
    return tally


def rejecting(
    results: Iterable[Result], source: str, rejects: Rejects, kind: InputKind
) -> Iterator[Result]:
    """Some results, while those that are errors are rejected: by lines of IN, or by patients."""
    for number, result in enumerate(results, start=1):
        if result.error:
            is_line = kind is InputKind.REQUESTS
            file, line = (source, number) if is_line else (f"Patient/{result.request_id}", 0)
            rejects.add(Reject(file, line, result.error.words()))
        yield result


def finished(answers: Path, out: Path) -> None:
    """Leave OUT alone behind: what it was made from is not kept twice."""
    if answers != out:
        for each in (answers, state_of(answers)):
            each.unlink(missing_ok=True)
