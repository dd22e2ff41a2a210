"""Evaluating beside an event loop: in a thread, so that probes and others are served meanwhile."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from lems_guard.edges.frame import Call

Made = TypeVar("Made")


class Beside:
    """Threads in which the calls of an event loop's edges wait for their turns."""

    def __init__(self, most: int) -> None:
        """`most`: as many as there are places, so that each call waits for nothing but its turn."""
        self._threads = ThreadPoolExecutor(most, "evaluate")

    async def run(self, call: Call, work: Callable[[], Made]) -> Made:
        """What `call.run(work)` gives; where the caller breaks off before, the call is left."""
        here = contextvars.copy_context()  # who calls
        running = self._threads.submit(here.run, call.run, work)
        try:
            return await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            call.give_up()
            raise
        finally:
            if running.cancelled():
                call.leave("CANCELLED")

    async def turn(self, call: Call, work: Callable[[], Made]) -> Made:
        """What `call.in_turn(work)` gives, for a call that goes on behind it."""
        try:
            here = contextvars.copy_context()  # the call's ids, for what is logged; and its span
            return await asyncio.wrap_future(self._threads.submit(here.run, call.in_turn, work))
        except asyncio.CancelledError:
            call.give_up()
            raise

    def close(self) -> None:
        """End the threads, when what they run has ended."""
        self._threads.shutdown()
