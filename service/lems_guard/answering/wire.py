"""The few primitives of the protobuf wire format with which replies are put together.

Replies are spliced from parts that were serialised when the knowledge base was loaded, which is
several times cheaper than building messages. Fields are written in the order of their numbers and
defaults are left out, so the bytes are those that protobuf itself would write (a test compares).
"""

from collections.abc import Iterable

LENGTH_DELIMITED = 2


def varint(number: int) -> bytes:
    """A non-negative whole number, seven bits a byte."""
    if number < 128:
        return SMALL[number]
    parts = bytearray()
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    parts.append(number)
    return bytes(parts)


SMALL = tuple(bytes((number,)) for number in range(128))
TAGS = tuple(SMALL[number << 3 | LENGTH_DELIMITED] for number in range(16))


def block(number: int, payload: bytes) -> bytes:
    """A message or bytes field (numbers up to 15), written even when empty."""
    length = len(payload)
    if length < 128:
        return TAGS[number] + SMALL[length] + payload
    return TAGS[number] + varint(length) + payload


def text(number: int, value: str) -> bytes:
    """A text field; nothing when the text is empty."""
    return block(number, value.encode()) if value else b""


def texts(number: int, values: Iterable[str]) -> bytes:
    """A repeated text field."""
    return b"".join([block(number, value.encode()) for value in values])


def terms(number: int, values: Iterable[int]) -> dict[int | None, bytes]:
    """An enum field for each of its values, ready; nothing for `None`."""
    return {None: b"", **{value: whole(number, value) for value in values}}


def whole(number: int, value: int) -> bytes:
    """An enum, boolean or non-negative integer field; nothing when zero."""
    return SMALL[number << 3] + varint(value) if value else b""
