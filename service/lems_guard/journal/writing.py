"""The journal in a thread of its own: whoever answers leaves a note, and waits for nothing.

A disk that is full, slow or gone changes no answer: notes wait, so many of them, and what found no
place is counted and told by the journal itself when it can be written again.
"""

import contextlib
import datetime
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, Protocol, TypeAlias

import structlog

from lems_guard.journal.files import JournalFile
from lems_guard.journal.records import line_of

log = structlog.get_logger(__name__)

# What is noted is on its way to the disk within this, and, with fsync, kept within a second.
PAUSE_SECONDS = 0.1
SYNC_SECONDS = 0.8
MOST_WAITING = 20_000

Said: TypeAlias = Mapping[str, object]


class Note(NamedTuple):
    """What is to be recorded: when it happened, who called, and what makes the rest of it."""

    at: float
    caller: str
    make: Callable[[], Said]


class CountsRecords(Protocol):
    """What counts records."""

    def written(self, number: int) -> None:
        """So many have been written."""

    def lost(self, number: int) -> None:
        """So many found no place."""

    def stuck(self, is_stuck: bool) -> None:  # noqa: FBT001 - called with what is so
        """Whether it cannot be written."""


class Journal:
    """Takes notes from any thread, and writes them in one."""

    def __init__(
        self, opened: Callable[[], JournalFile], counts: CountsRecords, *, syncs: bool
    ) -> None:
        """`opened` is called when it begins to run; `syncs`: each second the disk is to keep it."""
        self._opened = opened
        self._counts = counts
        self._syncs = syncs
        self._notes: deque[Note] = deque()
        self._lines: list[bytes] = []
        self._lost = 0
        self._mutex = threading.Lock()
        self._ending = threading.Event()
        self._synced_at = 0.0
        self._why = ""

    def note(self, caller: str, make: Callable[[], Said]) -> None:
        """Note that something has been decided; it takes a microsecond and never fails."""
        if len(self._notes) < MOST_WAITING:
            self._notes.append(Note(time.time(), caller, make))
        else:
            self._lose(1)

    @property
    def trouble(self) -> str:
        """Why it cannot be written; empty where it can."""
        return self._why and f"the journal cannot be written: {self._why}"

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Write until left, and what is noted by then; raises `InvalidSettings`."""
        self._file = self._opened()
        self._number, self._hash = self._file.last.number, self._file.last.hash
        self.note("", lambda: {"kind": "begun"})
        thread = threading.Thread(target=self._run, name="journal")
        thread.start()
        try:
            yield
        finally:
            self._ending.set()
            thread.join()
            self._file.close()

    def _run(self) -> None:
        while not self._ending.wait(PAUSE_SECONDS):
            self._once(is_last=False)
        while self._once(is_last=True) and (self._notes or self._lost):
            pass  # more waited than were taken at once
        if self._lines:
            log.error("journal ended with records that could not be written", lost=len(self._lines))

    def _once(self, *, is_last: bool) -> bool:
        """Write what has been noted; whether that could be done."""
        self._compose()
        try:
            self._write()
            self._sync(is_last=is_last)
        except OSError as fault:
            self._tell(fault.strerror or type(fault).__name__)
            return False
        self._tell("")
        return True

    def _compose(self) -> None:
        """Notes as lines, each behind the one before; from then on none of them can be left out."""
        with self._mutex:
            lost, self._lost = self._lost, 0
        if lost:
            self._add(Note(time.time(), "", lambda: {"kind": "lost", "records": lost}))
        while self._notes and len(self._lines) < MOST_WAITING:
            self._add(self._notes.popleft())

    def _add(self, note: Note) -> None:
        try:
            said = note.make()
        except Exception as error:  # noqa: BLE001 - the journal goes on, whatever one note holds
            log.error("note not recorded", kind=type(error).__name__)  # noqa: TRY400 - no message
            self._lose(1)
            return
        at = datetime.datetime.fromtimestamp(note.at, datetime.UTC)
        when = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._number += 1
        written = line_of({"at": when, "caller": note.caller, **said}, self._number, self._hash)
        self._hash = written.hash
        self._lines.append(written.line)

    def _write(self) -> None:
        if self._lines:
            self._file.write(b"".join(self._lines), self._number)
            self._counts.written(len(self._lines))
            self._lines.clear()

    def _sync(self, *, is_last: bool) -> None:
        now = time.monotonic()
        if self._syncs and (is_last or now - self._synced_at >= SYNC_SECONDS):
            self._file.sync()
            self._synced_at = now

    def _lose(self, number: int) -> None:
        with self._mutex:
            self._lost += number
        self._counts.lost(number)

    def _tell(self, why: str) -> None:
        if why == self._why:
            return
        self._why = why
        self._counts.stuck(bool(why))
        if why:
            log.error("journal not written", why=why)
        else:
            log.info("journal written again")
