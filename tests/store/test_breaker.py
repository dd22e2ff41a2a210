"""The breaker: opened by failures in a row, closed by a probe alone."""

from concurrent.futures import ThreadPoolExecutor

from lems_guard.store.breaker import Breaker, BreakerState

CLOSED, HALF_OPEN, OPEN = BreakerState


def breaker(told: list[BreakerState]) -> Breaker:
    return Breaker(3, told.append)


def test_it_starts_open_and_a_probe_closes_it() -> None:
    told: list[BreakerState] = []
    one = breaker(told)
    one.succeeded()
    assert not one.is_closed
    one.probing()
    one.probed(well=True)
    assert told == [OPEN, HALF_OPEN, CLOSED]


def test_a_probe_in_vain_opens_it_again() -> None:
    told: list[BreakerState] = []
    one = breaker(told)
    one.probing()
    one.succeeded()  # a call from before it opened
    one.probed(well=False)
    assert told == [OPEN, HALF_OPEN, OPEN]


def test_failures_in_a_row_open_it_once() -> None:
    told: list[BreakerState] = []
    one = breaker(told)
    one.probing()
    one.probed(well=True)
    for _ in range(5):
        one.failed()
        one.failed()
        one.succeeded()
    assert one.is_closed
    one.probing()
    one.probed(well=False)  # a probe counts as one
    assert one.is_closed
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: one.failed(), range(100)))
    assert told == [OPEN, HALF_OPEN, CLOSED, OPEN]
