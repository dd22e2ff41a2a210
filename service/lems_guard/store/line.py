"""A line to Redis: errands are gathered while one batch is under way and sent as the next.

Each line has one connection's work and keeps it warm, so that no call ever pays for connecting,
and a thousand calls at once make no thousand connections.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import structlog
from redis.exceptions import RedisError

from lems_guard.store.breaker import Breaker
from lems_guard.store.clients import Client
from lems_guard.telemetry.logs import place_of

log = structlog.get_logger(__name__)

Command: TypeAlias = tuple[str | bytes | int, ...]
Replies: TypeAlias = list[Any]

# What a Redis that is not there, not well or not ours may do.
FAULTS = (RedisError, OSError, EOFError, asyncio.TimeoutError)


class Errand(NamedTuple):
    """Commands on one entry, worked out when their turn comes, and who hears of the replies."""

    commands: Callable[[], list[Command]]
    done: Callable[[Replies | None], None]


class Line:
    """Carries errands out in batches; refuses them when too many wait."""

    def __init__(self, client: Client, breaker: Breaker, *, batch: int, most_waiting: int) -> None:
        """At most `batch` errands travel together."""
        self._client = client
        self._breaker = breaker
        self._batch = batch
        self._most_waiting = most_waiting
        self._waiting: deque[Errand] = deque()
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def send(self, errand: Errand) -> bool:
        """Take an errand on; false when too many are waiting already."""
        if len(self._waiting) >= self._most_waiting:
            return False
        self._waiting.append(errand)
        self._filled.set()
        return True

    async def run(self) -> None:
        """Carry errands out until cancelled."""
        while True:
            await self._filled.wait()
            batch = [self._waiting.popleft() for _ in range(min(self._batch, len(self._waiting)))]
            if not self._waiting:
                self._filled.clear()
            try:
                await self._carry(batch)
            except Exception as error:  # noqa: BLE001  # the line outlives whatever happens on it
                log.error("unforeseen error", **place_of(error))  # noqa: TRY400  # never its message
                for errand in batch:
                    errand.done(None)
            del batch  # else what was to be written would stay in memory until the next one

    async def _carry(self, batch: list[Errand]) -> None:
        if not self._breaker.is_closed:
            for errand in batch:
                errand.done(None)
            return
        commands = [errand.commands() for errand in batch]
        replies = await self._exchange([each for group in commands for each in group])
        place = 0
        for errand, group in zip(batch, commands, strict=True):
            begin, place = place, place + len(group)
            errand.done(replies and replies[begin:place])

    async def _exchange(self, commands: list[Command]) -> Replies | None:
        try:
            replies = await exchange(self._client, commands)
        except FAULTS:
            self._breaker.failed()
            return None
        self._breaker.succeeded()
        return replies


async def exchange(client: Client, commands: list[Command]) -> Replies:
    """Send commands together; a reply that is an error stands in its place."""
    pipeline: Any = client.pipeline(transaction=False)
    for command in commands:
        pipeline.execute_command(*command)
    replies: Replies = await pipeline.execute(raise_on_error=False)
    return replies


async def timed_exchange(client: Client, command: Command) -> float | None:
    """How long one command takes, in seconds; `None` when it fails."""
    begun = time.perf_counter()
    try:
        [reply] = await exchange(client, [command])
    except FAULTS:
        return None
    return None if isinstance(reply, Exception) else time.perf_counter() - begun
