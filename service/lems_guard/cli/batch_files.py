"""The two files of a batch: reading lines in constant memory, and going on after an interruption.

Every answer is one line that names its request by line number. So an output that was cut off at any
byte tells how far it came: whole lines count, a line without its end is dropped and made again.
"""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

import typer

from lems_guard.clinical.errors import FieldViolation, InvalidRequest

LONGEST_LINE = 4 * 1024 * 1024  # as much as a service would accept
STANDARD = "-"


class InputLine(NamedTuple):
    """A line and its number, from 1."""

    number: int
    raw: bytes

    def content(self) -> bytes:
        """What it holds; raises `InvalidRequest` for a line that is blank or too long."""
        if len(self.raw) > LONGEST_LINE:
            raise _fault(f"a line longer than {LONGEST_LINE} bytes")
        if not self.raw.strip():
            raise _fault("a blank line")
        return self.raw


def _fault(description: str) -> InvalidRequest:
    return InvalidRequest((FieldViolation("", description),))


class InputLines:
    """The lines of a stream, one at a time; `read` bytes of `size` have gone by."""

    def __init__(self, stream: BinaryIO) -> None:
        """Start before the first line."""
        self._stream = stream
        self.number = 0
        self.read = 0
        self.size = os.fstat(stream.fileno()).st_size or None

    def __iter__(self) -> Iterator[InputLine]:
        while raw := self._next():
            yield InputLine(self.number, raw)

    def skip(self, count: int) -> None:
        """Leave out lines that have been answered."""
        for _ in range(count):
            if not self._next():
                raise typer.BadParameter(f"OUT answers {count} lines, IN has only {self.number}")

    def _next(self) -> bytes:
        """The next line; of one that is too long, enough to tell."""
        raw = part = self._stream.readline(LONGEST_LINE + 1)
        self.read += len(part)
        while part and not part.endswith(b"\n"):
            part = self._stream.readline(LONGEST_LINE)
            self.read += len(part)
        self.number += bool(raw)
        return raw


@contextlib.contextmanager
def opened_input(source: str) -> Iterator[BinaryIO]:
    """The lines to check."""
    if source == STANDARD:
        yield sys.stdin.buffer
        return
    with _opened(Path(source), "rb") as stream:
        yield stream


@contextlib.contextmanager
def begin(
    source: str, target: str, digest: str, *, resume: bool, overwrite: bool
) -> Iterator[tuple[BinaryIO, int]]:
    """The stream for the answers, and how many it already holds."""
    if target == STANDARD:
        if resume or overwrite:
            raise typer.BadParameter("--resume and --overwrite need a file")
        yield sys.stdout.buffer, 0
        sys.stdout.buffer.flush()
        return
    path = Path(target)
    if source != STANDARD and path.exists() and path.samefile(source):
        raise typer.BadParameter(f"{target} is IN itself")
    with _opened_output(path, resume=resume, overwrite=overwrite) as out:
        done = continued(out, target, digest) if resume else 0
        try:
            yield out, done
        finally:
            out.flush()
            os.fsync(out.fileno())


def _opened_output(path: Path, *, resume: bool, overwrite: bool) -> BinaryIO:
    if overwrite:
        return _opened(path, "wb")
    return _opened(path, "r+b" if resume and path.exists() else "x+b")


def _opened(path: Path, mode: Literal["rb", "wb", "r+b", "x+b"]) -> BinaryIO:
    """A file; where it cannot be opened, that is a fault of the arguments."""
    try:
        return path.open(mode)
    except FileExistsError:
        fault = "exists: go on with it by --resume, or replace it by --overwrite"
    except OSError as error:
        fault = str(error.strerror)
    raise typer.BadParameter(f"{path}: {fault}")


def continued(out: BinaryIO, name: str, digest: str) -> int:
    """Drop a line without its end, stand behind the last whole one, and tell how many there are.

    Raises where the file is no such batch's, or was made with other knowledge.
    """
    count = end = 0
    answer = last = b""
    for line in out:
        if not line.endswith(b"\n"):
            break
        count, end, last = count + 1, end + len(line), line
        answer = line if b'"digest"' in line else answer
    if count and _member(last, "requestId") != str(count):
        raise typer.BadParameter(f"{name} is no batch's output: line {count} is not its answer")
    made_with = _member(answer, "response", "knowledgeBase", "digest") if answer else digest
    if made_with != digest:
        raise typer.BadParameter(f"{name} was begun with other knowledge; --overwrite begins anew")
    out.seek(end)
    out.truncate()
    return count


def _member(line: bytes, *names: str) -> object:
    """What stands at a path in a line of JSON; `None` where nothing does."""
    try:
        value: object = json.loads(line)
    except ValueError:
        return None
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
