"""Turns: calls in the order in which they came, items of streams behind them, but not for ever."""

import math
import threading
import time

from hypothesis import given
from hypothesis import strategies as st

from lems_guard.edges.turns import MOST_PASSED, Lane, Turns
from searching import examples
from waiting import until


def in_line(turns: Turns, lanes: list[Lane], had: list[int]) -> list[threading.Thread]:
    """Threads that wait for a turn in this order, and note their numbers when they have it."""

    def wait(number: int, lane: Lane) -> None:
        turns.take(lane, math.inf)
        had.append(number)
        turns.end()

    threads = []
    for number, lane in enumerate(lanes):
        threads.append(threading.Thread(target=wait, args=(number, lane)))
        threads[-1].start()
        until(lambda many=number + 1: turns.waiting == many)  # type: ignore[misc]
    return threads


def order_of(lanes: list[Lane]) -> list[int]:
    """In which order those who came in this one had their turns, all waiting behind another."""
    turns, had = Turns(), list[int]()
    turns.take(Lane.CALL, math.inf)
    threads = in_line(turns, lanes, had)
    turns.end()
    for thread in threads:
        thread.join()
    assert turns.take(Lane.CALL, -1.0), "the last turn was ended"
    return had


@examples(20)
@given(st.lists(st.sampled_from(Lane), max_size=24))
def test_everybody_has_one_turn_each_lane_in_its_order(lanes: list[Lane]) -> None:
    had = order_of(lanes)
    assert sorted(had) == list(range(len(lanes)))
    for lane in Lane:
        of_lane = [number for number in had if lanes[number] is lane]
        assert of_lane == sorted(of_lane)


def test_calls_go_before_items_but_an_item_is_not_passed_for_ever() -> None:
    calls = MOST_PASSED + 2
    had = order_of([Lane.ITEM, *[Lane.CALL] * calls])
    assert had.index(0) == MOST_PASSED


def test_whoever_waits_no_longer_leaves_the_turn_to_others() -> None:
    turns = Turns()
    assert turns.take(Lane.CALL, math.inf)
    assert not turns.take(Lane.CALL, time.monotonic() + 0.01)
    assert turns.waiting == 0
    turns.end()
    assert turns.take(Lane.ITEM, math.inf)


def test_what_is_long_goes_on_behind_the_calls_that_wait_and_before_items() -> None:
    turns, had = Turns(), list[int]()
    turns.take(Lane.CALL, math.inf)
    threads = in_line(turns, [Lane.ITEM, Lane.CALL], had)
    turns.give_way(Lane.LONG_CALL)
    assert had == [1]
    turns.end()
    for thread in threads:
        thread.join()
    assert had == [1, 0]


def test_an_item_gives_way_to_no_other_item() -> None:
    turns, had = Turns(), list[int]()
    turns.take(Lane.ITEM, math.inf)
    [other] = in_line(turns, [Lane.ITEM], had)
    turns.give_way(Lane.ITEM)  # would wait for ever, were the turn handed on
    assert not had
    turns.end()
    other.join()


def test_who_gives_way_where_nobody_waits_goes_on() -> None:
    turns = Turns()
    turns.take(Lane.CALL, math.inf)
    turns.give_way(Lane.LONG_CALL)
    assert not turns.take_free()
    turns.end()
    assert turns.take_free()
