"""Evaluating beside an event loop: in a thread, so that probes and others are served meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from lems_guard.edges.frame import Call

Made = TypeVar("Made")


class Beside:
    """One thread that runs the calls of an event loop's edges, in the order in which they came."""

    def __init__(self) -> None:
        """The thread begins with the first call."""
        self._thread = ThreadPoolExecutor(1, "evaluate")

    async def run(self, call: Call, work: Callable[[], Made]) -> Made:
        """What `call.run(work)` gives; where the caller breaks off before, the call is left."""
        running = self._thread.submit(call.run, work)
        try:
            return await asyncio.wrap_future(running)
        finally:
            if running.cancelled():
                call.leave("CANCELLED")

    def close(self) -> None:
        """End the thread, when what it runs has ended."""
        self._thread.shutdown()
