"""Names of entries: keys that tell nothing of what they stand for.

A name is a keyed hash: unkeyed it could be undone by trying, since there are not many drugs.
"""

import hmac
from collections.abc import Sequence

import msgspec

# Changes with the meaning of any key or value; replicas of two formats then never meet.
FORMAT = 2
PREFIX = "lems-guard"
SHORTEST_SECRET = 16
HASH_BYTES = 16

# Tags every type and prefixes every length: distinct contents never read the same.
encode = msgspec.msgpack.Encoder(order="sorted").encode


class Naming:
    """Names entries under one secret."""

    __slots__ = ("_key",)

    def __init__(self, secret: bytes) -> None:
        """Derive the key; raises `ValueError` for a secret shorter than 16 bytes."""
        self._key = derived(secret, b"names")

    def name(self, kind: str, digest: str, fields: Sequence[object]) -> str:
        """The key of an entry: its kind, the knowledge it was made with, and a keyed hash."""
        hashed = self._hash(("name", kind, digest, *fields)).hex()
        return f"{PREFIX}:{FORMAT}:{digest[:8]}:{kind}:{hashed}"

    def mark(self, fields: Sequence[object]) -> bytes:
        """A keyed hash by which something is known again and which tells nothing of it."""
        return self._hash(("mark", *fields))

    def _hash(self, told: tuple[object, ...]) -> bytes:
        return hmac.digest(self._key, encode(told), "sha256")[:HASH_BYTES]


def derived(secret: bytes, purpose: bytes) -> bytes:
    """A key of its own for each purpose; raises `ValueError` for a secret that is too short."""
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(f"a secret of at least {SHORTEST_SECRET} bytes")
    return hmac.digest(secret, b"lems-guard " + purpose, "sha256")
