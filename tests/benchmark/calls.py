"""Calls of the gRPC port: processor time beside a bare echo's, and what a long text costs."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from benchmark.bodies import ORDERS, checks, long_texts
from benchmark.figures import Figure, NotMeasured, in_turn, ratio
from benchmark.http2 import Connection
from benchmark.loops import closed_loop
from benchmark.servers import Server, ask, echo, service
from lems_guard.v1 import screening_pb2 as wire

IN_FLIGHT = 16
REPLAYED = 128  # different requests that are asked again and again


def against_echo() -> dict[str, Figure]:
    """The processor time of an echo's call ÷ that of a first check, and of one asked again."""
    told = cpu_seconds()
    return {
        "first_seen_vs_echo": ratio(told["echo"], told["first_check"]),
        "replayed_vs_echo": ratio(told["echo"], told["replayed"]),
    }


def cpu_seconds(rounds: int = 5, calls: int = 1200) -> dict[str, list[float]]:
    """The processor time of a server's call, round by round and kind by kind."""
    bodies = checks(seed=1)
    known = list(islice(bodies, REPLAYED))
    with service() as ours:
        with ours.channel() as channel:
            replies = [ask(channel, body) for body in known]
        check_replies(replies)
        with echo(replies) as bare, load(ours) as first, load(bare) as echoed:
            first(list(islice(bodies, calls)))  # to warm up

            def replayed() -> float:
                first(known)  # checks made meanwhile have driven some out
                return first([known[each % REPLAYED] for each in range(calls)])

            kinds = {
                "echo": lambda: echoed(list(islice(bodies, calls))),
                "first_check": lambda: first(list(islice(bodies, calls))),
                "replayed": replayed,
            }
            return in_turn(rounds, kinds)


def thousand_characters(rounds: int = 5, calls: int = 100) -> dict[str, Figure]:
    """The processor time of a check with one long order ÷ that of a first check of ten drugs."""
    supply = {kind: long_texts(kind) for kind in ("orders", "words", "one_word")}
    supply["ten drugs"] = checks(seed=2)
    with service() as server, load(server) as cpu:
        measures = {
            kind: lambda bodies=bodies: cpu(list(islice(bodies, calls)))
            for kind, bodies in supply.items()
        }
        in_turn(1, measures)  # to warm up
        told = in_turn(rounds, measures)
    below = told.pop("ten drugs")
    ratios = [ratio(seconds, below) for seconds in told.values()]
    return {"reading_1000_chars": max(ratios)}


@contextlib.contextmanager
def load(server: Server) -> Iterator[Callable[[Sequence[bytes]], float]]:
    """What calls with some bodies, and tells the server's CPU seconds a call."""

    def cpu_a_call(bodies: Sequence[bytes]) -> float:
        begun = server.cpu_seconds()
        closed_loop(connection, bodies, IN_FLIGHT)
        return (server.cpu_seconds() - begun) / len(bodies)

    with contextlib.closing(Connection(server.port)) as connection:
        yield cpu_a_call


def check_replies(replies: Sequence[bytes]) -> None:
    """Refuse to measure a service that does not do its work."""
    read = [wire.CheckPrescriptionResponse.FromString(reply) for reply in replies]
    if any(len(reply.medications) != ORDERS for reply in read):
        raise NotMeasured("a reply does not name every order")
    if not any(reply.alerts for reply in read):
        raise NotMeasured("no reply has an alert")
