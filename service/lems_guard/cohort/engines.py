"""Who answers a cohort's lines: this process, several, or several calls of a service at once.

The order is kept, and no more lines are held than are on their way.
"""

import collections
import itertools
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeAlias

from lems_guard.clinical.errors import Unavailable
from lems_guard.cohort.checking import Check, CheckedLine
from lems_guard.cohort.lines import CohortLine

Lines: TypeAlias = list[CohortLine]
Done: TypeAlias = list[tuple[CohortLine, CheckedLine]]
Begin: TypeAlias = Callable[[], Check]

# So many lines are one piece of work, and so many pieces are on their way for each worker.
PIECE = 16
AHEAD = 3
# What a worker process answers with, once it has begun.
_check: list[Check] = []


def one_by_one(lines: Iterable[CohortLine], check: Check) -> Iterator[Done]:
    """Each line as it comes, in this process."""
    for line in lines:
        yield [(line, check(line))]


def by_processes(lines: Iterable[CohortLine], begin: Begin, jobs: int) -> Iterator[Done]:
    """In so many processes, each of which begins by loading what it answers from."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, spawn, _begin, (begin,)) as pool:
        try:
            yield from _in_order(lines, pool, _check_here, jobs)
        except BrokenProcessPool:
            raise Unavailable("a worker process was killed: for want of memory?") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def by_threads(lines: Iterable[CohortLine], check: Check, jobs: int) -> Iterator[Done]:
    """With so many calls of a service under way at once."""
    with ThreadPoolExecutor(jobs) as pool:
        try:
            yield from _in_order(lines, pool, lambda piece: _each(piece, check), jobs)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _in_order(
    lines: Iterable[CohortLine], pool: Executor, work: Callable[[Lines], Done], jobs: int
) -> Iterator[Done]:
    following = iter(lines)
    under_way: collections.deque[Future[Done]] = collections.deque()
    while piece := list(itertools.islice(following, PIECE)):
        under_way.append(pool.submit(work, piece))
        if len(under_way) >= jobs * AHEAD:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def _begin(begin: Begin) -> None:
    _check.append(begin())


def _check_here(piece: Lines) -> Done:
    return _each(piece, _check[0])


def _each(piece: Lines, check: Check) -> Done:
    return [(line, check(line)) for line in piece]
