"""What this replica remembers by itself: it holds without Redis, and a restart forgets it."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeAlias

MOST_ENTRIES = 100_000

# Hears of every use of what is shared: by its name, and whom it heard (`Found.heard`).
Used: TypeAlias = Callable[[str, str], None]


class Memory:
    """Short notes under names, each for a time; the oldest go first when there are too many.

    Any thread may call.
    """

    def __init__(
        self,
        seconds: float,
        most: int = MOST_ENTRIES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep each note for `seconds`."""
        self.seconds = seconds
        self._most = most
        self._now = now
        self._lock = threading.Lock()
        self._notes: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def get(self, name: str) -> bytes | None:
        """The note under a name, if there is one and it has not run out."""
        expires, note = self._notes.get(name, (0.0, b""))
        return note if expires > self._now() else None

    def put(self, name: str, note: bytes) -> None:
        """Write a note anew."""
        with self._lock:
            self._put(name, note)

    def claim(self, name: str, note: bytes) -> bytes | None:
        """Write a note where there is none; the one that stands there already, if any."""
        with self._lock:
            standing = self.get(name)
            if standing is None:
                self._put(name, note)
            return standing

    def __len__(self) -> int:
        return len(self._notes)

    def _put(self, name: str, note: bytes) -> None:
        now = self._now()
        self._notes.pop(name, None)
        self._notes[name] = (now + self.seconds, note)
        while len(self._notes) > self._most or next(iter(self._notes.values()))[0] <= now:
            self._notes.popitem(last=False)
