"""A line carries out what it takes on, and never more than it can hold."""

import threading
from concurrent.futures import ThreadPoolExecutor

from lems_guard.store.line import Line
from replicas import eventually


def test_it_takes_on_what_it_can_hold_and_no_more() -> None:
    line = Line("test", threads=1, most_waiting=3)
    go_on, done = threading.Event(), list[int]()
    assert not line.send(lambda: done.append(0)), "nobody is there yet"
    with line.running(1):
        assert line.send(lambda: go_on.wait(10))
        eventually(lambda: len(line) == 0)  # the first is under way
        taken = [line.send(lambda number=number: done.append(number)) for number in range(5)]  # type: ignore[misc]
        assert taken == [True, True, True, False, False]
        go_on.set()
        eventually(lambda: done == [0, 1, 2])
    assert not line.send(lambda: done.append(9)), "nobody is there any more"


def test_it_outlives_an_errand_that_fails() -> None:
    line, done = Line("test", threads=1, most_waiting=3), list[int]()
    with line.running(1):
        assert line.send(lambda: done.append(1 // 0))
        assert line.send(lambda: done.append(1))
        eventually(lambda: done == [1])


def test_the_end_waits_for_nothing_that_is_queued() -> None:
    line, go_on, done = Line("test", threads=2, most_waiting=100), threading.Event(), list[int]()
    with line.running(0.1):
        for _ in range(2):
            line.send(lambda: go_on.wait(10))
        eventually(lambda: len(line) == 0)
        for number in range(50):
            line.send(lambda number=number: done.append(number))  # type: ignore[misc]
    go_on.set()
    eventually(lambda: not any(each.name.startswith("test-") for each in threading.enumerate()))
    assert done == []


def test_many_threads_may_hand_errands_over() -> None:
    line, done = Line("test", threads=4, most_waiting=10_000), list[None]()
    with line.running(1), ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: line.send(lambda: done.append(None)), range(1000)))
        assert all(taken)
        eventually(lambda: len(done) == 1000)
