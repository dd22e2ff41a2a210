"""More calls than can be answered: how many are answered in time, and what becomes of the rest."""

import contextlib
import re
import time
import urllib.request
from functools import partial
from itertools import islice
from typing import NamedTuple

from benchmark.bodies import checks, of_others
from benchmark.calls import IN_FLIGHT
from benchmark.figures import Figure, NotMeasured, in_turn, middle, percentile
from benchmark.http2 import Connection
from benchmark.loops import OpenLoop, Outcomes, closed_loop
from benchmark.servers import Server, service

CONNECTIONS = 8
DIFFERENT = 2000  # lists, of some 20 000 lines: more than are remembered
DEADLINE_MS = 1000
TRIES = 3
LOADS = {"goodput_2x": 2, "goodput_10x": 10}
LEAST_BUSY = 0.9  # of a core: below that the server waited for us, or for the machine
SETTLING_SECONDS = 3.0
HANDLED = re.compile(
    rb'^grpc_server_handled_total\{[^}]*grpc_method="CheckPrescription"[^}]*\} (\S+)$', re.MULTILINE
)


class Round(NamedTuple):
    """What became of the calls in one round; some were not in the service's metrics."""

    outcomes: Outcomes
    goodput: float
    uncounted: int

    @property
    def lost(self) -> int:
        """Calls of which somebody cannot tell what became of them."""
        return max(self.outcomes.others, self.uncounted)


def shedding(rounds: int = 3, seconds: float = 2.5, closed: int = 1000) -> dict[str, Figure]:
    """Twice and ten times the capacity for some seconds, each beside the capacity just measured."""
    with service() as server:
        load = Load(server, seconds, closed)
        load.capacity()  # to warm up
        told = in_turn(rounds, {key: partial(load.round, LOADS[key]) for key in LOADS})
    every = [each for of_load in told.values() for each in of_load]
    p99s = [percentile(each.outcomes.answered, 0.99) * 1000 for each in every]
    lost = [each.lost for each in every]
    return {
        **{key: middle([each.goodput for each in of_load]) for key, of_load in told.items()},
        "overload_p99_ms": middle(p99s)._replace(value=max(p99s)),
        "unaccounted": middle(lost)._replace(value=sum(lost)),
    }


class Load:
    """First checks for a server: in a closed loop of so many, or offered for some seconds."""

    def __init__(self, server: Server, seconds: float, closed: int) -> None:
        self._server = server
        self._seconds = seconds
        self._closed = closed
        self._bodies = of_others(list(islice(checks(seed=3), DIFFERENT)))

    def capacity(self) -> float:
        """Answers a second; raises `NotMeasured` where the server is not busy, tried again."""
        busy = 0.0
        for _ in range(TRIES):
            server, bodies = self._server, list(islice(self._bodies, self._closed))
            with contextlib.closing(Connection(server.port)) as connection:
                cpu, begun = server.cpu_seconds(), time.perf_counter()
                closed_loop(connection, bodies, IN_FLIGHT)
                seconds = time.perf_counter() - begun
            busy = (server.cpu_seconds() - cpu) / seconds
            if busy >= LEAST_BUSY:
                return len(bodies) / seconds
        raise NotMeasured(f"the server had {busy:.0%} of a core: other work on this machine?")

    def round(self, times: int) -> Round:
        """Offer so many times the capacity."""
        most, before = self.capacity(), handled(self._server)
        bodies = list(islice(self._bodies, round(most * times * self._seconds)))
        with contextlib.ExitStack() as stack:
            connections = [
                stack.enter_context(contextlib.closing(Connection(self._server.port, DEADLINE_MS)))
                for _ in range(CONNECTIONS)
            ]
            outcomes = OpenLoop(connections, DEADLINE_MS / 1000).run(bodies, most * times)
        reached = outcomes.calls - outcomes.unsent
        counted = _settled(self._server, before + reached) - before
        goodput = len(outcomes.answered) / self._seconds / most
        return Round(outcomes, goodput, max(reached - counted, 0))


def handled(server: Server) -> int:
    """Checks that have ended, by the service's own metrics."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.http_port}/metrics") as response:
        return round(sum(map(float, HANDLED.findall(response.read()))))


def _settled(server: Server, expected: int) -> int:
    """The same, once all have ended or some time has passed."""
    patience = time.monotonic() + SETTLING_SECONDS
    while (found := handled(server)) < expected and time.monotonic() < patience:
        time.sleep(0.1)
    return found
