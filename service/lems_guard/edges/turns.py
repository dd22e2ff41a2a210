"""Turns: of all that is to be evaluated in a process, one thing at a time.

The work is plain Python: two threads that evaluate get nothing done sooner, and together they
starve the thread that takes calls in. So whoever has something to evaluate waits for its turn. A
turn is not for ever: what takes long gives way to those who wait, and goes on behind them.
"""

import collections
import enum
import threading
import time


class Lane(enum.IntEnum):
    """Who waits: a caller for the one answer, one whose turn was long, a stream for its next item.

    The lower goes first.
    """

    CALL = 0
    LONG_CALL = 1
    ITEM = 2


# So many may pass a lane in which somebody waits; then it is that lane's turn.
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
        self._passed = [0 for _ in Lane]
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
            mine = _held()
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

    def give_way(self, lane: Lane) -> None:
        """In the middle of a turn, let those go first who are before it; then go on.

        An item goes on before the other items: of all streams one is evaluated at a time.
        """
        with self._mutex:
            if not any(self._waiting[before] for before in Lane if before < lane):
                return
            mine = _held()
            if lane is Lane.ITEM:
                self._waiting[lane].appendleft(mine)
            else:
                self._waiting[lane].append(mine)
            self._hand_on()
        mine.acquire()

    def end(self, seconds: float | None = None) -> None:
        """End a turn, which counts where it is told how long it took; the next one begins."""
        with self._mutex:
            if seconds is not None:
                self.mean_seconds += (seconds - self.mean_seconds) * NEWEST
            self._hand_on()

    def _hand_on(self) -> None:
        waiting = [lane for lane in Lane if self._waiting[lane]]
        if not waiting:
            self._is_taken = False
            return
        overdue = (lane for lane in waiting if self._passed[lane] >= MOST_PASSED)
        chosen = next(overdue, waiting[0])
        for lane in waiting:
            self._passed[lane] += 1
        self._passed[chosen] = 0
        self._waiting[chosen].popleft().release()


def _held() -> threading.Lock:
    """A lock that its maker waits for until somebody else releases it."""
    lock = threading.Lock()
    lock.acquire()
    return lock
