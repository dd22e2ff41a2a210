"""Ids that follow from content: the same content has the same one, on any replica."""

import hashlib


def digest(*parts: str, size: int) -> bytes:
    """A hash over parts that are kept apart by their lengths."""
    hasher = hashlib.blake2b(digest_size=size)
    for part in parts:
        content = part.encode("utf-8", "surrogatepass")
        hasher.update(len(content).to_bytes(4) + content)
    return hasher.digest()
