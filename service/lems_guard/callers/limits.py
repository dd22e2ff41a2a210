"""A caller's own limits: what one asks too much takes nothing from the others."""

import threading
import time
from collections.abc import Callable

from lems_guard.callers.profile import Allowed
from lems_guard.clinical.errors import Overloaded

TOO_OFTEN = "this caller asks more often than it may"
TOO_MANY = "this caller has more calls under way than it may"
BURST_SECONDS = 1.0


class Limiter:
    """Counts one caller's calls; any thread may ask."""

    def __init__(self, allowed: Allowed, now: Callable[[], float] = time.monotonic) -> None:
        """A second's worth of calls may come at once, and always one."""
        self.allowed = allowed
        self._now = now
        self._most = max(1.0, allowed.calls_per_second * BURST_SECONDS)
        self._left, self._counted_at = self._most, now()
        self._under_way = 0
        self._mutex = threading.Lock()

    def enter(self) -> None:
        """Count a call that begins; raises `Overloaded` for one too many."""
        with self._mutex:
            if self.allowed.in_flight and self._under_way >= self.allowed.in_flight:
                raise Overloaded(TOO_MANY)
            if self._seconds_to_wait() > 0:
                raise Overloaded(TOO_OFTEN)
            self._left -= 1
            self._under_way += 1

    def leave(self) -> None:
        """Count a call that has ended."""
        with self._mutex:
            self._under_way -= 1

    def take(self) -> float:
        """Count one more thing that a call asks; how many seconds it is to wait for its turn."""
        with self._mutex:
            seconds = self._seconds_to_wait()
            self._left -= 1
            return seconds

    def _seconds_to_wait(self) -> float:
        rate = self.allowed.calls_per_second
        if not rate:
            return 0.0
        now = self._now()
        self._left = min(self._most, self._left + (now - self._counted_at) * rate)
        self._counted_at = now
        return max(0.0, (1 - self._left) / rate)
