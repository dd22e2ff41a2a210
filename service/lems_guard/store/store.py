"""Redis as this service uses it: sealed entries, within a budget, never in anybody's way.

A look-up waits 20 ms at most, connecting included, and not at all while the breaker is open. Writes
go out behind the answer, from a bounded queue. Nothing here ever raises at a caller.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import NamedTuple

import structlog

from lems_guard.store.breaker import Breaker, State
from lems_guard.store.clients import READ_SECONDS, Client, close, is_cluster
from lems_guard.store.line import Command, Errand, Line, Replies, timed_exchange
from lems_guard.store.seal import FORMAT, PREFIX, Seal
from lems_guard.telemetry.cache_metrics import CacheMetrics
from lems_guard.telemetry.logs import place_of

log = structlog.get_logger(__name__)

FAILURES_TO_OPEN = 3
PROBE_SECONDS = 0.5
# A probe may have to connect first; then a second one tells how fast Redis is.
SLOWEST_PROBE_SECONDS = 1.0
SHARE_OF_THE_LATEST = 0.25
PATIENCE_AT_THE_END_SECONDS = 1.0
READS, WRITES = 64, 16  # per batch: a read is a name, a write is worked out on the way
MOST_READS_WAITING, MOST_WRITES_WAITING = 1024, 1024


class Found(NamedTuple):
    """What a look-up gave: the content, or in a word why there is none."""

    content: bytes | None
    result: str


HIT, MISS, CORRUPT, TIMEOUT, ERROR, OPEN = "hit", "miss", "corrupt", "timeout", "error", "open"
LEFT_ALONE = Found(None, OPEN)


class Store:
    """Sealed entries in one Redis, Sentinel group or Cluster."""

    def __init__(self, client: Client, seal: Seal, metrics: CacheMetrics) -> None:
        """Nothing is connected before `running`."""
        self.seal = seal
        self._client = client
        self._is_cluster = is_cluster(client)
        self._metrics = metrics
        self._in_use = False
        self._breaker = Breaker(FAILURES_TO_OPEN, self._changed)
        self._reads = Line(client, self._breaker, batch=READS, most_waiting=MOST_READS_WAITING)
        self._writes = Line(client, self._breaker, batch=WRITES, most_waiting=MOST_WRITES_WAITING)
        # How long a read takes of late, as the probes see it; before the first, the worst.
        self.read_seconds = READ_SECONDS
        self._is_timed = False

    @property
    def is_open_to_calls(self) -> bool:
        """Whether it is worth asking."""
        return self._breaker.is_closed

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work in the background until left; what is still queued then is lost."""
        workers = (self._reads.run(), self._writes.run(), self._probe_for_ever())
        tasks = [asyncio.create_task(worker) for worker in workers]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            # Waited for, but not for ever: what a library does when cancelled is not in our hands.
            await asyncio.wait(tasks, timeout=PATIENCE_AT_THE_END_SECONDS)
            with contextlib.suppress(Exception):
                async with asyncio.timeout(PATIENCE_AT_THE_END_SECONDS):
                    await close(self._client)

    async def get(self, name: str) -> Found:
        """The entry of a name."""
        replies = await self._ask([("GET", name)])
        return replies if isinstance(replies, Found) else self._opened(name, replies[0])

    async def get_each(self, names: Sequence[str]) -> list[Found]:
        """The entries of several names, in one journey."""
        replies = await self._ask(self._reading(names))
        if isinstance(replies, Found):
            return [replies] * len(names)
        if not self._is_cluster:
            [together] = replies
            replies = together if isinstance(together, list) else [together] * len(names)
        return [self._opened(name, reply) for name, reply in zip(names, replies, strict=True)]

    def _reading(self, names: Sequence[str]) -> list[Command]:
        """One command, a fifth of the work; in a Cluster, where keys live apart, one for each."""
        if self._is_cluster:
            return [("GET", name) for name in names]
        return [("MGET", *names)]

    async def claim(self, name: str, content: bytes, seconds: float) -> Found:
        """Write an entry where there is none; what stands there then: ours, or an earlier one.

        A hit is an earlier one; a miss means that ours was written.
        """
        value = self.seal.close(name, content)
        claim: Command = ("SET", name, value, "PX", jittered(seconds), "NX")
        replies = await self._ask([claim, ("GET", name)])
        if isinstance(replies, Found):
            return replies
        written, standing = replies
        if isinstance(written, Exception):
            return Found(None, ERROR)
        return Found(None, MISS) if written else self._opened(name, standing)

    def put(self, name: str, content: Callable[[], bytes], seconds: float) -> None:
        """Write an entry behind the caller's back; dropped and counted where that cannot be."""

        def commands() -> list[Command]:
            return [("SET", name, self.seal.close(name, content()), "PX", jittered(seconds))]

        errand = Errand(commands, self._written)
        taken = self._breaker.is_closed and self._writes.send(errand)
        if not taken:
            self._metrics.dropped()
        self._metrics.waiting(len(self._writes))

    def _written(self, replies: Replies | None) -> None:
        self._metrics.waiting(len(self._writes))
        if replies is None or isinstance(replies[0], Exception):
            self._metrics.failed()
        else:
            self._metrics.stored()

    def _opened(self, name: str, reply: object) -> Found:
        """What an entry holds, if it is one of ours and sound."""
        if reply is None:
            return Found(None, MISS)
        if isinstance(reply, Exception):
            return Found(None, ERROR)
        content = self.seal.open(name, reply) if isinstance(reply, bytes) else None
        return Found(None, CORRUPT) if content is None else Found(content, HIT)

    async def _ask(self, commands: list[Command]) -> Replies | Found:
        """The replies, in time; or why there are none."""
        if not self._breaker.is_closed:
            return LEFT_ALONE
        answered: asyncio.Future[Replies | None] = asyncio.get_running_loop().create_future()
        errand = Errand(lambda: commands, lambda replies: _tell(answered, replies))
        if not self._reads.send(errand):
            return Found(None, ERROR)
        begun = time.perf_counter()
        done, _ = await asyncio.wait((answered,), timeout=READ_SECONDS)
        self._metrics.read(time.perf_counter() - begun)
        if not done:
            answered.cancel()
            self._breaker.failed()
            return Found(None, TIMEOUT)
        return answered.result() or Found(None, ERROR)

    async def _probe_for_ever(self) -> None:
        while True:
            try:
                await self._probe()
            except Exception as error:  # noqa: BLE001  # probing goes on whatever happens
                log.error("unforeseen error", **place_of(error))  # noqa: TRY400  # not its message
                self._breaker.probed(well=False)
            await asyncio.sleep(PROBE_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311

    async def _probe(self) -> None:
        """Read some name, twice where the first read had to connect."""
        self._breaker.probing()
        # Another name each time, so that in a Cluster every node is tried in its turn.
        name = f"{PREFIX}:{FORMAT}:probe:{random.randrange(1000)}"  # noqa: S311
        seconds = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SLOWEST_PROBE_SECONDS):
                seconds = await timed_exchange(self._client, ("GET", name))
                if seconds is not None and seconds > READ_SECONDS:
                    seconds = await timed_exchange(self._client, ("GET", name))
        if seconds is None or seconds > READ_SECONDS:
            self._breaker.probed(well=False)
            return
        self._timed(seconds)
        self._breaker.probed(well=True)

    def _timed(self, seconds: float) -> None:
        self._metrics.probed(seconds)
        share = SHARE_OF_THE_LATEST if self._is_timed else 1
        self.read_seconds += (seconds - self.read_seconds) * share
        self._is_timed = True

    def _changed(self, state: State) -> None:
        self._metrics.breaker(state)
        # A probe that fails tells nothing new: said is when Redis comes into use, and when it goes.
        if (state is State.CLOSED) is not self._in_use:
            self._in_use = state is State.CLOSED
            log.info("redis", in_use=self._in_use)


def _tell(answered: "asyncio.Future[Replies | None]", replies: Replies | None) -> None:
    if not answered.done():
        answered.set_result(replies)


def jittered(seconds: float) -> int:
    """A lifetime in milliseconds, ± 10 %: entries of one moment do not end in one moment."""
    return max(1, round(seconds * 1000 * random.uniform(0.9, 1.1)))  # noqa: S311
