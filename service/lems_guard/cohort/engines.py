"""Who works on a cohort's lines: this process, several, or several calls of a service at once.

The order is kept, and no more lines are held than are on their way.
"""

import collections
import contextlib
import functools
import itertools
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeAlias, TypeVar

from lems_guard.clinical.errors import Unavailable
from lems_guard.cohort.lines import CohortLine

Done = TypeVar("Done")
Lines: TypeAlias = list[CohortLine]
Work: TypeAlias = Callable[[Lines], Done]
Engine: TypeAlias = Callable[[Iterable[CohortLine]], Iterator[Done]]

# So many lines are one piece of work, and so many pieces are on their way for each worker.
PIECE = 16
AHEAD = 3
# A forked process has what this one has loaded, in the same memory. Only on Linux is that safe.
START = "fork" if sys.platform == "linux" else "spawn"
# What a worker process works by, once it has begun.
_work: list[Work[Any]] = []


def one_by_one(lines: Iterable[CohortLine], work: Work[Done]) -> Iterator[Done]:
    """Each line as it comes, in this process."""
    for line in lines:
        yield work([line])


@contextlib.contextmanager
def processes(
    loaded: Work[Done], begin: Callable[[], Work[Done]], jobs: int
) -> Iterator[Engine[Done]]:
    """So many processes, launched at once, before this one has any thread.

    They work by what is `loaded` here; where they cannot have that, each begins by loading its own.
    """
    context = multiprocessing.get_context(START)
    first: Callable[[], Any] = functools.partial(_itself, loaded) if START == "fork" else begin
    with ProcessPoolExecutor(jobs, context, _begin, (first,)) as pool:
        pool.submit(_idle)
        try:
            yield lambda lines: _by_processes(lines, pool, jobs)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _by_processes(lines: Iterable[CohortLine], pool: Executor, jobs: int) -> Iterator[Any]:
    try:
        yield from _in_order(lines, pool, _work_here, jobs)
    except BrokenProcessPool:
        raise Unavailable("a worker process was killed: for want of memory?") from None


def by_threads(lines: Iterable[CohortLine], work: Work[Done], jobs: int) -> Iterator[Done]:
    """With so many calls of a service under way at once."""
    with ThreadPoolExecutor(jobs) as pool:
        try:
            yield from _in_order(lines, pool, work, jobs)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _in_order(
    lines: Iterable[CohortLine], pool: Executor, work: Work[Done], jobs: int
) -> Iterator[Done]:
    following = iter(lines)
    under_way: collections.deque[Future[Done]] = collections.deque()
    while piece := list(itertools.islice(following, PIECE)):
        under_way.append(pool.submit(work, piece))
        if len(under_way) >= jobs * AHEAD:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def _itself(loaded: Work[Done]) -> Work[Done]:
    return loaded


def _begin(begin: Callable[[], Work[Any]]) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _work.append(begin())


def _end_with_parent() -> None:
    """Whoever is killed cannot tell its workers, which would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
    os._exit(1)


def _idle() -> None:
    """Nothing: by it the processes are launched."""


def _work_here(piece: Lines) -> Any:  # noqa: ANN401 - what the work comes to
    return _work[0](piece)
