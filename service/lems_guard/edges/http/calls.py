"""Calls of the contract over HTTP: one way from a request to its response, in either dialect.

A dialect is a way of saying the same: `/v1` and Connect differ in their paths, in how a deadline
is told, and in how a fault is written. Everything else is here, once.
"""

from collections.abc import Mapping, Sequence
from http import HTTPMethod
from typing import NamedTuple, Protocol

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
from lems_guard.edges.http.bodies import MOST_BYTES, TOO_LARGE, Codec
from lems_guard.edges.http.methods import STREAMS, HttpCall, status_of
from lems_guard.telemetry.logs import place_of

log = structlog.get_logger(__name__)

# What a handler may know of a call beside its message.
PASSED_ON = (REQUEST_ID, "traceparent", "tracestate")
# What a page may send with a call, and read of the response.
SENT_WITH = (
    "authorization",
    "connect-protocol-version",
    "connect-timeout-ms",
    "content-encoding",
    "content-type",
    "grpc-timeout",
    *PASSED_ON,
)
ANSWERED_WITH = (REQUEST_ID, "retry-after")
RETRY_AFTER_SECONDS = "1"  # by then a full queue has been answered
HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
CANCELLED = status_pb2.Status(code=code_pb2.CANCELLED)
BY_POST = "every method is called by POST"
ENCODINGS = {"": False, "identity": False, "gzip": True}
ENCODED = "content-encoding: gzip or identity"


class Refused(Exception):
    """A call that reaches no method: an HTTP status, a google.rpc.Code, and why."""

    def __init__(self, status: int, code: int, why: str) -> None:
        """`why` must hold nothing that was sent."""
        super().__init__(why)
        self.status = status
        self.told = status_pb2.Status(code=code, message=why)


class Ended(NamedTuple):
    """How a call ended, as HTTP says it."""

    status: int
    content: bytes
    content_type: str


class Dialect(Protocol):
    """A way of calling the contract's methods over HTTP."""

    paths: tuple[str, ...]
    """Where it is spoken; `rest` is the method, as `Service/Method`."""
    no_method: int
    """The google.rpc.Code for a path that is no method's."""

    def codec(self, path: str, headers: Mapping[str, str], /) -> Codec:
        """What a call's body is written in; raises `Refused`."""

    def seconds(self, headers: Mapping[str, str], /) -> float | None:
        """How long the caller will wait; raises `Refused`."""

    def fault(
        self, told: status_pb2.Status, headers: Mapping[str, str], http_status: int | None, /
    ) -> Ended:
        """A fault, under its own HTTP status or under one that HTTP itself demands."""


class Methods(Protocol):
    """The contract's methods, by their paths."""

    def roles(self, path: str) -> Roles:
        """The roles of which a caller of a path needs one."""

    def turned_away(self, path: str, error: LemsGuardError) -> None:
        """Count a call that did not come in."""

    def paths(self) -> Sequence[str]:
        """Every path that answers."""

    async def answer(self, path: str, call: HttpCall) -> bytes | status_pb2.Status:
        """The body of the reply, or how the call ended else."""


class HttpCalls:
    """The routes of one dialect."""

    def __init__(self, dialect: Dialect, methods: Methods, entrance: Entrance) -> None:
        """Only those who come in by the entrance are answered."""
        self._dialect = dialect
        self._methods = methods
        self._entrance = entrance

    def routes(self) -> list[Route]:
        """The routes, for the HTTP port."""
        methods = list(HTTPMethod)
        return [Route(path, self.call, methods=methods) for path in self._dialect.paths]

    async def call(self, request: Request) -> Response:
        """The response to one call."""
        try:
            ended = await self._ended(request)
        except Refused as refused:
            ended = self._fault(request, refused.told, refused.status)
        except ClientDisconnect:
            ended = self._fault(request, CANCELLED)
        except Exception as error:  # noqa: BLE001 - its message may hold what was sent
            log.error("unforeseen error", **place_of(error))  # noqa: TRY400 - without its message
            fault = status_pb2.Status(code=code_pb2.INTERNAL, message=INTERNAL_MESSAGE)
            ended = self._fault(request, fault)
        headers = HEADERS | _told_id(request.headers) | _what_to_do(ended.status)
        return Response(ended.content, ended.status, headers, ended.content_type)

    async def _ended(self, request: Request) -> Ended:
        path = request.path_params.get("rest", "")
        try:
            guest = await self._entrance.guest(request.scope, self._methods.roles(path))
        except LemsGuardError as error:
            self._methods.turned_away(path, error)
            return self._fault(request, status_of(error))
        try:
            return await self._answered(request, path)
        finally:
            guest.leave()

    async def _answered(self, request: Request, path: str) -> Ended:
        if request.method != "POST":
            raise Refused(405, code_pb2.UNIMPLEMENTED, BY_POST)
        codec = self._dialect.codec(path, request.headers)
        if path not in STREAMS and path not in self._methods.paths():
            known = ", ".join(self._methods.paths())
            return self._fault(request, self._no_method(f"no such method; POST to one of {known}"))
        encoding = ENCODINGS.get(request.headers.get("content-encoding", "").lower())
        if encoding is None:
            raise Refused(501, code_pb2.UNIMPLEMENTED, ENCODED)
        passed = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        seconds = self._dialect.seconds(request.headers)
        call = HttpCall(await _body(request), codec, encoding, passed, seconds)
        told = await self._methods.answer(path, call)
        if isinstance(told, bytes):
            return Ended(200, told, codec.content_type)
        return self._fault(request, told)

    def _no_method(self, why: str) -> status_pb2.Status:
        return status_pb2.Status(code=self._dialect.no_method, message=why)

    def _fault(
        self, request: Request, told: status_pb2.Status, http_status: int | None = None
    ) -> Ended:
        return self._dialect.fault(told, request.headers, http_status)


def _what_to_do(status: int) -> dict[str, str]:
    """What HTTP tells a client beside a status."""
    if status == 405:
        return {"allow": "POST"}
    if status == 401:
        return {"www-authenticate": "Bearer"}
    return {"retry-after": RETRY_AFTER_SECONDS} if status in {429, 503} else {}


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
            raise Refused(413, code_pb2.RESOURCE_EXHAUSTED, TOO_LARGE)
    return bytes(content)
