"""Tokens that have served: each is good for one call, whichever replica hears it."""

from typing import NamedTuple, Protocol


class Token(NamedTuple):
    """A token that was verified: who issued it, its id there, and the seconds it has to live."""

    issuer: str
    token_id: str
    seconds: float


class UsedTokens(Protocol):
    """What other replicas know of tokens. Of its own a replica knows by itself."""

    async def claim(self, token: Token) -> bool:
        """Whether no other replica has heard the token, as far as can be told. Never raises."""


class NoOtherReplica:
    """Nobody to ask."""

    async def claim(self, token: Token) -> bool:  # noqa: ARG002 - the same of every token
        """No other replica has heard it."""
        return True
