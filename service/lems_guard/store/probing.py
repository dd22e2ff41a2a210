"""Probing: a thread that tries Redis every half second, and so opens and closes the breaker."""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator

import structlog

from lems_guard.store.breaker import Breaker
from lems_guard.store.clients import READ_SECONDS, Client, Connect, close
from lems_guard.store.exchange import FAULTS, exchange
from lems_guard.store.naming import FORMAT, PREFIX
from lems_guard.telemetry.logs import place_of

log = structlog.get_logger(__name__)

PROBE_SECONDS = 0.5


class Probing:
    """Makes the client, and tells the breaker how Redis does."""

    def __init__(
        self, connect: Connect, breaker: Breaker, answered: Callable[[float], None]
    ) -> None:
        """`answered` hears of the seconds that a probe took."""
        self.client: Client | None = None
        self._connect = connect
        self._breaker = breaker
        self._answered = answered
        self._ended = threading.Event()

    @contextlib.contextmanager
    def running(self, patience_seconds: float) -> Iterator[None]:
        """Probe until left; the client's connections end then."""
        thread = threading.Thread(target=self._work, name="redis-probe", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join(patience_seconds)
            if self.client is not None:
                close(self.client)

    def _work(self) -> None:
        while not self._ended.is_set():
            try:
                self._breaker.probing()
                self._breaker.probed(well=self._is_well())
            except Exception as error:  # noqa: BLE001  # probing goes on whatever happens
                log.error("unforeseen error", **place_of(error))  # noqa: TRY400  # not its message
                self._breaker.probed(well=False)
            # Replicas that lost Redis together do not come back together.
            self._ended.wait(PROBE_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311

    def _is_well(self) -> bool:
        """Whether Redis answers in time; the first read may have to connect, hence a second one."""
        try:
            self.client = self.client or self._connect()
        except FAULTS:
            return False
        return self._is_quick(self.client) or self._is_quick(self.client)

    def _is_quick(self, client: Client) -> bool:
        # Another name each time, so that in a Cluster every node is tried in its turn.
        name = f"{PREFIX}:{FORMAT}:probe:{random.randrange(1000)}"  # noqa: S311
        begun = time.perf_counter()
        replies = exchange(client, [("GET", name)])
        seconds = time.perf_counter() - begun
        if replies is None or isinstance(replies[0], Exception) or seconds > READ_SECONDS:
            return False
        self._answered(seconds)
        return True
