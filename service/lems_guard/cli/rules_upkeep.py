"""`lems-guard rules lock | diff | schema`: what keeps a rule set honest from release to release."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from lems_guard.cli.rule_options import CONTENT_FAULT, RulesDir
from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.editions.library import (
    Edition,
    browse_edition,
    draft_edition,
    edition_of,
    packaged_rules,
    past_edition,
    write_lock,
)
from lems_guard.knowledge.diff import (
    MedicationCase,
    Side,
    lists_changed,
    read_lists,
    rules_changed,
)
from lems_guard.knowledge.editor_schema import schemas
from lems_guard.knowledge.lock import LockReport, checked, lock_of, read_lock, written
from lems_guard.knowledge.manifest import LOCK, differences, files_in, read_manifest
from lems_guard.knowledge.problems import Problem, Problems
from lems_guard.screening.knowledge_base import KnowledgeBase

SCHEMA = "schema"


def lock_report(folder: Path, knowledge: KnowledgeBase) -> LockReport:
    """What the lock of a folder says of its rules."""
    path = folder / LOCK
    text = path.read_text("utf-8") if path.is_file() else ""
    lock, damaged = read_lock(text)
    report = LockReport(damaged, ()) if damaged else checked(knowledge.rules, lock)
    return report._replace(warnings=(*report.warnings, *_not_as_locked(folder, text)))


def _not_as_locked(folder: Path, text: str) -> Iterator[Problem]:
    """What a start would refuse a folder for."""
    manifest = read_manifest(text)
    if manifest is None:
        yield Problem(LOCK, 1, 1, "not-locked", "no service takes this folder: run `rules lock`")
    else:
        yield from differences(manifest, files_in(folder))


def lock(
    rules: RulesDir = None,
    retire: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="A rule that is gone; its id stays.")
    ] = None,
    why: Annotated[str, typer.Option(metavar="TEXT", help="Why it is gone.")] = "",
) -> None:
    """Write rules.lock; refused where content changed under its version, or an id is reused."""
    folder, retired = rules or packaged_rules(), retire or []
    if retired and not why.strip():
        _end([Problem(LOCK, 1, 1, "no-reason", "--retire needs --why")])
    edition, path = _made(folder), folder / LOCK
    before, damaged = read_lock(path.read_text("utf-8")) if path.is_file() else ({}, ())
    report = checked(edition.knowledge.rules, before, retired)
    unknown = [
        Problem(LOCK, 1, 1, "unknown-rule", f"{rule!r} is still there, or never was")
        for rule in retired
        if rule not in before or edition.knowledge.rule(rule) is not None
    ]
    if damaged or report.problems or unknown:
        _end((*damaged, *report.problems, *unknown))
    reason = " ".join(why.split())
    after = lock_of(edition.knowledge.rules, before, dict.fromkeys(retired, reason))
    write_lock(folder, written(after), edition)
    typer.echo(f"{path}: {len(edition.knowledge.rules)} rules, {len(report.warnings)} new or moved")


def diff(
    old: Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="OLD")],
    new: Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="NEW")],
    corpus: Annotated[
        Path | None,
        typer.Option(metavar="DIR", exists=True, file_okay=False, help="Medication lists (YAML)."),
    ] = None,
) -> None:
    """Say which rules differ between two folders, and which medication lists are answered anew.

    OLD may be an earlier release's: what today's lint wants is not asked of it.
    """
    before, after = _browsed(old, past_edition), _browsed(new)
    _print(rules_changed(before.knowledge.rules, after.knowledge.rules))
    if corpus is not None:
        lists = _lists_in(corpus)
        sides = [Side(edition.knowledge, edition.understand) for edition in (before, after)]
        changed = list(lists_changed(lists, *sides))
        _print(changed)
        count = sum(not line.startswith(" ") for line in changed)
        typer.echo(f"{count} of {len(lists)} lists change")


def schema(
    rules: RulesDir = None,
) -> None:
    """Write the JSON Schemas that editors check YAML with, into the folder `schema`."""
    folder = (rules or packaged_rules()) / SCHEMA
    folder.mkdir(exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, "utf-8")
    typer.echo(f"{folder}: {', '.join(schemas())}")


def _made(folder: Path) -> Edition:
    """The edition of a folder as its sources say, whatever its compiled file holds."""
    try:
        return edition_of(draft_edition(folder))
    except InvalidKnowledge as fault:
        _print(f"{folder}/{problem}" for problem in fault.problems)
        raise typer.Exit(CONTENT_FAULT) from fault


def _lists_in(corpus: Path) -> list[MedicationCase]:
    problems = Problems()
    found: list[MedicationCase] = []
    for path in sorted(corpus.glob("*.yaml")):
        found += read_lists(path.read_text("utf-8"), path.name, problems)
    if len(problems):
        _end(problems.sorted())
    return found


def _browsed(folder: Path, load: Callable[[Path], Edition] = browse_edition) -> Edition:
    try:
        return load(folder)
    except InvalidKnowledge as fault:
        _print(f"{folder}/{problem}" for problem in fault.problems)
        raise typer.Exit(CONTENT_FAULT) from fault


def _end(problems: Iterable[Problem]) -> None:
    _print(map(str, problems))
    raise typer.Exit(CONTENT_FAULT)


def _print(lines: Iterable[str]) -> None:
    console = Console(soft_wrap=True)
    for line in lines:
        console.print(Text(line))
