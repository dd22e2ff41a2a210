"""One line per call: what was decided and how long it took, never what was asked.

When more calls end than are to be logged, the rest are counted and the next line tells how many.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Allowance:
    """So many a second, and no more; what was left out is counted."""

    def __init__(self, per_second: int, now: Callable[[], float] = time.monotonic) -> None:
        """Begin with a full second's worth."""
        self._per_second = per_second
        self._now = now
        self._second = 0
        self._left = per_second
        self._left_out = 0
        self._mutex = threading.Lock()

    def take(self) -> int | None:
        """`None` when there is no more; else how many were left out since the last one."""
        second = int(self._now())
        with self._mutex:
            if second != self._second:
                self._second, self._left = second, self._per_second
            if self._left == 0:
                self._left_out += 1
                return None
            self._left -= 1
            left_out, self._left_out = self._left_out, 0
            return left_out


class CallLog:
    """Answers and failed calls, each with an allowance: a storm of one cannot hide the other."""

    def __init__(self, per_second: int) -> None:
        """Log up to `per_second` of each kind in a second; 0 logs none."""
        self._answers = Allowance(per_second)
        self._failures = Allowance(per_second)

    def answered(self, describe: Callable[[], dict[str, Any]], seconds: float) -> None:
        """A prescription was answered; `describe` is asked only when it is to be logged."""
        left_out = self._answers.take()
        if left_out is not None:
            log.info("answered", **describe(), ms=round(seconds * 1000, 3), left_out=left_out)

    def failed(self, method: str, code: str, seconds: float) -> None:
        """A call ended with a status that is not OK."""
        left_out = self._failures.take()
        if left_out is not None:
            log.warning(
                "call failed",
                method=method,
                code=code,
                ms=round(seconds * 1000, 3),
                left_out=left_out,
            )
