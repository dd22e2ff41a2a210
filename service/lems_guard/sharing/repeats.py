"""The repeat filter's memory: what a clinician was shown at order-select, for order-sign.

Forgetting errs on the safe side: what is not remembered is shown once more.
"""

from collections.abc import Collection
from typing import NamedTuple, Protocol


class Episode(NamedTuple):
    """One clinician at work on one patient's orders, named as the client names them.

    `client` keeps two hospitals apart whose identifiers happen to be the same. All of it is only
    ever hashed under a secret, never stored.
    """

    client: str
    clinician: str
    patient: str
    encounter: str


class RepeatMemory(Protocol):
    """Remembers for a while which cards were shown in an episode.

    A card is named by whatever makes it the same card: its rules and its content.
    """

    async def remember(self, episode: Episode, cards: Collection[str]) -> None:
        """Note that these cards were shown. Never raises, never waits for long."""

    async def shown(self, episode: Episode, cards: Collection[str]) -> frozenset[str]:
        """Those of the cards that are remembered as shown. Never raises."""
