"""How the work of one check grows with its orders, whatever they are: fitted exponents."""

import statistics
from collections.abc import Callable, Sequence
from itertools import pairwise

import grpc

from benchmark.bodies import grown
from benchmark.figures import Figure, NotMeasured, exponent, middle
from benchmark.keys import KINDS_OF_ORDERS
from benchmark.servers import Server, ask, service

PARTS = (8, 4, 2, 1)
# After a check that took longer no larger one is made: two sizes show what grows so fast.
LONG_SECONDS = 1.0


def of_all_kinds(repeats: int = 3, largest: int = 500) -> dict[str, Figure]:
    """The exponent of each kind, to so many orders."""
    sizes = [largest // part for part in PARTS]
    with service() as server, server.channel() as channel:
        cpu_of(server, channel, grown("distinct", 1)(largest))  # to warm up
        return {
            f"exponent_{kind}": of_kind(
                lambda body: cpu_of(server, channel, body), kind, sizes, repeats
            )
            for kind in KINDS_OF_ORDERS
        }


def of_kind(cpu: Callable[[bytes], float], kind: str, sizes: Sequence[int], repeats: int) -> Figure:
    """Fitted to the medians of some checks of each size; the spread is that of neighbours."""
    make = grown(kind, seed=7)
    seconds: dict[int, float] = {}
    for size in sizes:
        each = [cpu(make(size)) for _ in range(repeats)]
        seconds[size] = statistics.median(each)
        if seconds[size] > LONG_SECONDS and len(seconds) > 1:
            break
    steps = [exponent(dict(pair)) for pair in pairwise(seconds.items())]
    return middle(steps)._replace(value=exponent(seconds), rounds=repeats)


def cpu_of(server: Server, channel: grpc.Channel, body: bytes) -> float:
    """The server's CPU seconds for one check, be it answered or refused as not sound."""
    begun = server.cpu_seconds()
    try:
        ask(channel, body)
    except grpc.RpcError as error:
        if error.code() is not grpc.StatusCode.INVALID_ARGUMENT:
            raise NotMeasured(f"a check ended as {error.code().name}") from None
    return server.cpu_seconds() - begun
