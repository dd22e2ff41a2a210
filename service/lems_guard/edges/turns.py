"""Turns: of all that is to be evaluated in a process, one thing at a time.

The work is plain Python: two threads that evaluate get nothing done sooner, and together they
starve the thread that takes calls in. So whoever has something to evaluate waits for its turn.
"""

import collections
import enum
import threading
import time


class Lane(enum.IntEnum):
    """Who waits: a caller for the one answer, or a stream for that of its next item."""

    CALL = 0
    ITEM = 1


# So many calls may pass an item that waits; then it is the item's turn.
MOST_PASSED = 8
# Of the last turn's length this share goes into the mean: some dozen turns are remembered.
NEWEST = 1 / 16


class Turns:
    """Gives turns: to calls in the order in which they came, to items of streams in between."""

    def __init__(self) -> None:
        """Nobody waits."""
        self._mutex = threading.Lock()
        self._is_taken = False
        self._waiting: tuple[collections.deque[threading.Lock], ...] = tuple(
            collections.deque() for _ in Lane
        )
        self._passed = 0
        self.mean_seconds = 0.0  # that a turn takes of late

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting))

    def take_free(self) -> bool:
        """Take a turn where nobody has it; false where one would have to wait."""
        with self._mutex:
            is_free = not self._is_taken
            self._is_taken = True
            return is_free

    def take(self, lane: Lane, deadline: float) -> bool:
        """Wait for a turn until a moment of `time.monotonic`; false where none came by then.

        A turn that was taken must be ended.
        """
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting[lane].append(mine)
        patience = min(max(0.0, deadline - time.monotonic()), threading.TIMEOUT_MAX)
        return mine.acquire(timeout=patience) or not self._has_left(lane, mine)

    def _has_left(self, lane: Lane, mine: threading.Lock) -> bool:
        """Whether the wait is over without a turn; it may have come in the last moment."""
        with self._mutex:
            if mine not in self._waiting[lane]:
                return False
            self._waiting[lane].remove(mine)
            return True

    def end(self, seconds: float | None = None) -> None:
        """End a turn, which counts where it is told how long it took; the next one begins."""
        with self._mutex:
            if seconds is not None:
                self.mean_seconds += (seconds - self.mean_seconds) * NEWEST
            lane = self._next_lane()
            if lane is None:
                self._is_taken = False
            else:
                self._waiting[lane].popleft().release()

    def _next_lane(self) -> Lane | None:
        calls, items = self._waiting
        if calls and not (items and self._passed >= MOST_PASSED):
            self._passed = self._passed + 1 if items else 0
            return Lane.CALL
        self._passed = 0
        return Lane.ITEM if items else None
