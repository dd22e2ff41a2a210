"""A circuit breaker: when Redis does not answer in time, nobody waits for it again.

It starts open: a Redis that is late, or was never there, costs no call anything. Only a probe in
the background closes it, so that no prescription ever waits to find out whether Redis is back.
"""

import enum
import threading
from collections.abc import Callable


class BreakerState(enum.IntEnum):
    """CLOSED: in use. OPEN: left alone. HALF_OPEN: being tried in the background."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Breaker:
    """Opens after so many failures in a row, told by any thread; only a probe closes it again."""

    __slots__ = ("_failures", "_limit", "_lock", "_tell", "state")

    def __init__(self, limit: int, tell: Callable[[BreakerState], None]) -> None:
        """`tell` hears of every change of state, from the thread that brought it about."""
        self._limit = limit
        self._failures = 0
        self._lock = threading.Lock()
        self._tell = tell
        self.state = BreakerState.OPEN
        tell(self.state)

    @property
    def is_closed(self) -> bool:
        """Whether Redis is in use."""
        return self.state is BreakerState.CLOSED

    def succeeded(self) -> None:
        """An errand went well; one that was under way when the breaker opened closes nothing."""
        self._failures = 0

    def failed(self) -> None:
        """An errand failed, or was not done in time."""
        with self._lock:
            self._failures += 1
            is_over = self.is_closed and self._failures >= self._limit
            if is_over:
                self.state = BreakerState.OPEN
        if is_over:
            self._tell(BreakerState.OPEN)

    def probing(self) -> None:
        """A probe begins; while the breaker is closed that changes nothing."""
        self._turn(BreakerState.OPEN, BreakerState.HALF_OPEN)

    def probed(self, *, well: bool) -> None:
        """A probe has ended."""
        if well:
            self.succeeded()
        else:
            self.failed()
        self._turn(BreakerState.HALF_OPEN, BreakerState.CLOSED if well else BreakerState.OPEN)

    def _turn(self, before: BreakerState, after: BreakerState) -> None:
        with self._lock:
            is_turned = self.state is before
            if is_turned:
                self.state = after
        if is_turned:
            self._tell(after)
