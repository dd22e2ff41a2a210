"""Figures: medians and ratios over rounds in turn, percentiles, fitted exponents."""

import contextlib
import gc
import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

Told = TypeVar("Told")


class NotMeasured(RuntimeError):
    """What was compared was not alike, or something else spoiled the measurement."""


class Figure(NamedTuple):
    """A value, and the lowest and highest of the rounds that it is the middle of."""

    value: float
    low: float
    high: float
    rounds: int


def middle(values: Sequence[float]) -> Figure:
    """The median of some rounds."""
    return Figure(statistics.median(values), min(values), max(values), len(values))


def ratio(above: Sequence[float], below: Sequence[float]) -> Figure:
    """The ratio of two medians; the spread is that of the ratios round by round."""
    by_round = [one / other for one, other in zip(above, below, strict=True)]
    value = statistics.median(above) / statistics.median(below)
    return middle(by_round)._replace(value=value)


def in_turn(rounds: int, measures: Mapping[str, Callable[[], Told]]) -> dict[str, list[Told]]:
    """Measure several things turn by turn, each first in some rounds.

    A machine that changes its speed then changes it for all of them.
    """
    told: dict[str, list[Told]] = {name: [] for name in measures}
    order = list(measures)
    for _ in range(rounds):
        for name in order:
            told[name].append(measures[name]())
        order.append(order.pop(0))
    return told


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of the values does not exceed."""
    if not values:
        raise NotMeasured("nothing was answered")
    return sorted(values)[math.ceil(share * len(values)) - 1]


def exponent(seconds: Mapping[int, float]) -> float:
    """The power of its size that a time grows with: the slope of both logarithms."""
    sizes = [math.log(size) for size in seconds]
    return statistics.linear_regression(sizes, [math.log(each) for each in seconds.values()]).slope


@contextlib.contextmanager
def frozen() -> Iterator[None]:
    """What is loaded now is kept from the garbage collector, as the service does when it starts."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
