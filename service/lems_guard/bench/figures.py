"""What a measurement gives: a key, a figure, its rounds and spread, and the goal it is held to."""

import contextlib
import gc
import statistics
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple


class Goal(NamedTuple):
    """The figure to reach, from below or from above."""

    bound: float
    at_least: bool

    def is_met(self, value: float) -> bool:
        """Whether a figure reaches the goal."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}"


class Subject(NamedTuple):
    """What is measured under a key."""

    key: str
    meaning: str
    goal: Goal


class Figure(NamedTuple):
    """One measured value, with the spread of the rounds it is the middle of."""

    value: float
    rounds: int
    low: float
    high: float


class Measured(NamedTuple):
    """A subject with its figure, or why there is none; `failed` where there should be one."""

    subject: Subject
    figure: Figure | None
    remark: str = ""
    failed: bool = False


SUBJECTS = {
    subject.key: subject
    for subject in (
        Subject(
            "first_seen_vs_echo",
            "server CPU a request: bare echo of the same stack and messages ÷ the service; patient "
            "and orders were never seen before",
            Goal(0.2, at_least=True),
        ),
        Subject(
            "replayed_vs_echo",
            "the same, where the reply cache knows every request",
            Goal(0.92, at_least=True),
        ),
        Subject(
            "rules_growth_300_30000",
            "screening 10 medications: time at 30,000 rules ÷ time at 300",
            Goal(1.3, at_least=False),
        ),
        Subject(
            "medications_growth_10_200",
            "screening at 30,000 rules: time for 200 medications ÷ time for 10",
            Goal(20, at_least=False),
        ),
        Subject(
            "vs_cel_3000",
            "deciding 3,000 rules: time of common-expression-language ÷ ours",
            Goal(40, at_least=True),
        ),
        Subject(
            "vs_clips_3000",
            "deciding 3,000 rules: time of CLIPS ÷ ours",
            Goal(20, at_least=True),
        ),
        Subject(
            "vs_zen_3000",
            "deciding 3,000 rules: time of zen-engine ÷ ours",
            Goal(100, at_least=True),
        ),
        Subject(
            "rapidfuzz_vs_exact",
            "finding one of 20,000 names: time of a rapidfuzz scan ÷ ours, exact",
            Goal(1000, at_least=True),
        ),
        Subject(
            "rapidfuzz_vs_sig_text",
            "the same, where the name stands in a sig text",
            Goal(30, at_least=True),
        ),
        Subject(
            "rapidfuzz_vs_close_match",
            "the same, where the name lacks a letter",
            Goal(100, at_least=True),
        ),
        *(
            Subject(
                f"redis_{state}_p50_ratio",
                f"p50 of a call that is like no other, Redis {state} ÷ without Redis",
                Goal(1.05, at_least=False),
            )
            for state in ("up", "killed", "hung")
        ),
        Subject(
            "gc_pauses_over_5ms",
            "pauses of the garbage collector over 5 ms in 30,000 checks",
            Goal(0, at_least=False),
        ),
        Subject(
            "cds_order_sign_vs_livez",
            "CDS Hooks: p50 of order-sign with 10 orders, all in prefetch ÷ that of /livez",
            Goal(3.0, at_least=False),
        ),
        Subject(
            "startup_s",
            "seconds from starting the process to the health service's SERVING",
            Goal(1.0, at_least=False),
        ),
        Subject(
            "rss_mb",
            "resident memory of the service after 2,000 checks, in MB",
            Goal(120, at_least=False),
        ),
        Subject(
            "import_rss_mb",
            "most resident memory while a full RxNorm release (RXNSAT 1.2 GB) is imported, in MB",
            Goal(500, at_least=False),
        ),
    )
}


def ratio(above: Sequence[float], below: Sequence[float]) -> Figure:
    """The ratio of two medians; the spread is that of the ratios round by round."""
    by_round = [one / other for one, other in zip(above, below, strict=True)]
    value = statistics.median(above) / statistics.median(below)
    return Figure(value, len(by_round), min(by_round), max(by_round))


def middle(values: Sequence[float]) -> Figure:
    """The median of some rounds."""
    return Figure(statistics.median(values), len(values), min(values), max(values))


def interleaved(
    rounds: int, first: Callable[[], float], second: Callable[[], float]
) -> tuple[list[float], list[float]]:
    """Measure two things turn by turn, each first in every other round.

    A machine that changes its speed then changes it for both.
    """
    of_first, of_second = [], []
    for number in range(rounds):
        if number % 2:
            of_second.append(second())
            of_first.append(first())
        else:
            of_first.append(first())
            of_second.append(second())
    return of_first, of_second


@contextlib.contextmanager
def frozen() -> Iterator[None]:
    """What is loaded now is kept from the garbage collector, as the service does when it starts."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
