"""Reading a table strictly: every bad row is named with its file and line."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias, TypeVar

from lems_guard.terminology.words import key_of, shape_of

Value = TypeVar("Value")
Row: TypeAlias = dict[str, str]

# Tables whose phrases may hold `#` in the place of a number.
SHAPED = frozenset({"frequencies.tsv", "words.tsv", "sig.tsv"})


class BadRow(Exception):
    """What is wrong with a row: a short code and a sentence."""


class TableReader:
    """Reads the tables of one directory and collects every problem."""

    def __init__(self, directory: Path, *, is_past: bool = False) -> None:
        self._directory, self._is_past = directory, is_past
        self.problems: list[str] = []

    def rows(self, file: str, columns: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
        """The well-formed rows of a table, each with its line."""
        try:
            text = (self._directory / file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            if self._is_past and isinstance(fault, FileNotFoundError):
                return  # an earlier release had no such table
            return self.complain(file, 1, "unreadable: the table is missing or not UTF-8")
        header, *lines = text.split("\n")
        if tuple(header.split("\t")) != columns:
            return self.complain(file, 1, f"columns: expected {', '.join(columns)}")
        for number, line in enumerate(lines, start=2):
            cells = line.split("\t")
            if len(cells) == len(columns):
                yield number, dict(zip(columns, cells, strict=True))
            elif line or number <= len(lines):
                self.complain(file, number, f"cells: {len(cells)} instead of {len(columns)}")

    def keyed(
        self, file: str, columns: tuple[str, ...], read: Callable[[Row], Value]
    ) -> Iterator[tuple[str, Value]]:
        """Each row's normalised first cell with what the row says."""
        key_for = shape_of if file in SHAPED else key_of
        for line, row in self.rows(file, columns):
            key = key_for(row[columns[0]])
            if not key:
                self.complain(file, line, f"empty: {columns[0]} holds no word")
                continue
            try:
                value = read(row)
            except BadRow as problem:
                self.complain(file, line, str(problem))
            else:
                yield key, value

    def unique(
        self, file: str, columns: tuple[str, ...], read: Callable[[Row], Value]
    ) -> dict[str, Value]:
        """A table in which every word stands once; the same said twice is no fault."""
        table: dict[str, Value] = {}
        for key, value in self.keyed(file, columns, read):
            if table.setdefault(key, value) != value:
                self.problems.append(f"{file}: duplicate: two meanings of '{key}'")
        return table

    def complain(self, file: str, line: int, problem: str) -> None:
        """Take in one problem."""
        self.problems.append(f"{file}:{line}: {problem}")
