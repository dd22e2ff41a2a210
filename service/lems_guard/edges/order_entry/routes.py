"""The HTTP routes of CDS Hooks: discovery, one for each service, feedback; CORS around them.

An order screen waits for each call, so requests are taken and answered as ASGI has them, without a
router and its objects in between.
"""

import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

import structlog
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from lems_guard.callers.admission import refuse_foreign_pages
from lems_guard.clinical.errors import PermissionDenied, Unauthenticated, Unavailable
from lems_guard.edges.order_entry.desk import Desk
from lems_guard.edges.order_entry.discovery import DISCOVERY, SERVICES
from lems_guard.edges.order_entry.feedback import FeedbackDesk
from lems_guard.edges.order_entry.hooks import read_call, read_feedback
from lems_guard.edges.order_entry.refusals import (
    FHIR_JSON,
    Refusal,
    bad_request,
    not_admitted,
    not_allowed,
    not_found,
)
from lems_guard.telemetry.call_log import Allowance
from lems_guard.telemetry.logs import place_of

log = structlog.get_logger(__name__)

JSON = "application/json"
MOST_BYTES = 8_000_000
HOOKS_PATH = "/cds-services"
NO_CALLER = ""
UNKNOWN = "unknown"
MOST_LOGGED = 20  # refusals a second
OUR_FAULT = Refusal(500, "exception", "our own fault: nothing was checked")
GONE = 499  # nobody is there to read it: nginx' code for a client that went away


class KnowsCallers(Protocol):
    """What tells who calls."""

    async def caller(self, authorization: str, path: str) -> str:
        """The client; raises `Unauthenticated`, `PermissionDenied` or `Unavailable`."""


class CountsCalls(Protocol):
    """What counts calls."""

    def called(self, hook: str, status: int, seconds: float) -> None:
        """A call of a hook ended."""

    def refused(self, hook: str, reason: str) -> None:
        """A call got no cards."""


class Request(NamedTuple):
    """A request: what it asks of which service, and its body when that is wanted."""

    scope: Scope
    service: str
    receive: Receive

    async def body(self) -> bytes:
        """The body; raises `Refusal` where it is too large, `ClientGone` where it breaks off."""
        parts: list[bytes] = []
        is_whole, size = False, 0
        while not is_whole:
            message = await self.receive()
            if message["type"] != "http.request":
                raise ClientGone
            parts.append(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            size += len(parts[-1])
            if size > MOST_BYTES:
                raise Refusal(413, "too-long", f"at most {MOST_BYTES} bytes")
        return b"".join(parts)

    def headers(self) -> dict[str, str]:
        """The headers by their names in small letters; of equal ones the first."""
        sent = reversed(self.scope["headers"])
        return {str(name, "latin-1"): str(value, "latin-1") for name, value in sent}


class Reply(NamedTuple):
    """What is sent back."""

    status: int
    content: bytes
    content_type: str
    headers: tuple[tuple[bytes, bytes], ...] = ()
    refusal: Refusal | None = None

    async def send(self, send: Send) -> None:
        """Send it."""
        length = b"%d" % len(self.content)
        headers = [(b"content-length", length), *self.headers]
        if self.content:
            headers.append((b"content-type", self.content_type.encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.content})


class ClientGone(Exception):
    """The client went away before it had sent all."""


class Page(NamedTuple):
    """What is served at a path: for whom calls are counted, by which method, and what answers."""

    hook: str
    method: str
    answer: Callable[[Request, str], Awaitable[bytes]]


class Browsers(NamedTuple):
    """The origins whose pages may call, and the headers that they may send; `*`: any."""

    origins: tuple[str, ...]
    headers: tuple[str, ...]


class OrderEntry:
    """The pages of CDS Hooks. `verifier` is `None` where authentication is off."""

    def __init__(
        self,
        desk: Desk,
        feedback: FeedbackDesk,
        verifier: KnowsCallers | None,
        counts: CountsCalls,
        browsers: Browsers,
    ) -> None:
        """`browsers` tells whose pages may call."""
        self._desk = desk
        self._feedback = feedback
        self._verifier = verifier
        self._counts = counts
        self._browsers = browsers
        self._logged = Allowance(MOST_LOGGED)

    def routes(self) -> list[Route]:
        """The routes, for the HTTP port."""
        app = CORSMiddleware(
            self._serve,
            allow_origins=self._browsers.origins,
            allow_methods=["GET", "POST"],
            allow_headers=self._browsers.headers,
            max_age=600,
        )
        return [Route(HOOKS_PATH, app), Route(f"{HOOKS_PATH}/{{rest:path}}", app)]

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        service, _, rest = scope["path"].removeprefix(HOOKS_PATH).strip("/").partition("/")
        page = self._page(service, rest)
        begun = time.perf_counter()
        reply = await self._answered(page, Request(scope, service, receive))
        hook = page.hook if page else UNKNOWN
        self._counts.called(hook, reply.status, time.perf_counter() - begun)
        if reply.refusal:
            self._tell(hook, reply.refusal)
        await reply.send(send)

    def _page(self, service: str, rest: str) -> Page | None:
        """What is served at a path; an id that is not there is refused to those who may ask."""
        if not service:
            return Page("discovery", "GET", self._discover)
        if rest == "feedback":
            return Page("feedback", "POST", self._take_feedback)
        if rest:
            return None
        found = SERVICES.get(service)
        return Page(found.hook if found else UNKNOWN, "POST", self._call)

    @staticmethod
    async def _discover(_: Request, __: str) -> bytes:
        return DISCOVERY

    async def _call(self, request: Request, caller: str) -> bytes:
        service = SERVICES.get(request.service)
        if service is None:
            raise not_found("there is no service of this id")
        return await self._desk.answer(service, read_call(await request.body()), caller)

    async def _take_feedback(self, request: Request, _: str) -> bytes:
        if request.service not in SERVICES:
            raise not_found("there is no service of this id")
        if self._verifier is None:
            refuse_foreign_pages(request.headers(), self._browsers.origins)
        self._feedback.take(read_feedback(await request.body()))
        return b""

    async def _answered(self, page: Page | None, request: Request) -> Reply:
        """The reply, or the refusal; what nobody foresaw is logged by its place alone."""
        try:
            page = _served(page, request.scope["method"])
            caller = await self._caller(request)
            return Reply(200, await page.answer(request, caller), JSON)
        except Refusal as refusal:
            return _refused(refusal)
        except (Unauthenticated, PermissionDenied, Unavailable) as error:
            return _refused(not_admitted(error))
        except RecursionError:
            return _refused(bad_request("the body is nested too deeply"))
        except ClientGone:
            return Reply(GONE, b"", JSON)
        except Exception as error:  # noqa: BLE001 - its message may hold what was sent
            log.error("unforeseen error", **place_of(error))  # noqa: TRY400 - without its message
            return _refused(OUR_FAULT)

    def _tell(self, hook: str, refusal: Refusal) -> None:
        """Count a refusal and log it: its words hold nothing of what was sent."""
        self._counts.refused(hook, refusal.reason)
        left_out = self._logged.take()
        if left_out is not None:
            log.warning(
                "hook call refused",
                hook=hook,
                status=refusal.status,
                why=refusal.diagnostics,
                left_out=left_out,
            )

    async def _caller(self, request: Request) -> str:
        if self._verifier is None:
            return NO_CALLER
        return await self._verifier.caller(
            request.headers().get("authorization", ""), request.scope["path"]
        )


def _served(page: Page | None, method: str) -> Page:
    if page is None:
        raise not_found("not served here")
    if method != page.method and not (method == "HEAD" and page.method == "GET"):
        raise not_allowed(page.method)
    return page


def _refused(refusal: Refusal) -> Reply:
    return Reply(refusal.status, refusal.body(), FHIR_JSON, refusal.headers, refusal)
