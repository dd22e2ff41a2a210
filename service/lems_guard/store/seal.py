"""Sealing: keys that tell nothing of what they stand for, and values that cannot be forged.

One secret makes two: one hashes what a key stands for, the other authenticates values. A value is
bound to its key, so that a sound value moved to another key is refused too.
"""

import hashlib
import hmac
from collections.abc import Sequence

import msgspec

# Changes with the meaning of any key or value; replicas of two formats then never meet.
FORMAT = 1
PREFIX = "lems-guard"
MAC_BYTES = 16
_FORMAT_BYTE = bytes((FORMAT,))

encode = msgspec.msgpack.Encoder(order="sorted").encode


class Seal:
    """Names and seals entries under one secret."""

    __slots__ = ("_naming", "_sealing")

    def __init__(self, secret: bytes) -> None:
        """Derive both keys; a secret shorter than 16 bytes is refused."""
        if len(secret) < 16:
            raise ValueError("a secret of at least 16 bytes")
        self._naming = hashlib.blake2b(secret, person=b"lems-guard name").digest()
        self._sealing = hashlib.blake2b(secret, person=b"lems-guard seal").digest()

    def name(self, kind: str, digest: str, content: bytes) -> str:
        """The key of an entry: its kind, the knowledge it was made with, and a keyed hash.

        `content` must come from `encode`, which tags types and prefixes lengths: distinct
        contents then never read the same.
        """
        told = encode((kind, digest, content))
        hashed = hashlib.blake2b(told, digest_size=16, key=self._naming).hexdigest()
        return f"{PREFIX}:{FORMAT}:{digest[:8]}:{kind}:{hashed}"

    def mark(self, content: bytes) -> bytes:
        """A keyed hash by which content is known again and which tells nothing of it."""
        return hashlib.blake2b(content, digest_size=16, key=self._naming, person=b"mark").digest()

    def close(self, name: str, payload: bytes) -> bytes:
        """The sealed value of an entry."""
        return _FORMAT_BYTE + self._mac(name, payload) + payload

    def open(self, name: str, value: bytes) -> bytes | None:
        """What was sealed under this key; `None` when anything about it is not as we made it."""
        payload = value[1 + MAC_BYTES :]
        expected = _FORMAT_BYTE + self._mac(name, payload)
        return payload if hmac.compare_digest(value[: 1 + MAC_BYTES], expected) else None

    def _mac(self, name: str, payload: bytes) -> bytes:
        return hashlib.blake2b(
            encode((FORMAT, name, payload)), digest_size=MAC_BYTES, key=self._sealing
        ).digest()


def content_of(fields: Sequence[str]) -> bytes:
    """Texts as unmistakable bytes: ("ab", "") is not ("a", "b")."""
    return encode(tuple(fields))
