"""Sealing: values that nobody without the secret can read or forge (AES-256-GCM).

Each name has a key of its own, derived from the secret: a sound value under another name does not
open, and no key seals so many values that a random nonce could come twice.
"""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lems_guard.store.naming import FORMAT, derived

NONCE_BYTES = 12
_FORMAT_BYTE = bytes((FORMAT,))


class Seal:
    """Seals values under one secret."""

    __slots__ = ("_key",)

    def __init__(self, secret: bytes) -> None:
        """Derive the key; raises `ValueError` for a secret shorter than 16 bytes."""
        self._key = derived(secret, b"values")

    def close(self, name: str, content: bytes) -> bytes:
        """The sealed value of an entry: format, nonce, what is encrypted, and its tag."""
        nonce = os.urandom(NONCE_BYTES)
        return _FORMAT_BYTE + nonce + self._cipher(name).encrypt(nonce, content, _FORMAT_BYTE)

    def open(self, name: str, value: bytes) -> bytes | None:
        """What was sealed under this name; `None` when anything about it is not as we made it."""
        form, nonce, sealed = value[:1], value[1 : 1 + NONCE_BYTES], value[1 + NONCE_BYTES :]
        if form != _FORMAT_BYTE:
            return None
        try:
            return self._cipher(name).decrypt(nonce, sealed, _FORMAT_BYTE)
        except (InvalidTag, ValueError):  # a nonce or tag cut short is a ValueError
            return None

    def _cipher(self, name: str) -> AESGCM:
        return AESGCM(hmac.digest(self._key, name.encode(), "sha256"))
