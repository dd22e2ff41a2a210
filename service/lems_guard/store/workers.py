"""Workers: threads that carry out errands from one bounded queue.

Whoever hands an errand over waits as long as he likes; what Redis, its network or its client do
holds up a worker, never the caller.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import TypeAlias

import structlog

from lems_guard.telemetry.logs import place_of

log = structlog.get_logger(__name__)

Errand: TypeAlias = Callable[[], object]


class Workers:
    """Carries errands out, each thread one at a time; refuses them when too many wait."""

    def __init__(self, name: str, *, threads: int, most_waiting: int) -> None:
        """No thread runs before `running`."""
        self._name = name
        self._number = threads
        self._most_waiting = most_waiting
        self._waiting: SimpleQueue[Errand | None] = SimpleQueue()
        self._is_running = False

    def __len__(self) -> int:
        return self._waiting.qsize()

    def send(self, errand: Errand) -> bool:
        """Take an errand on; false when too many are waiting already, or nobody is there."""
        if not self._is_running or len(self) >= self._most_waiting:
            return False
        self._waiting.put(errand)
        return True

    @contextlib.contextmanager
    def running(self, patience_seconds: float) -> Iterator[None]:
        """Carry errands out until left; what is still queued then is lost."""
        threads = [
            # Daemons: what a library waits for must not keep the process from ending.
            threading.Thread(target=self._work, name=f"{self._name}-{number}", daemon=True)
            for number in range(self._number)
        ]
        self._is_running = True
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._is_running = False
            self._forget()
            for _ in threads:
                self._waiting.put(None)
            end = time.monotonic() + patience_seconds
            for thread in threads:
                thread.join(max(0.0, end - time.monotonic()))

    def _forget(self) -> None:
        with contextlib.suppress(Empty):
            while True:
                self._waiting.get_nowait()

    def _work(self) -> None:
        while (errand := self._waiting.get()) is not None:
            try:
                errand()
            except Exception as error:  # noqa: BLE001  # a worker outlives whatever happens
                log.error("unforeseen error", **place_of(error))  # noqa: TRY400  # never its message
            del errand  # else what was written would stay in memory until the next one
