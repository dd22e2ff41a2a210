"""The shared memories as they are without Redis."""

import asyncio

import pytest

from lems_guard.sharing.in_process import InProcessOutcomes, InProcessRepeats, Memory
from lems_guard.sharing.outcomes import (
    AlertOutcome,
    CountedOutcomes,
    OverrideReason,
    Recording,
    Verdict,
)
from lems_guard.sharing.repeats import Episode
from lems_guard.store.seal import Seal, content_of

REPORT = AlertOutcome(
    "order 7, Mrs Canary", "0123456789abcdef", ("rule-b", "rule-a"), Verdict.ACCEPTED
)
OVERRIDE = REPORT._replace(verdict=Verdict.OVERRIDDEN, reason=OverrideReason.WILL_MONITOR)
EPISODE = Episode("hospital", "dr", "patient", "visit")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_report_is_taken_in_once() -> None:
    outcomes = InProcessOutcomes(Memory(60))

    async def told() -> list[Recording]:
        again = REPORT._replace(rule_ids=("rule-a", "rule-b"))
        other_id = REPORT._replace(outcome_id="another")
        return [await outcomes.record(each) for each in (REPORT, again, OVERRIDE, other_id)]

    new, repeated, conflicting = Recording
    assert asyncio.run(told()) == [new, repeated, conflicting, new]


def test_every_report_is_heard_with_what_became_of_it() -> None:
    heard: list[Recording] = []
    counted = CountedOutcomes(InProcessOutcomes(Memory(60)), lambda _, each: heard.append(each))

    async def told() -> None:
        await counted.record(REPORT)
        await counted.record(REPORT)

    asyncio.run(told())
    assert heard == [Recording.NEW, Recording.REPEATED]


def test_a_card_is_known_again_in_its_own_episode_only() -> None:
    repeats = InProcessRepeats(Memory(60))

    async def known(episode: Episode) -> frozenset[str]:
        return await repeats.shown(episode, ["a", "b"])

    async def told() -> list[frozenset[str]]:
        await repeats.remember(EPISODE, ["a", "c"])
        return [
            await known(each)
            for each in (EPISODE, *(EPISODE._replace(**{name: "x"}) for name in Episode._fields))
        ]

    assert asyncio.run(told()) == [frozenset({"a"}), *[frozenset()] * 4]


def test_a_note_runs_out() -> None:
    clock = Clock()
    memory = Memory(10, now=clock)
    memory.put("name", b"note")
    clock.now = 9.9
    assert memory.get("name") == b"note"
    clock.now = 10
    assert memory.get("name") is None
    memory.put("other", b"")
    assert len(memory) == 1


def test_the_oldest_notes_give_way() -> None:
    memory = Memory(10, most=2)
    for name in ("a", "b", "a", "c"):
        memory.put(name, b"")
    assert [memory.get(name) for name in ("a", "b", "c")] == [b"", None, b""]


def test_neighbouring_texts_do_not_run_into_each_other() -> None:
    assert content_of(("ab", "")) != content_of(("a", "b"))
    assert content_of(("",)) != content_of(())


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Seal(b"short")
