"""Workers carry out what they take on, and never take more than they can hold."""

import threading
from concurrent.futures import ThreadPoolExecutor

from lems_guard.store.workers import Workers
from waiting import PATIENCE, until


def test_they_take_on_what_they_can_hold_and_no_more() -> None:
    workers = Workers("test", threads=1, most_waiting=3)
    go_on, done = threading.Event(), list[int]()
    assert not workers.send(lambda: done.append(0)), "nobody is there yet"
    with workers.running(1):
        assert workers.send(lambda: go_on.wait(PATIENCE))
        until(lambda: len(workers) == 0)  # the first is under way
        taken = [workers.send(lambda number=number: done.append(number)) for number in range(5)]  # type: ignore[misc]
        assert taken == [True, True, True, False, False]
        go_on.set()
        until(lambda: done == [0, 1, 2])
    assert not workers.send(lambda: done.append(9)), "nobody is there any more"


def test_they_outlive_an_errand_that_fails() -> None:
    workers, done = Workers("test", threads=1, most_waiting=3), list[int]()
    with workers.running(1):
        assert workers.send(lambda: done.append(1 // 0))
        assert workers.send(lambda: done.append(1))
        until(lambda: done == [1])


def test_the_end_waits_for_nothing_that_is_queued() -> None:
    workers = Workers("test", threads=2, most_waiting=100)
    go_on, done = threading.Event(), list[int]()
    with workers.running(0.1):
        for _ in range(2):
            workers.send(lambda: go_on.wait(PATIENCE))
        until(lambda: len(workers) == 0)
        for number in range(50):
            workers.send(lambda number=number: done.append(number))  # type: ignore[misc]
    go_on.set()
    until(lambda: not any(each.name.startswith("test-") for each in threading.enumerate()))
    assert done == []


def test_many_threads_may_hand_errands_over() -> None:
    workers, done = Workers("test", threads=4, most_waiting=10_000), list[None]()
    with workers.running(1), ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: workers.send(lambda: done.append(None)), range(1000)))
        assert all(taken)
        until(lambda: len(done) == 1000)
