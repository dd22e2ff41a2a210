"""What HTTP bodies are written in: proto3 JSON or protobuf's bytes, either of them in gzip."""

import zlib
from collections.abc import Callable
from typing import NamedTuple

from google.protobuf.message import Message

from lems_guard.answering.proto_json import as_json, read_message
from lems_guard.clinical.errors import FieldViolation, InvalidRequest

MOST_BYTES = 4_194_304  # as the gRPC port takes
TOO_LARGE = f"at most {MOST_BYTES} bytes: NOT checked"
NO_GZIP = FieldViolation("", "the bytes are no gzip")
GZIP = 16 + zlib.MAX_WBITS  # how zlib is told of gzip's head


class Codec(NamedTuple):
    """How messages are written: a request's bytes from a body, and a body from a reply's bytes."""

    content_type: str
    asked: Callable[[bytes, type[Message]], bytes]
    told: Callable[[bytes, type[Message]], bytes]


def _asked_in_json(content: bytes, kind: type[Message]) -> bytes:
    return read_message(content, kind).SerializeToString()


def _told_in_json(raw: bytes, kind: type[Message]) -> bytes:
    return as_json(kind.FromString(raw))


def _as_it_is(raw: bytes, _: type[Message]) -> bytes:
    return raw


JSON = Codec("application/json", _asked_in_json, _told_in_json)
PROTO = Codec("application/proto", _as_it_is, _as_it_is)


def unpacked(content: bytes) -> bytes:
    """What some gzip holds; raises `InvalidRequest` where it is none, or holds too much."""
    if not content:
        return content
    unpacking = zlib.decompressobj(GZIP)
    try:
        found = unpacking.decompress(content, MOST_BYTES + 1)
    except zlib.error:
        raise InvalidRequest((NO_GZIP,)) from None
    if len(found) > MOST_BYTES:
        raise InvalidRequest((FieldViolation("", TOO_LARGE),))
    if not unpacking.eof or unpacking.unused_data:
        raise InvalidRequest((NO_GZIP,))
    return found
