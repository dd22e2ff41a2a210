"""Tokens that have served: each is good for one call, whichever replica hears it."""

from typing import NamedTuple

from lems_guard.sharing.memory import Used
from lems_guard.store.entries import HIT, Entries

# Entries may end a tenth early, and a token must be known as long as it lives.
LONGER = 1.2


class Token(NamedTuple):
    """A token that was verified: who issued it, its id there, and the seconds it has to live."""

    issuer: str
    token_id: str
    seconds: float


class UsedTokens:
    """What other replicas know of tokens. Of its own a replica knows by itself."""

    def __init__(self, entries: Entries, used: Used) -> None:
        """Ask and tell the other replicas."""
        self._entries = entries
        self._used = used

    def claim(self, token: Token) -> bool:
        """Whether no other replica has heard the token; true where none can tell. Never raises."""
        name = self._entries.naming.name("token", "", (token.issuer, token.token_id))
        found = self._entries.claim(name, b"", token.seconds * LONGER)
        self._used("tokens", found.heard)
        return found.result != HIT
