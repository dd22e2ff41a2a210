"""How late the event loop runs what is due: the one queue that every call of a process waits in."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

EVERY_SECONDS = 0.25
REMEMBERED = 40  # ten seconds' worth


async def watch_loop(show: Callable[[float], None]) -> None:
    """Show the worst lateness of the last ten seconds, until cancelled."""
    lateness: deque[float] = deque(maxlen=REMEMBERED)
    while True:
        due = time.monotonic() + EVERY_SECONDS
        await asyncio.sleep(EVERY_SECONDS)
        lateness.append(max(0.0, time.monotonic() - due))
        show(max(lateness))
