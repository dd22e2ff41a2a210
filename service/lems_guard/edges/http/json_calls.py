"""`/v1`: every unary method of the contract as `POST /v1/Service/Method`, proto3 JSON both ways.

A fault is a google.rpc.Status as JSON under the HTTP status that belongs to its code.
"""

import re
from collections.abc import Mapping
from http import HTTPMethod
from typing import Protocol

import structlog
from google.rpc import code_pb2, status_pb2
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from lems_guard.answering.status import INTERNAL_MESSAGE
from lems_guard.callers.entrance import Entrance
from lems_guard.callers.roles import Roles
from lems_guard.clinical.errors import LemsGuardError
from lems_guard.edges.frame import REQUEST_ID, request_id_of
from lems_guard.edges.http.json_methods import JsonReply, ended, status_of
from lems_guard.telemetry.logs import place_of

log = structlog.get_logger(__name__)

JSON = "application/json"
MOST_BYTES = 4_194_304  # as the gRPC port takes
TIMEOUT = re.compile(r"(\d{1,8})([HMSmun])")
SECONDS = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}
# What a handler may know of a call beside its message.
PASSED_ON = ("traceparent", "tracestate")
RETRY_AFTER_SECONDS = "1"  # by then a full queue has been answered
HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
HTTP_STATUSES: dict[int, int] = {  # as google/rpc/code.proto has them
    code_pb2.OK: 200,
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


class Methods(Protocol):
    """The contract's methods with JSON in and JSON out."""

    def roles(self, path: str) -> Roles:
        """The roles of which a caller of a path needs one."""

    def turned_away(self, path: str, error: LemsGuardError) -> None:
        """Count a call that did not come in."""

    async def answer(
        self, path: str, content: bytes, metadata: Mapping[str, str], seconds: float | None
    ) -> JsonReply:
        """How a call of a path ends, whose caller waits for so many seconds."""


class Refused(Exception):
    """A call that reaches no method: an HTTP status, a google.rpc.Code, and why."""

    def __init__(self, status: int, code: int, why: str) -> None:
        """`why` must hold nothing that was sent."""
        super().__init__(why)
        self.status = status
        self.reply = ended(status_pb2.Status(code=code, message=why))


class JsonCalls:
    """The routes of `/v1`."""

    def __init__(self, methods: Methods, entrance: Entrance) -> None:
        """Only those who come in by the entrance are answered."""
        self._methods = methods
        self._entrance = entrance

    def routes(self) -> list[Route]:
        """The routes, for the HTTP port."""
        paths = ("/v1", "/v1/{rest:path}")
        return [Route(path, self.call, methods=list(HTTPMethod)) for path in paths]

    async def call(self, request: Request) -> Response:
        """The response to one call; no cross-origin page may make it, since no CORS is given."""
        try:
            status, reply = await self._replied(request)
        except Refused as refused:
            status, reply = refused.status, refused.reply
        except ClientDisconnect:
            status, reply = 499, ended(status_pb2.Status(code=code_pb2.CANCELLED))
        except Exception as error:  # noqa: BLE001 - its message may hold what was sent
            log.error("unforeseen error", **place_of(error))  # noqa: TRY400 - without its message
            fault = status_pb2.Status(code=code_pb2.INTERNAL, message=INTERNAL_MESSAGE)
            status, reply = 500, ended(fault)
        headers = HEADERS | _told_id(request.headers)
        if status == 405:
            headers["allow"] = "POST"
        if status == 401:
            headers["www-authenticate"] = "Bearer"
        if status == 503:
            headers["retry-after"] = RETRY_AFTER_SECONDS
        return Response(reply.content, status, headers, JSON)

    async def _replied(self, request: Request) -> tuple[int, JsonReply]:
        path = request.path_params.get("rest", "")
        try:
            guest = await self._entrance.guest(request.scope, self._methods.roles(path))
        except LemsGuardError as error:
            self._methods.turned_away(path, error)
            return told(ended(status_of(error)))
        try:
            return told(await self._answered(request, path))
        finally:
            guest.leave()

    async def _answered(self, request: Request, path: str) -> JsonReply:
        if request.method != "POST":
            raise Refused(405, code_pb2.UNIMPLEMENTED, "every method is called by POST")
        if not is_json(request.headers.get("content-type", "")):
            raise Refused(415, code_pb2.INVALID_ARGUMENT, f"send {JSON}, in UTF-8")
        passed = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        seconds, content = seconds_of(request.headers), await _body(request)
        return await self._methods.answer(path, content, passed, seconds)


def told(reply: JsonReply) -> tuple[int, JsonReply]:
    """A reply under the HTTP status that belongs to it."""
    return HTTP_STATUSES.get(reply.code, 500), reply


def is_json(content_type: str) -> bool:
    """Whether a body is said to be JSON in UTF-8; no form of a web page can say so."""
    kind, _, parameter = content_type.lower().replace(" ", "").partition(";")
    return kind == JSON and parameter.replace('"', "") in {"", "charset=utf-8"}


def seconds_of(headers: Mapping[str, str]) -> float | None:
    """How long the client will wait: `grpc-timeout`, such as `500m`; raises `Refused`."""
    said = headers.get("grpc-timeout")
    if said is None:
        return None
    found = TIMEOUT.fullmatch(said)
    if found is None:
        wrong = "grpc-timeout: a number and one of H, M, S, m, u, n, such as 500m for half a second"
        raise Refused(400, code_pb2.INVALID_ARGUMENT, wrong)
    return int(found[1]) * SECONDS[found[2]]


def _told_id(headers: Mapping[str, str]) -> dict[str, str]:
    """The call's own id, to be sent back."""
    told = request_id_of(headers.get(REQUEST_ID, ""))
    return {REQUEST_ID: told} if told else {}


async def _body(request: Request) -> bytes:
    """The body, as long as it is not too large."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            why = f"at most {MOST_BYTES} bytes: NOT checked"
            raise Refused(413, code_pb2.RESOURCE_EXHAUSTED, why)
    return bytes(content)
