"""How far a run has come: a bar on a terminal, a line a minute in a log, metrics of a night."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from lems_guard.cohort.lines import Cohort
    from lems_guard.cohort.summary import RunTally

LINE_SECONDS = 60.0
TEXTFILE = """\
# HELP lems_guard_batch_finished_timestamp_seconds When the last run came to its end.
# TYPE lems_guard_batch_finished_timestamp_seconds gauge
lems_guard_batch_finished_timestamp_seconds {finished:.0f}
# HELP lems_guard_batch_duration_seconds How long the last run took.
# TYPE lems_guard_batch_duration_seconds gauge
lems_guard_batch_duration_seconds {duration:.3f}
# HELP lems_guard_batch_lists How many lists became what in the last run.
# TYPE lems_guard_batch_lists gauge
lems_guard_batch_lists{{outcome="checked"}} {checked}
lems_guard_batch_lists{{outcome="incomplete"}} {incomplete}
lems_guard_batch_lists{{outcome="not_checked"}} {refused}
"""


@contextlib.contextmanager
def progress_of(cohort: "Cohort") -> "Iterator[Callable[[RunTally], None]]":
    """Shows, by bytes read, how far it is: rate, time left, and how many lists so far."""
    from rich.console import Console  # noqa: PLC0415 - only where something is to be shown

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _log(cohort)
        return
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    told = TextColumn("{task.fields[done]} lists, {task.fields[rate]:.0f}/s, {task.fields[found]}")
    columns = (told, BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    begun = time.monotonic()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=cohort.size, done=0, rate=0.0, found="")

        def show(tally: "RunTally") -> None:
            rate = tally.lines / max(time.monotonic() - begun, 1e-3)
            found = f"{tally.found} with AVOID or worse"
            bar.update(task, total=cohort.size, completed=cohort.read)
            bar.update(task, done=tally.lines, rate=rate, found=found)

        yield show


def _log(cohort: "Cohort") -> "Callable[[RunTally], None]":
    """A line a minute."""
    begun = last = time.monotonic()

    def show(tally: "RunTally") -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < LINE_SECONDS:
            return
        last = now
        share = f" ({cohort.read / cohort.size:.0%})" if cohort.size else ""
        rate = tally.lines / (now - begun)
        typer.echo(
            f"{tally.lines} lists{share}, {rate:.0f}/s, {tally.found} AVOID or worse", err=True
        )

    return show


def write_textfile(path: Path, tally: "RunTally", begun: float) -> None:
    """The run as metrics, put in place whole: a collector never reads half of it."""
    finished = time.time()
    content = TEXTFILE.format(
        finished=finished,
        duration=finished - begun,
        checked=tally.answered,
        incomplete=tally.incomplete,
        refused=tally.refused,
    )
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.write_text(content, "utf-8")
    new.replace(path)
