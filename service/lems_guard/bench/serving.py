"""Measurements of the service as a process: its CPU against an echo's, its start, its memory."""

import contextlib
import datetime
import functools
import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import grpc

from lems_guard.answering.answer import Answerer
from lems_guard.bench import processes
from lems_guard.bench.echo import write_replies
from lems_guard.bench.figures import Figure, interleaved, middle, ratio
from lems_guard.bench.load import PATH, Connection
from lems_guard.bench.prescriptions import Requests
from lems_guard.editions.library import Edition
from lems_guard.screening.screen import RuleScreener
from lems_guard.settings import Settings


class Sizes(NamedTuple):
    """How many rounds of how many calls, and how many calls are under way at a time.

    So many `replies` an echo returns in turn.
    """

    rounds: int = 9
    calls: int = 4000
    warm_up: int = 2000
    in_flight: int = 16
    starts: int = 5
    replies: int = 128


class UnequalReplies(AssertionError):
    """A server answered other bytes than it should, so its CPU time compares nothing."""


def answerer_of(edition: Edition) -> Answerer:
    """The answerer of a service with default settings, on a fixed day."""
    return Answerer(
        edition.knowledge,
        edition,
        RuleScreener(),
        jurisdiction=Settings.from_environment({}).jurisdiction,
        today=lambda: datetime.date(2026, 11, 21),
    )


def startup(rules: Path, sizes: Sizes) -> Figure:
    """Seconds from the spawn to SERVING."""
    return middle([processes.seconds_to_serving(rules) for _ in range(sizes.starts)])


def memory(rules: Path, requests: Requests, sizes: Sizes) -> Figure:
    """Resident memory in MB after the warm-up's checks."""
    with processes.service(rules) as server, contextlib.closing(Connection(server.port)) as calls:
        calls.drive(requests.take(sizes.warm_up), sizes.in_flight)
        return middle([server.rss_mb()])


def vs_echo(rules: Path, answerer: Answerer, requests: Requests, sizes: Sizes) -> Figure:
    """An echo's CPU a request ÷ the service's, once both have answered what they should.

    Requests that are never alike are evaluated; those that are repeated come from the reply cache.
    """
    bodies = requests.take(sizes.replies)
    replies = [answerer.answer(body).reply for body in bodies]
    turns = itertools.cycle(map(len, replies))
    # Between the rounds nothing is worked out anew that was asked before.
    length = functools.lru_cache(sizes.replies)(lambda body: len(answerer.answer(body).reply))
    with processes.service(rules) as service, _echo(replies) as server:
        check_replies(_ask(service, bodies), replies)
        check_replies(_ask(server, bodies), replies)
        with (
            _load(service, requests, length) as ours,
            _load(server, requests, lambda _: next(turns)) as echo,
        ):
            for load in (ours, echo):
                load.cpu_a_call(sizes.warm_up, sizes.in_flight)
            times = interleaved(
                sizes.rounds,
                lambda: echo.cpu_a_call(sizes.calls, sizes.in_flight),
                lambda: ours.cpu_a_call(sizes.calls, sizes.in_flight),
            )
    return ratio(*times)


class Load(NamedTuple):
    """A connection to a server, and how long its reply to a request should be."""

    server: processes.Server
    connection: Connection
    requests: Requests
    length: Callable[[bytes], int]

    def cpu_a_call(self, calls: int, in_flight: int) -> float:
        """The server's CPU seconds a call."""
        bodies = self.requests.take(calls)
        expected = sum(map(self.length, bodies))
        begun = self.server.cpu_seconds()
        answered = self.connection.drive(bodies, in_flight)
        seconds = self.server.cpu_seconds() - begun
        check_length(answered.reply_bytes, expected)
        return seconds / len(bodies)


def check_replies(replies: Sequence[bytes], expected: Sequence[bytes]) -> None:
    """Refuse to measure a server whose answers are not what they should be."""
    wrong = [place for place, reply in enumerate(replies) if reply != expected[place]]
    if wrong or len(replies) != len(expected):
        raise UnequalReplies(f"replies {wrong} of {len(expected)} are not as expected")


def check_length(received: int, expected: int) -> None:
    """The same, under load, where only lengths are looked at."""
    if received != expected:
        raise UnequalReplies(f"{received} bytes of replies instead of {expected}")


@contextlib.contextmanager
def _echo(replies: list[bytes]) -> Iterator[processes.Server]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "replies")
        write_replies(path, replies)
        with processes.echo(path) as server:
            yield server


@contextlib.contextmanager
def _load(
    server: processes.Server, requests: Requests, length: Callable[[bytes], int]
) -> Iterator[Load]:
    with contextlib.closing(Connection(server.port)) as connection:
        yield Load(server, connection, requests, length)


def _ask(server: processes.Server, bodies: list[bytes]) -> list[bytes]:
    """What an ordinary client gets, one call after the other."""
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        call: Any = channel.unary_unary(PATH.decode())
        return [call(body, timeout=processes.PATIENCE_SECONDS) for body in bodies]
