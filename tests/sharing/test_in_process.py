"""The shared memories as they are without Redis."""

from concurrent.futures import ThreadPoolExecutor

from lems_guard.clinical.episode import Episode
from lems_guard.clinical.outcome import AlertOutcome, AlertVerdict, OverrideReason, Recording
from lems_guard.sharing.memory import Memory
from lems_guard.sharing.outcomes import AlertOutcomes
from lems_guard.sharing.repeats import Repeats
from lems_guard.sharing.tokens import Token, UsedTokens
from lems_guard.store.entries import NoStore

REPORT = AlertOutcome(
    "order 7, Mrs Canary", "0123456789abcdef", ("rule-b", "rule-a"), AlertVerdict.ACCEPTED
)
OVERRIDE = REPORT._replace(verdict=AlertVerdict.OVERRIDDEN, reason=OverrideReason.WILL_MONITOR)
EPISODE = Episode("hospital", "dr", "patient", "visit")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def outcomes_in(memory: Memory, heard: list[Recording]) -> AlertOutcomes:
    return AlertOutcomes(NoStore(), memory, unheard, lambda _, each: heard.append(each))


def unheard(_memory: str, heard: str) -> None:
    assert heard == "own", "there is nobody to share with"


def test_a_report_is_taken_in_once_and_heard_with_what_became_of_it() -> None:
    heard: list[Recording] = []
    outcomes = outcomes_in(Memory(60), heard)
    again = REPORT._replace(rule_ids=("rule-a", "rule-b"))
    other_id = REPORT._replace(outcome_id="another")
    new, repeated, conflicting = Recording
    told = [outcomes.record(each) for each in (REPORT, again, OVERRIDE, other_id)]
    assert told == heard == [new, repeated, conflicting, new]


def test_a_report_that_many_threads_hear_at_once_is_new_to_one() -> None:
    outcomes = outcomes_in(Memory(60), [])
    with ThreadPoolExecutor(16) as threads:
        told = list(threads.map(outcomes.record, [REPORT] * 200))
    assert told.count(Recording.NEW) == 1
    assert told.count(Recording.REPEATED) == 199


def test_a_card_is_known_again_in_its_own_episode_only() -> None:
    repeats = Repeats(NoStore(), Memory(60), unheard)
    repeats.remember(EPISODE, ["a", "c"])
    others = [EPISODE._replace(**{name: "x"}) for name in Episode._fields]
    known = [repeats.shown(each, ["a", "b"]) for each in (EPISODE, *others)]
    assert known == [frozenset({"a"}), *[frozenset()] * 4]


def test_of_tokens_a_replica_by_itself_can_tell_nothing() -> None:
    assert UsedTokens(NoStore(), unheard).claim(Token("hospital", "id", 60))


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


def test_the_first_note_stands() -> None:
    clock = Clock()
    memory = Memory(10, now=clock)
    assert [memory.claim("name", each) for each in (b"a", b"b")] == [None, b"a"]
    clock.now = 10
    assert memory.claim("name", b"c") is None
    assert memory.get("name") == b"c"
