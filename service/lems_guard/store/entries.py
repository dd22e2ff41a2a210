"""Entries that replicas share, as those who use them see them: with Redis, or with none."""

import contextlib
import secrets
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from lems_guard.store.naming import Naming


class Found(NamedTuple):
    """What a look-up gave: the content, or in a word why there is none."""

    content: bytes | None
    result: str

    @property
    def heard(self) -> str:
        """Whom this comes from: all replicas (shared), this one (own), or a forger (corrupt)."""
        if self.result == CORRUPT:
            return "corrupt"
        return "shared" if self.result in {HIT, MISS} else "own"


HIT, MISS, CORRUPT, TIMEOUT, ERROR, OPEN = "hit", "miss", "corrupt", "timeout", "error", "open"
LEFT_ALONE = Found(None, OPEN)


class Entries(Protocol):
    """Entries under names. Nothing here ever raises, or holds a caller up for more than 20 ms."""

    @property
    def naming(self) -> Naming:
        """What names entries."""

    @property
    def is_in_use(self) -> bool:
        """Whether it is worth asking now."""

    def running(self) -> contextlib.AbstractContextManager[None]:
        """Work in the background until left."""

    def get(self, name: str) -> Found:
        """The entry of a name."""

    def get_each(self, names: Sequence[str]) -> list[Found]:
        """The entries of several names, in one journey."""

    def claim(self, name: str, content: bytes, seconds: float) -> Found:
        """Write an entry where there is none: a miss. A hit is the one that stands there."""

    def put(self, name: str, content: bytes, seconds: float) -> None:
        """Write an entry behind the caller's back, if that can be."""


class NoStore:
    """Nothing is shared. Names are of this process alone, which keeps no identifier in clear."""

    is_in_use = False

    def __init__(self) -> None:
        """A secret that nobody else has."""
        self.naming = Naming(secrets.token_bytes(32))

    def running(self) -> contextlib.AbstractContextManager[None]:
        """There is nothing to do."""
        return contextlib.nullcontext()

    def get(self, name: str) -> Found:  # noqa: ARG002 - the same of every name
        """There is no entry, nor anybody to ask."""
        return LEFT_ALONE

    def get_each(self, names: Sequence[str]) -> list[Found]:
        """There is no entry, nor anybody to ask."""
        return [LEFT_ALONE] * len(names)

    def claim(self, name: str, content: bytes, seconds: float) -> Found:  # noqa: ARG002
        """There is no entry, nor anybody to ask."""
        return LEFT_ALONE

    def put(self, name: str, content: bytes, seconds: float) -> None:
        """Nobody is told."""
