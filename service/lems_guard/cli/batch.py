"""`lems-guard batch`: a cohort, one prescription a line in and one answer a line out."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from lems_guard.cli.batch_files import InputLine, InputLines, begin, opened_input
from lems_guard.cli.output import silence
from lems_guard.cli.site_settings import site_settings
from lems_guard.clinical.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from lems_guard.cli.in_process import InProcess

# ruff: noqa: PLC0415 - what checks is only loaded when there is something to check.


def batch(
    source: Annotated[
        str, typer.Argument(metavar="IN.ndjson|-", help="A CheckPrescriptionRequest a line.")
    ],
    target: Annotated[
        str,
        typer.Argument(metavar="OUT.ndjson|-", help="A CheckPrescriptionStreamResponse a line."),
    ],
    *,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where OUT ends.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace OUT.")] = False,
) -> None:
    """Check a cohort. A line that cannot be checked is answered by its error; the order is kept.

    Exit code 0 when every line was answered or reported.
    """
    from lems_guard.cli.in_process import InProcess

    if resume and overwrite:
        raise typer.BadParameter("--resume and --overwrite exclude each other")
    checker = InProcess(site_settings())
    with opened_input(source) as stream:
        digest = checker.knowledge.digest
        with begin(source, target, digest, resume=resume, overwrite=overwrite) as (out, done):
            lines = InputLines(stream)
            lines.skip(done)
            try:
                _check_all(lines, out, checker)
            except BrokenPipeError:
                silence()
                raise Unavailable("whoever read the answers has gone away") from None


def _check_all(lines: InputLines, out: BinaryIO, checker: "InProcess") -> None:
    """Answer line by line; whatever the batch's length, one line is held at a time."""
    refused = 0
    first = lines.number
    with _progress(lines) as show:
        for line in lines:
            answer, is_answered = answer_to(line, checker)
            refused += not is_answered
            out.write(answer)
            if not out.seekable():  # somebody may be waiting for it
                out.flush()
            show()
    typer.echo(_summary(lines.number, first, refused), err=True)


def answer_to(line: InputLine, checker: "InProcess") -> tuple[bytes, bool]:
    """The answer to one line, and whether it was checked."""
    from google.protobuf.json_format import MessageToJson

    from lems_guard.answering.items import item_error
    from lems_guard.answering.proto_json import read_request
    from lems_guard.v1.interaction_check_service_pb2 import CheckPrescriptionStreamResponse

    item = CheckPrescriptionStreamResponse(request_id=str(line.number))
    try:
        item.response.CopyFrom(checker.check(read_request(line.content())))
    except Exception as error:  # noqa: BLE001 - one bad line fails alone, whatever is wrong
        item.ParseFromString(item_error(item.request_id, error))
    text = MessageToJson(item, indent=None)
    return text.encode() + b"\n", item.HasField("response")


def _summary(last: int, first: int, refused: int) -> str:
    before = f" ({first} were answered before)" if first else ""
    wrong = f", {refused} NOT checked: their answers say why" if refused else ""
    return f"{last - first - refused} checked{wrong}{before}"


@contextlib.contextmanager
def _progress(lines: InputLines) -> "Iterator[Callable[[], None]]":
    """A progress bar on a terminal's standard error; how far, by bytes read."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.fields[done]} checked"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=lines.size, done=0)
        yield lambda: bar.update(task, completed=lines.read, done=lines.number)
