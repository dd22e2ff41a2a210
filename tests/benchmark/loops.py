"""Load in a closed loop, as fast as answers come, and in an open one, at a rate of its own."""

import random
import select
import time
from collections import Counter, deque
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from benchmark.figures import NotMeasured, percentile
from benchmark.http2 import DEADLINE_EXCEEDED, OK, RESOURCE_EXHAUSTED, Connection

TICK_SECONDS = 0.001
LATEST_SECONDS = 0.05  # that a call may begin behind its time, at p99


def closed_loop(connection: Connection, bodies: Sequence[bytes], in_flight: int) -> None:
    """Call with every body, so many at a time, until all have been answered."""
    coming = enumerate(bodies)
    for call in islice(coming, in_flight):
        connection.ask(*call)
    left = len(bodies)
    while left:
        connection.send()
        connection.wait()
        for ended in connection.ended():
            if ended.status != OK:
                raise NotMeasured(f"a call ended with status {ended.status}")
            left -= 1
            for call in islice(coming, 1):
                connection.ask(*call)


class Outcomes(NamedTuple):
    """What became of the calls of an open loop, and the seconds that answers in time took.

    Of the late ones some were `unsent`: the connection was full until the caller gave up.
    """

    calls: int
    answered: list[float]
    refused: int
    late: int
    unsent: int

    @property
    def others(self) -> int:
        """Calls that ended in any other way."""
        return self.calls - len(self.answered) - self.refused - self.late


class OpenLoop:
    """Calls that arrive by chance at a mean rate, whether or not earlier ones were answered.

    All times count from when a call was due. After the deadline the caller gives up: it is late.
    """

    def __init__(self, connections: Sequence[Connection], deadline_seconds: float) -> None:
        """Calls go over the connections in turn."""
        self._connections = connections
        self._deadline = deadline_seconds
        self._unsent = 0

    def run(self, bodies: Sequence[bytes], rate: float) -> Outcomes:
        """One call for each body; raises `NotMeasured` where we fell behind the rate."""
        due = _arrivals(len(bodies), rate, time.perf_counter() + TICK_SECONDS)
        lags, ends = self._called(bodies, due)
        if percentile(lags, 0.99) > LATEST_SECONDS:
            raise NotMeasured(f"the load generator was {percentile(lags, 0.99):.2f} s behind")
        return self._counted(ends, due)

    def _called(
        self, bodies: Sequence[bytes], due: list[float]
    ) -> tuple[list[float], dict[int, tuple[int, float]]]:
        """How far behind its time each call was begun; the status and the time of each end."""
        lags: list[float] = []
        ends: dict[int, tuple[int, float]] = {}
        open_calls: deque[int] = deque()
        while len(lags) < len(bodies) or open_calls:
            now = time.perf_counter()
            while len(lags) < len(bodies) and due[len(lags)] <= now:
                call = len(lags)
                self._of(call).ask(call, bodies[call])
                open_calls.append(call)
                lags.append(now - due[call])
            for connection in self._connections:
                connection.send()
            readable, _, _ = select.select(self._connections, [], [], TICK_SECONDS)
            now = time.perf_counter()
            for connection in readable:
                ends.update((call, (status, now)) for call, status in connection.ended())
            self._give_up(open_calls, ends, due, now)
        return lags, ends

    def _of(self, call: int) -> Connection:
        return self._connections[call % len(self._connections)]

    def _give_up(
        self,
        open_calls: deque[int],
        ends: dict[int, tuple[int, float]],
        due: list[float],
        now: float,
    ) -> None:
        while open_calls:
            call = open_calls[0]
            if call not in ends:
                if now < due[call] + self._deadline:
                    return
                self._unsent += not self._of(call).give_up(call)
                ends[call] = DEADLINE_EXCEEDED, now
            open_calls.popleft()

    def _counted(self, ends: dict[int, tuple[int, float]], due: list[float]) -> Outcomes:
        codes = Counter(status for status, _ in ends.values())
        took = [end - due[call] for call, (status, end) in ends.items() if status == OK]
        answered = [seconds for seconds in took if seconds <= self._deadline]
        late = codes[DEADLINE_EXCEEDED] + len(took) - len(answered)
        return Outcomes(len(due), answered, codes[RESOURCE_EXHAUSTED], late, self._unsent)


def _arrivals(number: int, rate: float, begin: float) -> list[float]:
    """Times of arrivals that know nothing of one another, the same for the same number."""
    chance = random.Random(number)  # noqa: S311  # no secret, only variety
    due = []
    for _ in range(number):
        begin += chance.expovariate(rate)
        due.append(begin)
    return due
