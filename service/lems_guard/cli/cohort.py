"""`lems-guard cohort`: what helps to read a cohort."""

from pathlib import Path
from typing import Annotated

import typer

from lems_guard.cli.output import write_text
from lems_guard.cohort.columns import heading_of, proposed

cohort_app = typer.Typer(no_args_is_help=True, help="Prepare a cohort for `batch`.")


@cohort_app.callback()
def cohort() -> None:
    """Prepare a cohort for `batch`."""


@cohort_app.command()
def columns(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A table.")
    ],
) -> None:
    """Propose what a table's columns are, for `batch --columns`; a person has to look at it."""
    headings, _ = heading_of(file)
    write_text(proposed(headings))
