"""The same memories within one process: what the service has where there is no Redis.

Other replicas then know nothing of it, and a restart forgets it.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Collection

from lems_guard.sharing.outcomes import AlertOutcome, Recording
from lems_guard.sharing.repeats import Episode
from lems_guard.store.seal import Seal, content_of, encode

MOST_ENTRIES = 100_000


class Memory:
    """Short notes under names, each for a time; the oldest go first when there are too many."""

    def __init__(
        self,
        seconds: float,
        most: int = MOST_ENTRIES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep each note for `seconds`."""
        self._seconds = seconds
        self._most = most
        self._now = now
        self._notes: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def get(self, name: str) -> bytes | None:
        """The note under a name, if there is one and it has not run out."""
        expires, note = self._notes.get(name, (0.0, b""))
        return note if expires > self._now() else None

    def put(self, name: str, note: bytes) -> None:
        """Write a note anew."""
        now = self._now()
        self._notes.pop(name, None)
        self._notes[name] = (now + self._seconds, note)
        while len(self._notes) > self._most or next(iter(self._notes.values()))[0] <= now:
            self._notes.popitem(last=False)

    def __len__(self) -> int:
        return len(self._notes)


def own_seal() -> Seal:
    """A secret of this process alone: even its own memory holds no identifier in the clear."""
    return Seal(secrets.token_bytes(32))


def outcome_name(seal: Seal, outcome_id: str) -> str:
    """The key of a report. It outlives a reload, so no knowledge base is part of it."""
    return seal.name("outcome", "", content_of((outcome_id,)))


def outcome_note(seal: Seal, outcome: AlertOutcome) -> bytes:
    """What is kept of a report: a keyed hash of it, by which the same one is known again."""
    told = (outcome.alert_id, sorted(outcome.rule_ids), outcome.verdict, outcome.reason)
    return seal.mark(encode(told))


def card_name(seal: Seal, episode: Episode, card: str) -> str:
    """The key of a card in an episode."""
    return seal.name("shown", "", content_of((*episode, card)))


class InProcessOutcomes:
    """Alert outcomes that this process was told of."""

    def __init__(self, memory: Memory, seal: Seal | None = None) -> None:
        """Keep them in `memory`."""
        self._memory = memory
        self._seal = seal or own_seal()

    async def record(self, outcome: AlertOutcome) -> Recording:
        """Take a report in; the first of its id holds."""
        name, note = outcome_name(self._seal, outcome.outcome_id), outcome_note(self._seal, outcome)
        known = self._memory.get(name)
        if known is None:
            self._memory.put(name, note)
            return Recording.NEW
        return Recording.REPEATED if known == note else Recording.CONFLICTING


class InProcessRepeats:
    """Cards that this process showed."""

    def __init__(self, memory: Memory, seal: Seal | None = None) -> None:
        """Keep them in `memory`."""
        self._memory = memory
        self._seal = seal or own_seal()

    async def remember(self, episode: Episode, cards: Collection[str]) -> None:
        """Note that these cards were shown."""
        for card in cards:
            self._memory.put(card_name(self._seal, episode, card), b"")

    async def shown(self, episode: Episode, cards: Collection[str]) -> frozenset[str]:
        """Those of the cards that are remembered as shown."""
        known, seal = self._memory.get, self._seal
        return frozenset(
            card for card in cards if known(card_name(seal, episode, card)) is not None
        )
