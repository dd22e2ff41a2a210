"""A circuit breaker: when Redis does not answer in time, nobody waits for it again.

It starts open: a Redis that is late, or was never there, costs no call anything. Only a probe in
the background closes it, so that no prescription ever waits to find out whether Redis is back.
"""

import enum
from collections.abc import Callable


class State(enum.IntEnum):
    """CLOSED: in use. OPEN: left alone. HALF_OPEN: being tried in the background."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Breaker:
    """Opens after so many failures in a row; only a probe closes it again."""

    __slots__ = ("_failures", "_limit", "_tell", "state")

    def __init__(self, limit: int, tell: Callable[[State], None]) -> None:
        """`tell` hears of every change of state."""
        self._limit = limit
        self._failures = 0
        self._tell = tell
        self.state = State.OPEN
        tell(self.state)

    @property
    def is_closed(self) -> bool:
        """Whether Redis is in use."""
        return self.state is State.CLOSED

    def succeeded(self) -> None:
        """An errand went well; one that was under way when the breaker opened closes nothing."""
        self._failures = 0

    def failed(self) -> None:
        """An errand failed, or was not done in time."""
        self._failures += 1
        if self.is_closed and self._failures >= self._limit:
            self._become(State.OPEN)

    def probing(self) -> None:
        """A probe begins; while the breaker is closed that changes nothing."""
        if self.state is State.OPEN:
            self._become(State.HALF_OPEN)

    def probed(self, *, well: bool) -> None:
        """A probe has ended."""
        if not well:
            self.failed()
        if self.state is State.HALF_OPEN:
            self._failures = 0
            self._become(State.CLOSED if well else State.OPEN)
        elif well:
            self._failures = 0

    def _become(self, state: State) -> None:
        self.state = state
        self._tell(state)
