"""`lems-guard journal`: whether a journal of decisions is whole, and what it says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from lems_guard.cli.exit_codes import ExitCode
from lems_guard.cli.output import write_text
from lems_guard.journal.reading import JournalReport, lines_in, verified
from lems_guard.journal.records import JournalRecord

journal_app = typer.Typer(no_args_is_help=True, help="The journal of decisions.")
FILE = typer.Argument(exists=False, metavar="FILE", help="The file that LEMS_GUARD_JOURNAL names.")
HOLDS = typer.Option(metavar="HASH", help="The hash of a record that must be in it.")


@journal_app.command()
def verify(file: Annotated[Path, FILE], holds: Annotated[str | None, HOLDS] = None) -> None:
    """Say whether every record follows upon the one before; print the last one's hash."""
    report = verified(_there(file))
    for line in (*report.torn, *report.faults):
        write_text(f"{line}\n")
    write_text(f"{_in_words(report)}\n")
    is_lacking = holds is not None and not any(
        each.record is not None and each.record.hash == holds for each in lines_in(file)
    )
    if is_lacking:
        write_text(f"no record has the hash {holds}\n")
    raise typer.Exit(ExitCode.FAULT if report.faults or is_lacking else ExitCode.CLEAR)


@journal_app.command()
def find(
    file: Annotated[Path, FILE],
    decision: Annotated[str | None, typer.Option(help="The decision_id of an answer.")] = None,
    caller: Annotated[str | None, typer.Option(help="A caller's name.")] = None,
    rule: Annotated[str | None, typer.Option(help="A rule's id.")] = None,
    since: Annotated[str | None, typer.Option(help="From this on: 2026-11-30 or with a time.")] = (
        None
    ),
    until: Annotated[str | None, typer.Option(help="Before this.")] = None,
) -> None:
    """Print the records that fit, as they stand, a line each; exit code 1 where none does."""
    wanted = {"decision": decision, "caller": caller}
    found = 0
    for line, record in _whole(_there(file)):
        said = record.said
        fits = all(value is None or said.get(name) == value for name, value in wanted.items())
        in_time = (since is None or said["at"] >= since) and (until is None or said["at"] < until)
        if fits and in_time and (rule is None or rule in _rules_of(record)):
            write_text(line.decode())
            found += 1
    raise typer.Exit(ExitCode.CLEAR if found else ExitCode.FOUND)


def _there(file: Path) -> Path:
    if not file.exists():
        raise typer.BadParameter(f"{file}: there is no such file")
    return file


def _whole(file: Path) -> Iterator[tuple[bytes, JournalRecord]]:
    return ((each.line, each.record) for each in lines_in(file) if each.record is not None)


def _rules_of(record: JournalRecord) -> set[str]:
    return {each[0] if isinstance(each, list) else each for each in record.said.get("rules", ())}


def _in_words(report: JournalReport) -> str:
    told = f"{report.records} records in {report.files} files"
    if report.first is not None and report.last is not None:
        told += f", from {report.first.number} to {report.last.number}"
        told += f", last hash {report.last.hash}"
    state = f"{len(report.faults)} faults" if report.faults else "whole"
    return f"{told}: {state}" + (f", {len(report.torn)} torn lines" if report.torn else "")
