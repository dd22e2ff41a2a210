"""Connect: the protocol of connectrpc.com for unary calls, JSON or protobuf, over this port.

https://connectrpc.com/docs/protocol tells all of it: paths as gRPC has them, a deadline in
milliseconds, an error as JSON with its code in words and its details as bytes in base64. GET is
not answered, since a prescription is never part of an address; a stream is told to call by gRPC.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.rpc import code_pb2, error_details_pb2, status_pb2

from lems_guard.answering.contract import PACKAGE
from lems_guard.edges.http.bodies import JSON, PROTO, Codec
from lems_guard.edges.http.calls import Ended, Refused
from lems_guard.edges.http.methods import STREAMS
from lems_guard.edges.http.plain import HTTP_STATUSES, is_json

VERSION = "1"
MILLISECONDS = re.compile(r"\d{1,10}", re.ASCII)
STREAMING = "application/connect+"
CODECS = f"send {JSON.content_type} or {PROTO.content_type}"
# As `/v1` has them, but that Connect tells what was too much from what is down.
STATUSES = HTTP_STATUSES | {int(code_pb2.RESOURCE_EXHAUSTED): 429}
# What HTTP itself demands whatever the code is.
OF_HTTP = frozenset({405, 415})
LAST_OF_A_STREAM = b"\x02"


class Connect:
    """Connect's dialect."""

    paths: tuple[str, ...] = (f"/{PACKAGE}.{{rest:path}}",)
    no_method: int = int(code_pb2.UNIMPLEMENTED)

    def codec(self, path: str, headers: Mapping[str, str]) -> Codec:
        """As the content type says; raises `Refused`."""
        version = headers.get("connect-protocol-version", VERSION)
        if version != VERSION:
            raise Refused(400, code_pb2.INVALID_ARGUMENT, f"connect-protocol-version: {VERSION}")
        content_type = headers.get("content-type", "")
        if is_json(content_type):
            return JSON
        # A stream is refused whatever it is written in.
        if content_type == PROTO.content_type or path in STREAMS:
            return PROTO
        raise Refused(415, code_pb2.INVALID_ARGUMENT, CODECS)

    def seconds(self, headers: Mapping[str, str]) -> float | None:
        """How long the client will wait: `connect-timeout-ms`; raises `Refused`."""
        said = headers.get("connect-timeout-ms")
        if said is None:
            return None
        if not MILLISECONDS.fullmatch(said):
            wrong = "connect-timeout-ms: a whole number of milliseconds, at most ten digits"
            raise Refused(400, code_pb2.INVALID_ARGUMENT, wrong)
        return int(said) / 1000

    def fault(
        self, told: status_pb2.Status, headers: Mapping[str, str], http_status: int | None
    ) -> Ended:
        """An error as Connect has it; a stream hears of it in its last part."""
        error = json.dumps(error_of(told), ensure_ascii=False).encode()
        content_type = headers.get("content-type", "")
        if content_type.startswith(STREAMING) and http_status not in OF_HTTP:
            last = b'{"error":%b}' % error
            length = len(last).to_bytes(4, "big")
            return Ended(200, LAST_OF_A_STREAM + length + last, content_type)
        status = http_status if http_status in OF_HTTP else STATUSES.get(told.code, 500)
        return Ended(status, error, JSON.content_type)


def error_of(told: status_pb2.Status) -> dict[str, Any]:
    """A Status as Connect's error."""
    name = "canceled" if told.code == code_pb2.CANCELLED else code_pb2.Code.Name(told.code).lower()
    error: dict[str, Any] = {"code": name}
    if told.message:
        error["message"] = told.message
    details = list(_details(told))
    return error | ({"details": details} if details else {})


def _details(told: status_pb2.Status) -> Iterator[dict[str, Any]]:
    """Each detail as its type and bytes; what is at fault as JSON too, for people to read."""
    for each in told.details:
        value = base64.b64encode(each.value).decode().rstrip("=")
        detail: dict[str, Any] = {"type": each.type_url.rpartition("/")[2], "value": value}
        at_fault = error_details_pb2.BadRequest()
        if each.Unpack(at_fault):
            detail["debug"] = MessageToDict(at_fault)
        yield detail
