"""Order entry against the plainest page of the same server: what reading, screening and cards take.

One connection, one call at a time, as an order screen waits, on a service that has been in use for
a while. What the calls hold: `order_calls.py`.
"""

import contextlib
import http.client
import statistics
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from lems_guard.bench import processes
from lems_guard.bench.figures import Figure, interleaved, ratio
from lems_guard.bench.order_calls import Hospital
from lems_guard.bench.serving import Sizes
from lems_guard.editions.library import load_edition

PATH = "/cds-services/lems-guard-order-sign"
CALLS_A_ROUND = 100


class NotAnswered(AssertionError):
    """The server did not answer with cards, so its time compares nothing."""


def vs_livez(rules: Path, sizes: Sizes) -> Figure:
    """The median time of an order-sign call with ten orders ÷ that of `/livez`."""
    edition = load_edition(rules).edition
    with (
        processes.service(
            rules, "LEMS_GUARD_CDS_HOOKS_AUTH=off", "LEMS_GUARD_LOG_CALLS_PER_SECOND=0"
        ) as server,
        contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.http_port)) as connection,
    ):
        calls = Calls(connection, Hospital(edition).calls())
        calls.warm_up(sizes.warm_up)
        return ratio(*interleaved(sizes.rounds, calls.signed, calls.live))


class Calls:
    """Calls on one connection, each unlike all before it."""

    def __init__(self, connection: http.client.HTTPConnection, bodies: Iterator[bytes]) -> None:
        """`bodies` are those of order-sign calls."""
        self._connection = connection
        self._bodies = bodies

    def warm_up(self, number: int) -> None:
        """Some calls that are not measured."""
        for body in islice(self._bodies, number):
            self._seconds("POST", PATH, body)
            self._seconds("GET", "/livez")

    def signed(self) -> float:
        """The median seconds of some order-sign calls."""
        bodies = list(islice(self._bodies, CALLS_A_ROUND))
        return statistics.median([self._seconds("POST", PATH, body) for body in bodies])

    def live(self) -> float:
        """The median seconds of as many calls of `/livez`."""
        return statistics.median([self._seconds("GET", "/livez") for _ in range(CALLS_A_ROUND)])

    def _seconds(self, method: str, path: str, body: bytes | None = None) -> float:
        begun = time.perf_counter()
        self._connection.request(method, path, body)
        response = self._connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - begun
        if response.status != http.client.OK or (body and b'"cards":[{' not in content):
            raise NotAnswered(f"{path} was answered with {response.status}, or without cards")
        return seconds
