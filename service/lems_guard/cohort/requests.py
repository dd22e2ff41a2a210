"""Our own requests as a cohort: newline-delimited JSON, one prescription a line.

A line is a CheckPrescriptionRequest, or a CheckPrescriptionStreamRequest that names it by a
reference of the caller's own. A line that cannot be read is answered by its error.
"""

import os
from collections.abc import Callable, Iterator
from typing import BinaryIO

import msgspec

from lems_guard.answering.proto_json import read_message, read_request
from lems_guard.clinical.errors import FieldViolation, InvalidCohort, InvalidRequest
from lems_guard.cohort.lines import AskedList, CohortLine, silent
from lems_guard.v1 import interaction_check_service_pb2 as wire

LONGEST_LINE = 4 * 1024 * 1024  # as much as a service would accept
TOO_LONG = f"a line longer than {LONGEST_LINE} bytes"
HEAD_BYTES = 4096
WRAPPED = {"request", "request_id", "requestId"}
# What is often sent by mistake, by how it begins.
MISTAKES = {
    b"\x1f\x8b": "it is compressed by gzip: unpack it first (`gunzip IN`)",
    b"\xff\xfe": "it is text in UTF-16: convert it to UTF-8",
    b"\xfe\xff": "it is text in UTF-16: convert it to UTF-8",
    b"PK\x03\x04": "it is a zip archive: unpack it first",
    b"PAR1": "it is a Parquet file: read it with Spark, or export lines of JSON",
    b"[": "it is a JSON array: write one object a line (`jq -c '.[]'`)",
}
PRETTY = "its JSON is spread over several lines: write one object a line (`jq -c .`)"
EMPTY = "it is empty"
ZEROS = "it is text in UTF-16, or no text: convert it to UTF-8"
# What msgspec raises for what it cannot read.
NO_JSON = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class RequestLines:
    """The lines of a stream of requests."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        """Start behind the first line; `name` is what messages call the stream.

        Raises `InvalidCohort` for what is often sent by mistake.
        """
        self.read = 0
        self.patients = None
        self.size = os.fstat(stream.fileno()).st_size or None
        self._stream = stream
        first = self._next()
        why = mistake_in(first[:HEAD_BYTES]) if first else EMPTY
        if why:
            raise InvalidCohort(f"{name}: {why}; nothing was checked")
        self._first = first.removeprefix(BYTE_ORDER_MARK)

    def lines(self, _: Callable[[], None] = silent) -> Iterator[CohortLine]:
        """The lines, once."""
        number, raw = 1, self._first
        while raw:
            yield CohortLine(str(number), raw)
            number, raw = number + 1, self._next()

    def _next(self) -> bytes:
        """The next line; of one that is too long, enough to tell."""
        raw = part = self._stream.readline(LONGEST_LINE + 1)
        self.read += len(part)
        while part and not part.endswith(b"\n"):
            part = self._stream.readline(LONGEST_LINE)
            self.read += len(part)
        return raw


def mistake_in(first: bytes) -> str:
    """Why a stream that begins so can hold no line of JSON, and the way out; empty if it can."""
    plain = first.removeprefix(BYTE_ORDER_MARK).lstrip()
    for beginning, why in MISTAKES.items():
        if plain.startswith(beginning):
            return why
    if b"\0" in first:
        return ZEROS
    return PRETTY if plain.rstrip() in {b"{", b"{,"} else ""


def asked(line: CohortLine) -> AskedList:
    """What a line asks; raises `InvalidRequest` for one that cannot be read."""
    content = line.content
    if len(content) > LONGEST_LINE:
        raise _fault(TOO_LONG)
    if not content.strip():
        raise _fault("a blank line")
    if not _is_wrapped(content):
        return AskedList(line.place, read_request(content))
    item = read_message(content, wire.CheckPrescriptionStreamRequest)
    return AskedList(item.request_id or line.place, item.request)


def _is_wrapped(content: bytes) -> bool:
    """Whether a request stands in a line beside its reference; false where nobody can tell."""
    try:
        value = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    except NO_JSON:
        return False
    return bool(value) and value.keys() <= WRAPPED


def reference_of(line: CohortLine) -> str:
    """The caller's reference of a line whose request cannot be read, as far as there is one."""
    try:
        value = msgspec.json.decode(line.content)
    except NO_JSON:
        return line.place
    found = value.get("request_id") or value.get("requestId") if isinstance(value, dict) else ""
    return found if isinstance(found, str) and found else line.place


def _fault(description: str) -> InvalidRequest:
    return InvalidRequest((FieldViolation("", description),))
