"""The journal's files: the one that is written, and those before it, by their last numbers."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.journal.records import NOTHING_BEFORE, JournalRecord, record_in

SETTING = "LEMS_GUARD_JOURNAL"
MODE = 0o640
LONGEST_RECORD = 1_048_576
DAY_SECONDS = 86_400


def files_of(path: Path) -> list[Path]:
    """All files of a journal, oldest first."""
    before = [each for each in path.parent.glob(f"{path.name}.*") if each.suffix[1:].isdigit()]
    return [*sorted(before), *([path] if path.exists() else [])]


def last_record(path: Path) -> JournalRecord | None:
    """The last whole record of a journal; `None` where there is none."""
    for each in reversed(files_of(path)):
        with each.open("rb") as file:
            file.seek(max(0, each.stat().st_size - LONGEST_RECORD))
            for line in reversed(file.read().splitlines()):
                found = record_in(line)
                if found is not None:
                    return found
    return None


class JournalFile:
    """The file that is written: by one process at a time, at its end alone."""

    def __init__(self, path: Path, most_bytes: int, days: int) -> None:
        """Open it; raises `InvalidSettings`. `days` are how long old ones stay; 0: for ever."""
        self._path, self._most, self._days = path, most_bytes, days
        try:
            self._lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, MODE)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.last = last_record(path) or JournalRecord(0, NOTHING_BEFORE, "", {})
            self._open()
        except BlockingIOError:
            raise InvalidSettings(f"{SETTING}: {path}: another process writes it") from None
        except OSError as fault:
            raise InvalidSettings(f"{SETTING}: {path}: {fault.strerror}") from None

    def _open(self) -> None:
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, MODE)
        self._size = os.fstat(self._file).st_size
        self._is_torn = self._size > 0 and os.pread(self._file, 1, self._size - 1) != b"\n"

    def write(self, content: bytes, last_number: int) -> None:
        """Put whole lines at the end, of which the last has this number; raises `OSError`.

        Then none of them stands there: what came of them is cut off again, or ends its line.
        """
        if self._size >= self._most:
            self._begin_another(last_number - content.count(b"\n"))
        rest = memoryview(b"\n" + content if self._is_torn else content)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:
            self._is_torn = True
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._size)
                self._is_torn = False
            raise
        self._size, self._is_torn = os.fstat(self._file).st_size, False

    def sync(self) -> None:
        """Have the disk keep what was written; raises `OSError`."""
        os.fsync(self._file)

    def close(self) -> None:
        """Write no more."""
        os.close(self._file)
        os.close(self._lock)

    def _begin_another(self, number: int) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._path.rename(f"{self._path}.{number:012d}")
        full = self._file
        self._open()
        os.close(full)
        for old in self._outlived():
            old.unlink(missing_ok=True)

    def _outlived(self) -> Iterator[Path]:
        """The files whose last record is older than they are to be kept."""
        earliest = time.time() - self._days * DAY_SECONDS
        for each in files_of(self._path)[:-1]:
            if self._days and each.stat().st_mtime < earliest:
                yield each
