"""The soak in short: nothing that is held grows with the calls."""

from chaos.counting import TIMES
from chaos.soak import ROUND, Reading, is_flat, one_round, reading, soaked

ROUNDS = 12


def test_nothing_grows_with_the_calls() -> None:
    with soaked() as service:
        readings = [
            reading(service, number * ROUND, one_round(service, number * ROUND))
            for number in range(ROUNDS * TIMES)
        ]
    assert is_flat(readings), readings


def test_growth_is_noticed() -> None:
    steady = [Reading(number, 100, 20, 0.1, 0.2) for number in range(8)]
    assert is_flat(steady)
    leaking = [each._replace(memory=100 + 10 * number) for number, each in enumerate(steady)]
    assert not is_flat(leaking)
    holding = [each._replace(descriptors=20 + number) for number, each in enumerate(steady)]
    assert not is_flat(holding)
