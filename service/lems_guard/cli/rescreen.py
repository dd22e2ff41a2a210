"""`lems-guard rescreen`: what other rules, or another vocabulary, change for a cohort."""

import datetime
from pathlib import Path
from typing import Annotated

import typer

from lems_guard.cli.batch import Columns
from lems_guard.cli.output import write_text
from lems_guard.cli.site_settings import site_settings, today

# ruff: noqa: PLC0415 - what checks is only loaded when there is something to check.

EXIT_CODES = (
    "Exit codes: 0 all lists were compared, whatever changes · 2 nothing could be compared · "
    "4 our own fault"
)
Cohort = Annotated[
    str, typer.Argument(metavar="COHORT", help="What `batch` reads: requests, an export, a table.")
]
Old = Annotated[
    Path | None,
    typer.Option(
        metavar="RULES",
        exists=True,
        help="Rules of before, or a file of the answers they gave (beside a vocabulary: those in "
        "use).",
    ),
]
New = Annotated[
    Path | None,
    typer.Option(metavar="RULES", exists=True, file_okay=False, help="Rules (those in use)."),
]
Vocabulary = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", exists=True, dir_okay=False, help="A site's vocabulary (its own)."
    ),
]
AsOf = Annotated[
    datetime.datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"], help="The day that counts as today (of old answers: theirs)."
    ),
]
Html = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The report as a page, with a plot.")
]
Csv = Annotated[Path | None, typer.Option(metavar="FILE", help="Every change, one a row.")]
Rejected = Annotated[
    Path | None, typer.Option(metavar="FILE", help="What was not read, with line and reason.")
]


def rescreen(  # noqa: PLR0913 - one option each
    cohort: Cohort,
    *,
    old: Old = None,
    new: New = None,
    old_vocabulary: Vocabulary = None,
    new_vocabulary: Vocabulary = None,
    columns: Columns = None,
    jobs: Annotated[int, typer.Option(min=1, max=256, help="Processes.")] = 1,
    as_of: AsOf = None,
    html: Html = None,
    csv: Csv = None,
    rejects: Rejected = None,
) -> None:
    """Say which alerts are new, gone, raised or lowered for a cohort, and nothing else."""
    from lems_guard.cli.rescreen_run import Reports, run_rescreen
    from lems_guard.cohort.columns import read_columns
    from lems_guard.cohort.in_process import terms_of
    from lems_guard.cohort.inputs import CohortSource
    from lems_guard.cohort.rescreening import RescreenOrder, SideOrder, day_on_file
    from lems_guard.editions.library import packaged_rules

    if old is None and not (old_vocabulary or new_vocabulary):
        raise typer.BadParameter("say what is compared: --old RULES, or a vocabulary")
    settings = site_settings()
    own, overlay = settings.vocabulary, settings.overlay
    source = CohortSource(cohort, read_columns(columns) if columns else None)
    rules = settings.rules or packaged_rules()
    before = old or rules
    day = as_of.date() if as_of else day_on_file(before) or today()
    asked = RescreenOrder(
        SideOrder(before, old_vocabulary or own, overlay, is_past=True),
        SideOrder(new or rules, new_vocabulary or own, overlay),
        source.kind,
        terms_of(settings, day),
    )
    lines = run_rescreen(source, asked, Reports(html, csv, rejects), jobs)
    write_text("".join(f"{line}\n" for line in lines))
