"""More calls than can be answered: how many are answered in time, and what becomes of the rest."""

import contextlib
import re
import time
import urllib.request
from collections.abc import Iterator
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
DEADLINE_SECONDS = 1.0
LOADS = {"goodput_2x": 2, "goodput_10x": 10}
LEAST_BUSY = 0.9  # of a core: below that the server waited for us, or for the machine
SETTLING_SECONDS = 3.0
HANDLED = re.compile(
    rb'^grpc_server_handled_total\{[^}]*grpc_method="CheckPrescription"[^}]*\} (\S+)$', re.MULTILINE
)


class Overloaded(NamedTuple):
    """One round under one load."""

    outcomes: Outcomes
    goodput: float
    uncounted: int


def shedding(rounds: int = 3, seconds: float = 2.5) -> dict[str, Figure]:
    """Twice and ten times the capacity, each beside the capacity just measured."""
    told: dict[str, list[Overloaded]] = {key: [] for key in LOADS}
    with service() as server:
        bodies = of_others(list(islice(checks(seed=3), DIFFERENT)))
        capacity(server, list(islice(bodies, 500)))  # to warm up
        measures = {
            key: lambda key=key: _overloaded(server, bodies, LOADS[key], seconds, told[key])
            for key in LOADS
        }
        goodput = in_turn(rounds, measures)
    found = [each for of_load in told.values() for each in of_load]
    lost = [each.outcomes.others + each.uncounted for each in found]
    worst = [percentile(each.outcomes.answered, 0.99) * 1000 for each in found]
    return {
        **{key: middle(values) for key, values in goodput.items()},
        "overload_p99_ms": middle(worst)._replace(value=max(worst)),
        "unaccounted": middle(lost)._replace(value=sum(lost)),
    }


def capacity(server: Server, bodies: list[bytes]) -> float:
    """Answers a second in a closed loop; raises `NotMeasured` where the server was not busy."""
    with contextlib.closing(Connection(server.port)) as connection:
        cpu, begun = server.cpu_seconds(), time.perf_counter()
        closed_loop(connection, bodies, IN_FLIGHT)
        seconds = time.perf_counter() - begun
    busy = (server.cpu_seconds() - cpu) / seconds
    if busy < LEAST_BUSY:
        raise NotMeasured(f"the server had {busy:.0%} of a core: other work on this machine?")
    return len(bodies) / seconds


def _overloaded(
    server: Server, bodies: Iterator[bytes], times: int, seconds: float, told: list[Overloaded]
) -> float:
    """The goodput of one round, which is told too."""
    most = capacity(server, list(islice(bodies, 1000)))
    offered = list(islice(bodies, round(most * times * seconds)))
    before = handled(server)
    with contextlib.ExitStack() as stack:
        deadline_ms = round(DEADLINE_SECONDS * 1000)
        connections = [
            stack.enter_context(contextlib.closing(Connection(server.port, deadline_ms)))
            for _ in range(CONNECTIONS)
        ]
        outcomes = OpenLoop(connections, DEADLINE_SECONDS).run(offered, most * times)
    reached = outcomes.calls - outcomes.unsent
    uncounted = reached - (_settled(server, before + reached) - before)
    goodput = len(outcomes.answered) / seconds / most
    told.append(Overloaded(outcomes, goodput, max(uncounted, 0)))
    return goodput


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
