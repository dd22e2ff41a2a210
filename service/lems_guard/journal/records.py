"""Records of the journal: JSON, one a line, each of which carries the hash of the one before it.

So nobody can take one out, put one in or change one without all that follow being written anew.
It is no signature: whoever may write the file can do just that, unless its last hash is kept
elsewhere.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

NOTHING_BEFORE = "0" * 64
# What has a right hash and yet is none of ours.
NO_RECORD = (msgspec.DecodeError, RecursionError, KeyError, TypeError, ValueError)
HASHED = re.compile(rb'(?P<said>\{.*),"hash":"(?P<hash>[0-9a-f]{64})"\}\n?')


class JournalRecord(NamedTuple):
    """A record that is whole: its number, its hash, that of the one before, and what it says."""

    number: int
    hash: str
    before: str
    said: Mapping[str, Any]


class WrittenLine(NamedTuple):
    """A record as it stands in the file, and its hash."""

    line: bytes
    hash: str


def line_of(said: Mapping[str, object], number: int, before: str) -> WrittenLine:
    """The line of a record, behind one of this hash."""
    content = msgspec.json.encode({"n": number, **said, "before": before})
    digest = hashlib.sha256(content).hexdigest()
    return WrittenLine(content[:-1] + b',"hash":"' + digest.encode() + b'"}\n', digest)


def record_in(line: bytes) -> JournalRecord | None:
    """The record in a line; `None` for one that is torn or was changed."""
    found = HASHED.fullmatch(line)
    if found is None:
        return None
    content, told = found["said"] + b"}", found["hash"].decode()
    if hashlib.sha256(content).hexdigest() != told:
        return None
    try:
        said = msgspec.json.decode(content, type=dict[str, Any])
        return JournalRecord(int(said["n"]), told, str(said["before"]), said)
    except NO_RECORD:
        return None
