"""`/v1`: the contract as JSON alone, for callers that have nothing but an HTTP client.

A fault is a google.rpc.Status as JSON under the HTTP status that belongs to its code.
"""

import re
from collections.abc import Mapping

from google.rpc import code_pb2, status_pb2

from lems_guard.answering.proto_json import as_json
from lems_guard.edges.http.bodies import JSON, Codec
from lems_guard.edges.http.calls import Ended, Refused

TIMEOUT = re.compile(r"(\d{1,8})([HMSmun])")
SECONDS = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}
HTTP_STATUSES: dict[int, int] = {  # as google/rpc/code.proto has them
    code_pb2.CANCELLED: 499,
    code_pb2.INVALID_ARGUMENT: 400,
    code_pb2.DEADLINE_EXCEEDED: 504,
    code_pb2.NOT_FOUND: 404,
    code_pb2.ALREADY_EXISTS: 409,
    code_pb2.UNAUTHENTICATED: 401,
    code_pb2.PERMISSION_DENIED: 403,
    code_pb2.RESOURCE_EXHAUSTED: 503,
    code_pb2.UNIMPLEMENTED: 501,
    code_pb2.UNAVAILABLE: 503,
}


class PlainJson:
    """The dialect of `/v1`."""

    paths: tuple[str, ...] = ("/v1", "/v1/{rest:path}")
    no_method: int = int(code_pb2.NOT_FOUND)

    def codec(self, _: str, headers: Mapping[str, str]) -> Codec:
        """JSON, if the body is said to be that; raises `Refused`."""
        if not is_json(headers.get("content-type", "")):
            raise Refused(415, code_pb2.INVALID_ARGUMENT, f"send {JSON.content_type}, in UTF-8")
        return JSON

    def seconds(self, headers: Mapping[str, str]) -> float | None:
        """How long the client will wait: `grpc-timeout`, such as `500m`; raises `Refused`."""
        said = headers.get("grpc-timeout")
        if said is None:
            return None
        found = TIMEOUT.fullmatch(said)
        if found is None:
            wrong = "a number and one of H, M, S, m, u, n, such as 500m for half a second"
            raise Refused(400, code_pb2.INVALID_ARGUMENT, f"grpc-timeout: {wrong}")
        return int(found[1]) * SECONDS[found[2]]

    def fault(
        self, told: status_pb2.Status, _: Mapping[str, str], http_status: int | None
    ) -> Ended:
        """The Status itself as JSON."""
        status = http_status or HTTP_STATUSES.get(told.code, 500)
        return Ended(status, as_json(told), JSON.content_type)


def is_json(content_type: str) -> bool:
    """Whether a body is said to be JSON in UTF-8; no form of a web page can say so."""
    kind, _, parameter = content_type.lower().replace(" ", "").partition(";")
    return kind == JSON.content_type and parameter.replace('"', "") in {"", "charset=utf-8"}
