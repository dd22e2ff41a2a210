"""Memories are bounded, and mistake nothing for another."""

from lems_guard.screening.memory import MOST_SOURCES, Memory, Recent


def test_what_is_asked_for_stays_and_what_is_not_is_forgotten() -> None:
    recent: Recent[int, int] = Recent(half=10)
    for number in range(100):
        recent.keep(number, -number)
        assert recent.get(0) == 0
        assert recent.get(number) == -number
    assert recent.get(50) is None
    assert len(recent) <= 20


def test_equal_sources_are_not_the_same() -> None:
    """Only the very objects are: comparing is what a memory saves."""
    memory: Memory[str] = Memory()
    one, other = [1], [1]
    assert memory.recall((one,), lambda: "first") == "first"
    assert memory.recall((one,), lambda: "never asked") == "first"
    assert memory.recall((other,), lambda: "second") == "second"


def test_a_source_lives_as_long_as_what_was_made_of_it() -> None:
    """Else a new object might come to its identity, and to an answer that is not its own."""
    memory: Memory[int] = Memory()
    for number in range(500):
        assert memory.recall(([number],), lambda number=number: number) == number


def test_what_depends_on_very_much_is_not_kept() -> None:
    memory: Memory[int] = Memory()
    sources = tuple([object() for _ in range(MOST_SOURCES + 1)])
    assert [memory.recall(sources, lambda: answer) for answer in (1, 2)] == [1, 2]  # noqa: B023
    assert len(memory) == 0
