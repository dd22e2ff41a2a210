"""`lems-guard batch`: a cohort, one list a line in and one answer a line out."""

import datetime
import time
from pathlib import Path
from typing import Annotated

import typer

from lems_guard.cli.batch_progress import write_textfile
from lems_guard.cli.exit_codes import ExitCode
from lems_guard.cli.output import silence
from lems_guard.cli.reach import (
    CA,
    CERTIFICATE,
    KEY,
    SERVER,
    TIMEOUT,
    TLS,
    TOKEN,
    reach_of,
)
from lems_guard.cli.site_settings import site_settings, today
from lems_guard.clinical.errors import Unavailable
from lems_guard.cohort.formats import OutputFormat

# ruff: noqa: ARG001, PLC0415 - options are read from the context; what checks is only loaded when there is something to check.

SEVERITIES = ("INFORMATION", "MONITOR", "CAUTION", "AVOID", "CONTRAINDICATED")
EXIT_CODES = (
    "Exit codes: 0 every list was answered or reported · 1 an alert at --fail-at or graver · "
    "2 nothing could be read, or --resume is refused · 3 with --strict, a list is incomplete · "
    "4 our own fault: go on by --resume"
)


In = Annotated[
    str,
    typer.Argument(
        metavar="IN",
        help="Requests, one a line of JSON (`-`: standard input); the folder of a FHIR Bulk "
        "export; or, with --columns, a table.",
    ),
]
Out = Annotated[str, typer.Argument(metavar="OUT", help="A file; `-`: standard output.")]
Form = Annotated[OutputFormat, typer.Option("--format", help="What OUT holds.")]
Columns = Annotated[
    Path | None,
    typer.Option(help="What the columns of a table are called (`cohort columns` proposes it)."),
]
Jobs = Annotated[int, typer.Option(min=1, max=256, help="Processes; with --server, calls at once.")]
AsOf = Annotated[
    datetime.datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The day that counts as today."),
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on where a run stopped.")]
Restart = Annotated[bool, typer.Option("--restart", help="Begin anew, replacing OUT.")]
Rejected = Annotated[
    Path | None, typer.Option(help="What was not read, with line and reason (OUT.rejects).")
]
FailAt = Annotated[
    str | None, typer.Option(metavar="SEVERITY", help="End with 1 at this severity or above.")
]
Strict = Annotated[bool, typer.Option("--strict", help="End with 3 where a list is incomplete.")]
Textfile = Annotated[
    Path | None, typer.Option(help="Metrics of the run, for node_exporter's textfiles.")
]


def batch(  # noqa: PLR0913 - one option each
    context: typer.Context,
    source: In,
    target: Out,
    *,
    form: Form = OutputFormat.NDJSON,
    columns: Columns = None,
    jobs: Jobs = 1,
    server: Annotated[str | None, SERVER] = None,
    tls: Annotated[bool, TLS] = False,
    ca: Annotated[str | None, CA] = None,
    certificate: Annotated[str | None, CERTIFICATE] = None,
    key: Annotated[str | None, KEY] = None,
    token: Annotated[str | None, TOKEN] = None,
    timeout: Annotated[float | None, TIMEOUT] = None,
    as_of: AsOf = None,
    resume: Resume = False,
    restart: Restart = False,
    rejects: Rejected = None,
    fail_at: FailAt = None,
    strict: Strict = False,
    textfile: Textfile = None,
) -> None:
    """Check a cohort: every list is answered or reported, and the order is kept."""
    from lems_guard.cli.batch_run import BatchOrder, run_batch
    from lems_guard.cohort.running import Beginning

    if resume and restart:
        raise typer.BadParameter("--resume and --restart exclude each other")
    least = _severity(fail_at)
    reach = reach_of(context.params)
    day = as_of.date() if as_of else today()
    asked = BatchOrder(source, target, form, columns, rejects, jobs, reach, day)
    begun = time.time()
    try:
        tally = run_batch(asked, Beginning(resume=resume, restart=restart), site_settings())
    except BrokenPipeError:
        silence()
        raise Unavailable("whoever read the answers has gone away") from None
    if textfile:
        write_textfile(textfile, tally, begun)
    if least and tally.worst >= least:
        raise typer.Exit(ExitCode.FOUND)
    if strict and (tally.incomplete or tally.refused):
        raise typer.Exit(ExitCode.UNSURE)


def _severity(name: str | None) -> int:
    """A severity by its name; zero for none."""
    if name is None:
        return 0
    if name.upper() not in SEVERITIES:
        raise typer.BadParameter(f"--fail-at: one of {', '.join(SEVERITIES)}")
    return SEVERITIES.index(name.upper()) + 1
