"""The root of the command line: the commands, and what becomes of their errors."""

# ruff: noqa: E402 - before all that is imported
import gc

# What is imported stays: to look through it again and again would take a sixth of the start.
gc.disable()

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from lems_guard import __version__
from lems_guard.cli.batch import EXIT_CODES as BATCH_EXIT_CODES
from lems_guard.cli.batch import batch
from lems_guard.cli.callers import callers_app
from lems_guard.cli.check import EXIT_CODES, check
from lems_guard.cli.cohort import cohort_app
from lems_guard.cli.demo import demo
from lems_guard.cli.doctor import doctor
from lems_guard.cli.exit_codes import ExitCode
from lems_guard.cli.explain import explain
from lems_guard.cli.healthcheck import EXIT_CODES as HEALTH_EXIT_CODES
from lems_guard.cli.healthcheck import healthcheck
from lems_guard.cli.journal import journal_app
from lems_guard.cli.output import open_closed_streams, write_text
from lems_guard.cli.probe import EXIT_CODES as PROBE_EXIT_CODES
from lems_guard.cli.probe import probe
from lems_guard.cli.rescreen import EXIT_CODES as RESCREEN_EXIT_CODES
from lems_guard.cli.rescreen import rescreen
from lems_guard.cli.resolve import EXIT_CODES as RESOLVE_EXIT_CODES
from lems_guard.cli.resolve import resolve
from lems_guard.cli.rules import rules_app
from lems_guard.cli.serve import serve, settings_in_words
from lems_guard.cli.vocabulary import vocabulary_app
from lems_guard.clinical.errors import (
    InvalidKnowledge,
    InvalidRequest,
    LemsGuardError,
    Unavailable,
)
from lems_guard.telemetry.logs import place_of

gc.enable()

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
app.command(epilog=EXIT_CODES)(check)
app.command(epilog=BATCH_EXIT_CODES)(batch)
app.command(epilog=RESCREEN_EXIT_CODES)(rescreen)
app.command()(explain)
app.command(epilog=settings_in_words())(serve)
app.command()(demo)
app.command(epilog=RESOLVE_EXIT_CODES)(resolve)
app.command()(doctor)
app.command(epilog=HEALTH_EXIT_CODES)(healthcheck)
app.command(epilog=PROBE_EXIT_CODES)(probe)
app.add_typer(callers_app, name="callers")
app.add_typer(rules_app, name="rules")
app.add_typer(cohort_app, name="cohort")
app.add_typer(journal_app, name="journal")
app.add_typer(vocabulary_app, name="vocabulary")


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        from lems_guard.cli.site_settings import in_process  # noqa: PLC0415 - only when asked for
        from lems_guard.settings import Settings  # noqa: PLC0415

        write_text(f"lems-guard {__version__}\n")
        knowledge = in_process(Settings.from_environment()).knowledge
        write_text(f"knowledge base {knowledge.version} (digest {knowledge.digest})\n")
        raise typer.Exit


@app.callback()
def lems_guard(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_show_version,
            is_eager=True,
            help="Print the versions of package and knowledge base.",
        ),
    ] = False,
) -> None:
    """Medication safety for people with Lambert-Eaton myasthenic syndrome."""


def main() -> None:
    """Run the command that the arguments name, and exit."""
    open_closed_streams()
    sys.exit(run())


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code. Every error becomes a message and a code, never a trace."""
    try:
        app(arguments, prog_name="lems-guard")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else ExitCode.CLEAR
    except LemsGuardError as error:
        _say(_message_of(error))
        return ExitCode.OURS if isinstance(error, Unavailable) else ExitCode.FAULT
    except OSError as error:
        _say(f"cannot go on: {error.strerror}")
        return ExitCode.OURS
    except Exception as error:  # noqa: BLE001 - nothing that was sent may be shown by a traceback
        where = place_of(error)
        _say(f"internal error, nothing was checked: {where['kind']} at {where['place']}")
        return ExitCode.OURS
    return ExitCode.CLEAR


def _message_of(error: LemsGuardError) -> str:
    """Every fault of an error, a line each."""
    if isinstance(error, InvalidRequest):
        lines = [f"  {each.field or 'request'}: {each.description}" for each in error.violations]
        return "\n".join(("this prescription was NOT checked:", *lines))
    if isinstance(error, InvalidKnowledge):
        return "\n".join(("the knowledge base cannot be used:", *error.problems))
    if isinstance(error, Unavailable):
        return f"NOT checked: {error}"
    return str(error)


def _say(message: str) -> None:
    typer.echo(message, err=True)


if __name__ == "__main__":
    main()
