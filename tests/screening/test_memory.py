"""A memory is bounded, and keeps what is asked for."""

from lems_guard.screening.memory import Recent


def test_what_is_asked_for_stays_and_what_is_not_is_forgotten() -> None:
    recent: Recent[int, int] = Recent(half=10)
    for number in range(100):
        recent.keep(number, -number)
        assert recent.get(0) == 0
        assert recent.get(number) == -number
    assert recent.get(50) is None
    assert len(recent) <= 20


def test_what_is_kept_anew_takes_the_place_of_what_was_kept() -> None:
    recent: Recent[str, int] = Recent(half=2)
    recent.keep("other", 0)
    for number in range(10):
        recent.keep("same", number)
        assert recent.get("same") == number
    assert recent.get("other") == 0
    assert len(recent) == 2
