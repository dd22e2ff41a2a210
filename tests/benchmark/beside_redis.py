"""What Redis costs a caller: the service's latency with Redis up, killed or hung, against none.

The servers answer one call at a time, in turn, so that nothing but the way of a call is compared.
Each call is of its own, hence none comes from a memory.
"""

import contextlib
import statistics
import time
from itertools import islice

import pytest

from benchmark.bodies import checks
from benchmark.figures import Figure, NotMeasured, in_turn, ratio
from benchmark.http2 import Connection
from benchmark.loops import closed_loop
from benchmark.servers import service
from redis_servers import Server, alone

KEY = "only for this measurement, 32 long"
STATES = {"up": lambda _: None, "killed": Server.kill, "hung": Server.hang}
# Long enough for the service to find its Redis, or to notice that it is gone.
SETTLING_SECONDS = 1.5


def p50_ratios(rounds: int = 18, calls: int = 100) -> dict[str, Figure]:
    """The p50 beside a Redis in some state ÷ the p50 without any, over many short rounds."""
    with contextlib.ExitStack() as stack:
        try:
            servers = {state: stack.enter_context(alone()) for state in STATES}
        except pytest.skip.Exception as missing:
            raise NotMeasured(str(missing)) from None
        settings = {
            state: {"REDIS_URL": server.url, "CACHE_KEY": KEY} for state, server in servers.items()
        }
        connections = {
            state: stack.enter_context(contextlib.closing(Connection(ours.port)))
            for state, more in (settings | {"none": {}}).items()
            for ours in [stack.enter_context(service(**more))]
        }
        bodies = checks(seed=9)

        def p50(connection: Connection) -> float:
            return _p50(connection, list(islice(bodies, calls)))

        measures = {
            state: lambda connection=connection: p50(connection)
            for state, connection in connections.items()
        }
        time.sleep(SETTLING_SECONDS)
        in_turn(1, measures)  # to warm up
        for state, server in servers.items():
            STATES[state](server)
        in_turn(1, measures)  # the first calls find out
        told = in_turn(rounds, measures)
    return {f"redis_{state}_p50_ratio": ratio(told[state], told["none"]) for state in STATES}


def _p50(connection: Connection, bodies: list[bytes]) -> float:
    seconds = []
    for body in bodies:
        begun = time.perf_counter()
        closed_loop(connection, [body], 1)
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)
