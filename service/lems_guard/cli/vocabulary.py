"""`lems-guard vocabulary`: a site's own RxNorm release, imported and looked at."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lems_guard.cli.coverage import coverage
from lems_guard.cli.output import write_text
from lems_guard.clinical.errors import InvalidSettings

if TYPE_CHECKING:
    from lems_guard.terminology.site.loading import Demands
    from lems_guard.terminology.site.rrf import Progress
    from lems_guard.terminology.site.schema import About

# ruff: noqa: PLC0415 - what imports is only loaded when there is something to import.

vocabulary_app = typer.Typer(
    no_args_is_help=True, help="A site's own RxNorm release, and what share of its orders is read."
)


vocabulary_app.command("coverage")(coverage)


@vocabulary_app.command("import-rxnorm")
def import_rxnorm(
    source: Annotated[
        Path,
        typer.Argument(metavar="DIR|ZIP", exists=True, help="A release: full or prescribable."),
    ],
    *,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", dir_okay=False, help="The file to write.")
    ],
    accept_counts: Annotated[
        bool, typer.Option("--accept-counts", help="Whatever has become more or fewer by a fifth.")
    ] = False,
) -> None:
    """Import a release into one file, which LEMS_GUARD_VOCABULARY then names.

    FILE is replaced only when the new one has passed every check. Exit codes: 0 imported · 2 the
    release was refused, and FILE is as it was.
    """
    from lems_guard.terminology.site.loading import import_release, total_bytes

    demands = _demands(accept_counts=accept_counts)
    with _progress(total_bytes(source)) as progress:
        said = import_release(source, out, demands, progress)
    _tell(out, said)


@vocabulary_app.command("info")
def info(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="An imported file (the settings').")
    ] = None,
) -> None:
    """Tell the release, digest and counts of an imported file, and whether it is undamaged."""
    from lems_guard.settings import Settings
    from lems_guard.terminology.site import schema

    path = file or Settings.from_environment().vocabulary
    if path is None:
        raise InvalidSettings("no file is named, and LEMS_GUARD_VOCABULARY is not set")
    with schema.reading(path) as database:
        said = schema.about(database)
        if schema.content_digest(database, said.release) != said.digest:
            raise schema.UnusableVocabulary(f"{path}: damaged, its content is not what it says")
    _tell(path, said)


def _demands(*, accept_counts: bool) -> "Demands":
    from lems_guard.editions.library import browse_edition, packaged_rules
    from lems_guard.knowledge.layout import VOCABULARY
    from lems_guard.settings import Settings
    from lems_guard.terminology.site.loading import Demands
    from lems_guard.terminology.site.must_resolve import read_must_resolve

    rules = Settings.from_environment().rules or packaged_rules()
    edition = browse_edition(rules)
    must = read_must_resolve(rules / VOCABULARY, edition.vocabulary)
    watched = edition.knowledge.candidates
    return Demands(edition.vocabulary, must, watched, accept_counts=accept_counts)


def _tell(path: Path, said: "About") -> None:
    counts = "".join(f"  {key}: {count}\n" for key, count in said.counts.items())
    write_text(f"{path}\nrelease {said.release}\ndigest {said.digest}\n{counts}")


@contextlib.contextmanager
def _progress(total: int) -> Iterator["Progress"]:
    """A bar on standard error; silent where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    text = TextColumn("{task.description}")
    columns = (text, BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=total)

        def advance(file: str, read: int) -> None:
            bar.update(task, advance=read, description=file)

        yield advance
