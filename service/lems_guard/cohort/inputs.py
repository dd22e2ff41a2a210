"""Opening a cohort: by what the input is, it is read as requests, an export or a table."""

import contextlib
import datetime
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from lems_guard.clinical.errors import InvalidCohort
from lems_guard.cohort.checking import InputKind
from lems_guard.cohort.columns import Columns
from lems_guard.cohort.export_files import export_files, others_in, resources_in
from lems_guard.cohort.gathering import Charts, ResourceFile
from lems_guard.cohort.lines import Cohort
from lems_guard.cohort.rejects import Rejects
from lems_guard.cohort.requests import RequestLines
from lems_guard.cohort.spool import spool
from lems_guard.cohort.tables import Table
from lems_guard.fhir.patients import Interpreter

STANDARD = "-"
TABLES = (".csv", ".tsv", ".txt")
NEEDS_COLUMNS = "a table needs --columns FILE (`lems-guard cohort columns {0}` proposes one)"


class CohortSource(NamedTuple):
    """Where a cohort is read from: `-` for standard input, a file, or an export's folder."""

    name: str
    columns: Columns | None = None

    @property
    def kind(self) -> InputKind:
        """What its lines are; raises `InvalidCohort` where nothing is there."""
        path = Path(self.name)
        if self.name == STANDARD:
            return InputKind.REQUESTS
        if not os.access(path, os.R_OK):
            raise InvalidCohort(f"{self.name}: there is no such file or folder, or not for us")
        if self.columns or path.is_dir():
            return InputKind.CHARTS
        if path.suffix.lower() in TABLES:
            raise InvalidCohort(f"{self.name}: {NEEDS_COLUMNS.format(self.name)}")
        return InputKind.REQUESTS

    @property
    def reading(self) -> str:
        """How it is read, in a word: what an earlier run must have been read like."""
        return f"{self.kind} {self.columns}" if self.columns else str(self.kind)


@contextlib.contextmanager
def opened(
    source: CohortSource,
    vocabularies: Sequence[Interpreter],
    today: datetime.date,
    rejects: Rejects,
) -> Iterator[Cohort]:
    """A cohort to read; raises `InvalidCohort` where it cannot be.

    Of an export who is concerned by any of the vocabularies is read.
    """
    path = Path(source.name)
    if source.kind is InputKind.REQUESTS:
        with _stream(source.name) as stream:
            yield RequestLines(stream, source.name)
        return
    with spool() as parts:
        yield Charts(_files(path, source.columns, today), vocabularies, parts, rejects)


def _files(path: Path, columns: Columns | None, today: datetime.date) -> list[ResourceFile]:
    if columns:
        return [ResourceFile(path.stat().st_size, Table(path, columns, today).resources)]
    files = [_resource_file(file, name) for file, name in export_files(path)]
    return [ResourceFile(0, lambda _: others_in(path)), *files]


def _resource_file(file: Path, name: str) -> ResourceFile:
    return ResourceFile(file.stat().st_size, lambda odometer: resources_in(file, name, odometer))


@contextlib.contextmanager
def _stream(name: str) -> Iterator[BinaryIO]:
    if name == STANDARD:
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as stream:
        yield stream
