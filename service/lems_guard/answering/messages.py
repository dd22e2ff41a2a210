"""Messages from their bytes: what they hold and this version does not know is refused, not dropped.

A newer client may say with such a field what changes an answer; whoever drops it answers another
question than was asked.
"""

import itertools
from collections.abc import Iterator
from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet

from lems_guard.answering.bounds import MOST_FAULTS, refuse_crowds
from lems_guard.clinical.errors import FieldViolation, InvalidRequest

Read = TypeVar("Read", bound=Message)


def parsed(raw: bytes, kind: type[Read]) -> Read:
    """The message of some bytes, all its fields known; raises `InvalidRequest`."""
    message = decoded(raw, kind)
    size = message.ByteSize()
    message.DiscardUnknownFields()  # the cheapest way to learn whether there are any
    if message.ByteSize() != size:
        unknown = unknown_fields(decoded(raw, kind), "")
        raise InvalidRequest(tuple(itertools.islice(unknown, MOST_FAULTS)))
    return message


def envelope(raw: bytes, kind: type[Read]) -> Read:
    """The message of some bytes, its own fields known; those in it are another's to look at."""
    message = decoded(raw, kind)
    unknown = tuple(itertools.islice(_own_unknown_fields(message, ""), MOST_FAULTS))
    if unknown:
        raise InvalidRequest(unknown)
    return message


def decoded(raw: bytes, kind: type[Read]) -> Read:
    """The message of some bytes, unknown fields and all.

    Raises `InvalidRequest` when they are no message, or hold too many fields.
    """
    descriptor: Any = kind.DESCRIPTOR  # protobuf's types know two classes of it
    refuse_crowds(raw, descriptor)
    try:
        return kind.FromString(raw)
    except DecodeError:
        raise InvalidRequest((FieldViolation("", f"the bytes are no {descriptor.name}"),)) from None


def unknown_fields(message: Message, prefix: str) -> Iterator[FieldViolation]:
    """Every field of a message, and of those in it, that this version has no name for."""
    yield from _own_unknown_fields(message, prefix)
    for known, value in message.ListFields():
        if known.type != FieldDescriptor.TYPE_MESSAGE:
            continue
        for index, each in enumerate(value if known.is_repeated else (value,)):
            place = f"{known.name}[{index}]" if known.is_repeated else known.name
            yield from unknown_fields(each, f"{prefix}{place}.")


def _own_unknown_fields(message: Message, prefix: str) -> Iterator[FieldViolation]:
    unknown: Any = UnknownFieldSet(message)  # its types lack that it can be walked
    for field in unknown:
        path = f"{prefix}{field.field_number}"
        yield FieldViolation(path, "a field that this version of the service does not know")
