"""The repeat filter's memory: what a clinician was shown at order-select, for order-sign.

Forgetting errs on the safe side: what is not remembered is shown once more.
"""

from collections.abc import Collection

from lems_guard.clinical.episode import Episode
from lems_guard.sharing.memory import Memory, Used
from lems_guard.store.entries import HIT, Entries
from lems_guard.store.naming import Naming


class Repeats:
    """Cards that any replica showed.

    A card is named by whatever makes it the same card: its rules and its content.
    """

    def __init__(self, entries: Entries, own: Memory, used: Used) -> None:
        """Remember here, and tell and ask the other replicas."""
        self._entries = entries
        self._own = own
        self._used = used

    def remember(self, episode: Episode, cards: Collection[str]) -> None:
        """Note that these cards were shown; Redis hears of it behind the caller's back."""
        for card in cards:
            name = card_name(self._entries.naming, episode, card)
            self._own.put(name, b"")
            self._entries.put(name, b"", self._own.seconds)

    def shown(self, episode: Episode, cards: Collection[str]) -> frozenset[str]:
        """Those of the cards that are remembered as shown. Never raises."""
        names = {card: card_name(self._entries.naming, episode, card) for card in cards}
        own = {card for card, name in names.items() if self._own.get(name) is not None}
        rest = [card for card in names if card not in own]
        return frozenset(own | self._shown_elsewhere({card: names[card] for card in rest}))

    def _shown_elsewhere(self, names: dict[str, str]) -> set[str]:
        if not names:
            return set()
        found = self._entries.get_each(list(names.values()))
        # One that is forged, or that could not be had, tells more than the others.
        self._used("repeat_filter", min(each.heard for each in found))
        return {card for card, each in zip(names, found, strict=True) if each.result == HIT}


def card_name(names: Naming, episode: Episode, card: str) -> str:
    """The key of a card in an episode."""
    return names.name("shown", "", (*episode, card))
