"""Pauses of the garbage collector while checks are answered."""

import gc
import time
from typing import Any, NamedTuple

from lems_guard.answering.answer import Answerer
from lems_guard.bench.figures import Figure, frozen
from lems_guard.bench.prescriptions import Requests

LONG_SECONDS = 0.005
BATCH = 1000


class Pauses(NamedTuple):
    """How many pauses were long, how many there were at all, and the longest, in seconds."""

    long: int
    all: int
    longest: float

    def figure(self) -> Figure:
        """The number of long pauses, counted once."""
        return Figure(self.long, 1, self.long, self.long)

    def words(self) -> str:
        """What the number does not tell."""
        return f"{self.all} collections, the longest {self.longest * 1000:.1f} ms of CPU"


class _Watch:
    """Times each collection; in CPU time, so that a busy machine adds nothing."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._begun = 0.0

    def __call__(self, phase: str, _: dict[str, Any]) -> None:
        now = time.thread_time()
        if phase == "start":
            self._begun = now
        else:
            self.seconds.append(now - self._begun)


def pauses(answerer: Answerer, requests: Requests, checks: int) -> Pauses:
    """Answer so many requests as the service does, what was loaded before frozen, and watch."""
    watch = _Watch()
    requests.take(1)  # what makes them is no part of the service either
    with frozen():
        gc.callbacks.append(watch)
        try:
            for _ in range(0, checks, BATCH):
                for body in requests.take(min(BATCH, checks)):
                    answerer.answer(body)
        finally:
            gc.callbacks.remove(watch)
    long = sum(seconds > LONG_SECONDS for seconds in watch.seconds)
    return Pauses(long, len(watch.seconds), max(watch.seconds, default=0.0))
