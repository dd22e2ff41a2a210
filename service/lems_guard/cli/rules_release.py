"""`lems-guard rules release`: an edition is checked, and only then bears its version."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from lems_guard.cli.exit_codes import ExitCode
from lems_guard.cli.output import write_text
from lems_guard.cli.rule_options import RulesDir
from lems_guard.cli.rule_problems import loaded
from lems_guard.cli.rule_remarks import out_of_reach, remarks_on
from lems_guard.cli.rules_diff import lists_in
from lems_guard.cli.rules_upkeep import lock_report
from lems_guard.editions.library import (
    Draft,
    draft_edition,
    edition_of,
    packaged_rules,
    past_edition,
)
from lems_guard.editions.releasing import (
    LastRelease,
    ReleaseCheck,
    cases_check,
    changelog_check,
    corpus_check,
    lint_check,
    lock_check,
    signatures_check,
    stamp,
    version_check,
)

REFUSED = 1


def release(  # noqa: PLR0913 - what is checked, and against what
    version: Annotated[str, typer.Argument(metavar="VERSION", help="2026.12.1")],
    against: Annotated[
        Path | None,
        typer.Option(metavar="DIR", exists=True, file_okay=False, help="The last release's rules."),
    ] = None,
    corpus: Annotated[
        Path | None,
        typer.Option(metavar="DIR", exists=True, file_okay=False, help="Medication lists (YAML)."),
    ] = None,
    rules: RulesDir = None,
    *,
    first: Annotated[bool, typer.Option("--first", help="There is no last release.")] = False,
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Release although rules are not signed.")
    ] = False,
    only_check: Annotated[bool, typer.Option("--check", help="Write nothing.")] = False,
) -> None:
    """Check lint, cases, lock, corpus, signatures and changelog, then stamp VERSION and lock it.

    Exit codes: 0 stamped (with --check: nothing is in the way) · 1 refused · 2 unreadable.
    """
    folder = rules or packaged_rules()
    last = None
    if against is not None:
        lists = lists_in(corpus) if corpus is not None else []
        last = LastRelease(loaded(against, past_edition), tuple(lists))
    draft = draft_edition(folder)
    checks = []
    for each in _checks(draft, folder, version, last, is_first=first, unsigned=unsigned):
        _print(each)
        checks.append(each)
    if any(each.to_do for each in checks):
        write_text(f"{version} is NOT released: nothing was written\n")
        raise typer.Exit(REFUSED)
    if only_check:
        write_text(f"nothing is in the way of {version}: nothing was written\n")
    else:
        _stamp(folder, version)


def _checks(
    draft: Draft,
    folder: Path,
    version: str,
    last: LastRelease | None,
    *,
    is_first: bool,
    unsigned: bool,
) -> Iterator[ReleaseCheck]:
    """Every check, as far as what it needs can be read."""
    knowledge, today = draft.rules.knowledge, datetime.datetime.now(datetime.UTC).date()
    if draft.problems or knowledge is None:
        yield lint_check(draft.problems)
        return
    yield version_check(version, knowledge.version, is_first=is_first)
    lock = lock_report(folder, knowledge)
    remarks = remarks_on(knowledge, folder, None, today, signed=False)
    problems = [each for each in remarks.problems if each not in lock.problems]
    yield lint_check(map(str, (*problems, *out_of_reach(draft))))
    edition = edition_of(draft)
    yield cases_check(draft, edition)
    yield lock_check(lock)
    yield corpus_check(edition, last, is_first=is_first)
    yield signatures_check(folder, knowledge, today, unsigned=unsigned)
    yield changelog_check(folder, version, edition, last)


def _print(check: ReleaseCheck) -> None:
    mark, style = ("✗", "bold red") if check.to_do else ("✓", "green")
    line = Text(f"{mark} {check.name:<11}", style=style)
    line.append(f" {check.found}", style="")
    if check.to_do:
        line.append(f": {check.to_do}", style="bold")
    Console(soft_wrap=True).print(line)


def _stamp(folder: Path, version: str) -> None:
    try:
        for path in stamp(folder, version):
            write_text(f"{path}: {version}\n")
    except OSError as fault:
        write_text(f"{folder} cannot be written ({fault.strerror}): {version} is NOT released\n")
        raise typer.Exit(ExitCode.OURS) from fault
