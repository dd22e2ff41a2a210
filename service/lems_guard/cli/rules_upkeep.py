"""`lems-guard rules lock | schema`: what keeps a rule set honest from release to release."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from lems_guard.cli.rule_options import RulesDir
from lems_guard.cli.rule_problems import end_with, loaded
from lems_guard.editions.library import (
    Edition,
    draft_edition,
    edition_of,
    packaged_rules,
    write_lock,
)
from lems_guard.knowledge.editor_schema import schemas
from lems_guard.knowledge.lock import LockReport, checked, lock_of, read_lock, written
from lems_guard.knowledge.manifest import LOCK, differences, files_in, read_manifest
from lems_guard.knowledge.problems import Problem
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
        end_with([Problem(LOCK, 1, 1, "no-reason", "--retire needs --why")])
    edition, path = loaded(folder, _drafted), folder / LOCK
    before, damaged = read_lock(path.read_text("utf-8")) if path.is_file() else ({}, ())
    report = checked(edition.knowledge.rules, before, retired)
    unknown = [
        Problem(LOCK, 1, 1, "unknown-rule", f"{rule!r} is still there, or never was")
        for rule in retired
        if rule not in before or edition.knowledge.rule(rule) is not None
    ]
    if damaged or report.problems or unknown:
        end_with((*damaged, *report.problems, *unknown))
    reason = " ".join(why.split())
    after = lock_of(edition.knowledge.rules, before, dict.fromkeys(retired, reason))
    write_lock(folder, written(after), edition)
    typer.echo(f"{path}: {len(edition.knowledge.rules)} rules, {len(report.warnings)} new or moved")


def schema(
    rules: RulesDir = None,
) -> None:
    """Write the JSON Schemas that editors check YAML with, into the folder `schema`."""
    folder = (rules or packaged_rules()) / SCHEMA
    folder.mkdir(exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, "utf-8")
    typer.echo(f"{folder}: {', '.join(schemas())}")


def _drafted(folder: Path) -> Edition:
    """The edition of a folder as its sources say, whatever its compiled file holds."""
    return edition_of(draft_edition(folder))
