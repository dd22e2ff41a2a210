"""The memories shared by all replicas through Redis, and each replica's own beside it.

Where Redis is gone, slow or lying, a replica goes by what it knows itself: a report may then be
counted twice, a card shown once more, a token serve once at each replica, but nothing is lost or
hidden, and nobody kept out.
"""

from collections.abc import Callable, Collection

from lems_guard.sharing.in_process import Memory, card_name, outcome_name, outcome_note
from lems_guard.sharing.outcomes import AlertOutcome, Recording
from lems_guard.sharing.repeats import Episode
from lems_guard.sharing.tokens import Token
from lems_guard.store.seal import content_of
from lems_guard.store.store import CORRUPT, HIT, MISS, Store

# Hears of every use of a memory: shared with the other replicas, or of this one alone.
Used = Callable[[str, str], None]

REDIS_ANSWERED = frozenset({HIT, MISS, CORRUPT})


class SharedOutcomes:
    """Alert outcomes that any replica was told of."""

    def __init__(self, store: Store, own: Memory, seconds: float, used: Used) -> None:
        """Keep each report for `seconds`."""
        self._store = store
        self._own = own
        self._seconds = seconds
        self._used = used

    async def record(self, outcome: AlertOutcome) -> Recording:
        """Take a report in; the first of its id holds, whichever replica heard it."""
        name = outcome_name(self._store.seal, outcome.outcome_id)
        note = outcome_note(self._store.seal, outcome)
        known = self._own.get(name)
        if known is None:
            found = await self._store.claim(name, note, self._seconds)
            self._used("alert_outcomes", "shared" if found.result in REDIS_ANSWERED else "own")
            known = found.content
            # While Redis was asked, the same report may have come here a second time.
            known = known if known is not None else self._own.get(name)
        if known is None:
            self._own.put(name, note)
            return Recording.NEW
        return Recording.REPEATED if known == note else Recording.CONFLICTING


class SharedRepeats:
    """Cards that any replica showed."""

    def __init__(self, store: Store, own: Memory, seconds: float, used: Used) -> None:
        """Keep each card for `seconds`."""
        self._store = store
        self._own = own
        self._seconds = seconds
        self._used = used

    async def remember(self, episode: Episode, cards: Collection[str]) -> None:
        """Note that these cards were shown; Redis hears of it behind the caller's back."""
        for card in cards:
            name = card_name(self._store.seal, episode, card)
            self._own.put(name, b"")
            self._store.put(name, bytes, self._seconds)

    async def shown(self, episode: Episode, cards: Collection[str]) -> frozenset[str]:
        """Those of the cards that are remembered as shown."""
        names = {card: card_name(self._store.seal, episode, card) for card in cards}
        own = {card for card, name in names.items() if self._own.get(name) is not None}
        unknown = [card for card in names if card not in own]
        if not unknown:
            return frozenset(own)
        found = await self._store.get_each([names[card] for card in unknown])
        shared = all(each.result in REDIS_ANSWERED for each in found)
        self._used("repeat_filter", "shared" if shared else "own")
        return frozenset(own).union(
            card for card, each in zip(unknown, found, strict=True) if each.result == HIT
        )


class SharedTokens:
    """Tokens that any replica let in."""

    def __init__(self, store: Store, used: Used) -> None:
        """Ask and tell the others."""
        self._store = store
        self._used = used

    async def claim(self, token: Token) -> bool:
        """Whether no other replica has heard the token; true where Redis cannot tell."""
        name = self._store.seal.name("token", "", content_of((token.issuer, token.token_id)))
        # Entries may end a tenth early.
        found = await self._store.claim(name, b"", token.seconds * 1.2)
        self._used("tokens", "shared" if found.result in REDIS_ANSWERED else "own")
        return found.result != HIT
