"""Redis as this service uses it: sealed entries, within a budget, never in anybody's way.

A look-up waits 20 ms at most, connecting included, and not at all while the breaker is open. Writes
go out behind the answer, from a bounded queue. Nothing here ever raises at a caller.
"""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import structlog

from lems_guard.store.breaker import Breaker, BreakerState
from lems_guard.store.clients import READ_SECONDS, Connect
from lems_guard.store.entries import CORRUPT, ERROR, HIT, LEFT_ALONE, MISS, TIMEOUT, Found
from lems_guard.store.exchange import Command, Replies, exchange
from lems_guard.store.naming import Naming
from lems_guard.store.probing import Probing
from lems_guard.store.seal import Seal
from lems_guard.store.workers import Workers
from lems_guard.telemetry.cache_metrics import CacheMetrics

log = structlog.get_logger(__name__)

FAILURES_TO_OPEN = 3
READERS, WRITERS = 2, 1
# A write holds a reply, of up to some hundred kilobytes, until it is carried out.
MOST_READS_WAITING, MOST_WRITES_WAITING = 64, 128
PATIENCE_AT_THE_END_SECONDS = 0.5


class Store:
    """Sealed entries in one Redis, Sentinel group or Cluster."""

    def __init__(self, connect: Connect, secret: bytes, metrics: CacheMetrics) -> None:
        """Nothing is connected before `running`; raises `ValueError` for a short secret."""
        self.naming = Naming(secret)
        self._seal = Seal(secret)
        self._metrics = metrics
        self._in_use = False
        self._breaker = Breaker(FAILURES_TO_OPEN, self._changed)
        self._probing = Probing(connect, self._breaker, metrics.probed)
        self._reads = Workers("redis-read", threads=READERS, most_waiting=MOST_READS_WAITING)
        self._writes = Workers("redis-write", threads=WRITERS, most_waiting=MOST_WRITES_WAITING)

    @property
    def is_in_use(self) -> bool:
        """Whether Redis is asked: the breaker is closed."""
        return self._breaker.is_closed

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Work in the background until left; what is still queued then is lost."""
        patience = PATIENCE_AT_THE_END_SECONDS
        with (
            self._probing.running(patience),
            self._reads.running(patience),
            self._writes.running(patience),
        ):
            yield

    def get(self, name: str) -> Found:
        """The entry of a name."""
        replies = self._ask([("GET", name)])
        return replies if isinstance(replies, Found) else self._opened(name, replies[0])

    def get_each(self, names: Sequence[str]) -> list[Found]:
        """The entries of several names, in one journey."""
        replies = self._ask([("GET", name) for name in names])
        if isinstance(replies, Found):
            return [replies] * len(names)
        return [self._opened(name, reply) for name, reply in zip(names, replies, strict=True)]

    def claim(self, name: str, content: bytes, seconds: float) -> Found:
        """Write an entry where there is none: a miss. A hit is the one that stands there."""
        replies = self._ask([(*self._setting(name, content, seconds), "NX"), ("GET", name)])
        if isinstance(replies, Found):
            return replies
        written, standing = replies
        if isinstance(written, Exception):
            return Found(None, ERROR)
        return Found(None, MISS) if written else self._opened(name, standing)

    def put(self, name: str, content: bytes, seconds: float) -> None:
        """Write an entry behind the caller's back; dropped and counted where that cannot be."""
        taken = self._breaker.is_closed and self._writes.send(
            lambda: self._write(name, content, seconds)
        )
        if not taken:
            self._metrics.dropped()
        self._metrics.waiting(len(self._writes))

    def _write(self, name: str, content: bytes, seconds: float) -> None:
        self._metrics.waiting(len(self._writes))
        replies = self._exchange([self._setting(name, content, seconds)])
        self._heard(replies)
        if replies is None or isinstance(replies[0], Exception):
            self._metrics.failed()
        else:
            self._metrics.stored()

    def _setting(self, name: str, content: bytes, seconds: float) -> Command:
        return ("SET", name, self._seal.close(name, content), "PX", jittered(seconds))

    def _opened(self, name: str, reply: object) -> Found:
        """What an entry holds, if it is one of ours and sound."""
        if reply is None:
            return Found(None, MISS)
        if isinstance(reply, Exception):
            return Found(None, ERROR)
        content = self._seal.open(name, reply) if isinstance(reply, bytes) else None
        return Found(None, CORRUPT) if content is None else Found(content, HIT)

    def _ask(self, commands: list[Command]) -> Replies | Found:
        """The replies, in time; or why there are none."""
        if not self._breaker.is_closed:
            return LEFT_ALONE
        asked = Awaited()
        if not self._reads.send(lambda: asked.answer(self._exchange, commands)):
            return Found(None, ERROR)
        begun = time.perf_counter()
        is_answered = asked.wait(READ_SECONDS)
        self._metrics.read(time.perf_counter() - begun)
        self._heard(asked.replies if is_answered else None)
        if not is_answered:
            return Found(None, TIMEOUT)
        return Found(None, ERROR) if asked.replies is None else asked.replies

    def _exchange(self, commands: list[Command]) -> Replies | None:
        """The replies; `None` when there are none. Runs in a thread of ours."""
        client = self._probing.client
        if client is None or not self._breaker.is_closed:
            return None
        return exchange(client, commands)

    def _heard(self, replies: Replies | None) -> None:
        if replies is None:
            self._breaker.failed()
        else:
            self._breaker.succeeded()

    def _changed(self, state: BreakerState) -> None:
        self._metrics.breaker(state)
        # A probe that fails tells nothing new: said is when Redis comes into use, and when it goes.
        if (state is BreakerState.CLOSED) is not self._in_use:
            self._in_use = state is BreakerState.CLOSED
            if self._in_use:
                log.info("redis breaker", state="closed", in_use=True)
            else:
                log.warning("redis breaker", state="open", in_use=False)


class Awaited:
    """What a caller waits for, and a thread of the store answers."""

    __slots__ = ("_given_up", "_waiting", "replies")

    def __init__(self) -> None:
        """Not answered yet."""
        self.replies: Replies | None = None
        self._given_up = False
        self._waiting = threading.Lock()
        self._waiting.acquire()

    def wait(self, seconds: float) -> bool:
        """Whether the answer came in time."""
        is_answered = self._waiting.acquire(timeout=seconds)
        self._given_up = not is_answered
        return is_answered

    def answer(
        self, exchange: Callable[[list[Command]], Replies | None], commands: list[Command]
    ) -> None:
        """Answer, unless the caller has gone."""
        if self._given_up:
            return
        try:
            self.replies = exchange(commands)
        finally:
            self._waiting.release()


def jittered(seconds: float) -> int:
    """A lifetime in milliseconds, ± 10 %: entries of one moment do not end in one moment."""
    return max(1, round(seconds * 1000 * random.uniform(0.9, 1.1)))  # noqa: S311
