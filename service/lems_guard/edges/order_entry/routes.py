"""The HTTP routes of CDS Hooks: discovery, one for each service, feedback; CORS around them.

An order screen waits for each call, so requests are taken and answered as ASGI has them, without a
router and its objects in between.
"""

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, Protocol

import structlog
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from lems_guard.callers.gate import Guest
from lems_guard.callers.profile import Caller
from lems_guard.callers.roles import CHECKING, REPORTING, Roles
from lems_guard.clinical.errors import LemsGuardError
from lems_guard.edges.order_entry.asgi import ClientGone, Reply, Request
from lems_guard.edges.order_entry.desk import Desk, Services
from lems_guard.edges.order_entry.discovery import SERVICES, discovery, services_by_id
from lems_guard.edges.order_entry.feedback import FeedbackDesk
from lems_guard.edges.order_entry.framed import HookFrame, HookTurns
from lems_guard.edges.order_entry.hooks import read_feedback
from lems_guard.edges.order_entry.refusals import (
    FHIR_JSON,
    Refusal,
    not_admitted,
    not_allowed,
    not_found,
)
from lems_guard.telemetry.call_log import Allowance
from lems_guard.telemetry.logs import place_of

log = structlog.get_logger(__name__)

JSON = "application/json"
HOOKS_PATH = "/cds-services"
UNKNOWN = "unknown"
FRAMED = (*[each.hook for each in SERVICES.values()], "feedback", UNKNOWN)
COUNTED_AS = "lems_guard.hook"  # in the scope of a request
HOOK = re.compile(rb'"hook"\s*:\s*"([a-z-]{1,40})"')
MOST_LOGGED = 20  # refusals a second
OUR_FAULT = Refusal(500, "exception", "our own fault: nothing was checked")
GONE = 499  # nobody is there to read it: nginx' code for a client that went away


class LetsIn(Protocol):
    """What tells who calls, and lets in who may."""

    async def guest(self, scope: Mapping[str, Any], roles: Roles) -> Guest:
        """The client; raises `Unauthenticated`, `PermissionDenied` and others."""


class CountsCalls(Protocol):
    """What counts calls."""

    def called(self, hook: str, status: int, seconds: float) -> None:
        """A call of a hook ended."""

    def refused(self, hook: str, reason: str) -> None:
        """A call got no cards."""


class HookPage(NamedTuple):
    """What is served at a path: the hook that is counted, the method, what answers, and to whom."""

    hook: str
    method: str
    answer: Callable[[Request, Caller], Awaitable[bytes]]
    roles: Roles = CHECKING


class Clients(NamedTuple):
    """Who calls: the origins whose pages may, and the headers that they may send; `*`: any.

    With one id all hooks are services of it.
    """

    origins: tuple[str, ...]
    headers: tuple[str, ...]
    has_one_id: bool


class OrderEntry:
    """The pages of CDS Hooks."""

    def __init__(
        self,
        desk: Desk,
        feedback: FeedbackDesk,
        entrance: LetsIn,
        counts: CountsCalls,
        clients: Clients,
        frame: HookFrame,
    ) -> None:
        """`clients` tells whose pages may call, and by which ids."""
        self._desk = desk
        self._feedback = feedback
        self._entrance = entrance
        self._counts = counts
        self._clients = clients
        self._frame = frame
        self._services = services_by_id(has_one_id=clients.has_one_id)
        self._logged = Allowance(MOST_LOGGED)

    def routes(self) -> list[Route]:
        """The routes, for the HTTP port."""
        app = CORSMiddleware(
            self._serve,
            allow_origins=self._clients.origins,
            allow_methods=["GET", "POST"],
            allow_headers=self._clients.headers,
            max_age=600,
        )
        return [Route(HOOKS_PATH, app), Route(f"{HOOKS_PATH}/{{rest:path}}", app)]

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        service, _, rest = scope["path"].removeprefix(HOOKS_PATH).strip("/").partition("/")
        page = self._page(service, rest)
        begun = time.perf_counter()
        reply = await self._answered(page, Request(scope, service, receive))
        hook = scope.get(COUNTED_AS) or (page.hook if page else UNKNOWN)
        self._counts.called(hook, reply.status, time.perf_counter() - begun)
        if reply.refusal:
            self._tell(hook, reply.refusal)
        await reply.send(send)

    def _page(self, service: str, rest: str) -> HookPage | None:
        """What is served at a path; an id that is not there is refused to those who may ask."""
        if not service:
            return HookPage("discovery", "GET", self._discover)
        if rest == "feedback":
            return HookPage("feedback", "POST", self._take_feedback, REPORTING)
        if rest:
            return None
        found = self._services.get(service, {})
        return HookPage(next(iter(found)) if len(found) == 1 else UNKNOWN, "POST", self._call)

    async def _discover(self, _: Request, caller: Caller) -> bytes:
        return discovery(has_one_id=self._clients.has_one_id, hooks=caller.profile.hooks)

    async def _call(self, request: Request, caller: Caller) -> bytes:
        services = self._services.get(request.service)
        if services is None:
            raise not_found("there is no service of this id")
        body = await request.body()

        async def answer(turns: HookTurns) -> bytes:
            return await self._desk.answer(body, services, caller, turns)

        hook = request.scope[COUNTED_AS] = hook_of(services, body)
        return await self._frame.run(request, hook, answer)

    async def _take_feedback(self, request: Request, _: Caller) -> bytes:
        if request.service not in self._services:
            raise not_found("there is no service of this id")
        body = await request.body()

        async def take(turns: HookTurns) -> bytes:
            await turns.turn(lambda: self._feedback.take(read_feedback(body)))
            return b""

        return await self._frame.run(request, "feedback", take)

    async def _answered(self, page: HookPage | None, request: Request) -> Reply:
        """The reply, or the refusal; what nobody foresaw is logged by its place alone."""
        try:
            page = _served(page, request.scope["method"])
            guest = await self._entrance.guest(request.scope, page.roles)
            try:
                return Reply(200, await page.answer(request, guest.caller), JSON)
            finally:
                guest.leave()
        except Refusal as refusal:
            return _refused(refusal)
        except LemsGuardError as error:
            return _refused(not_admitted(error))
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


def hook_of(services: Services, body: bytes) -> str:
    """The hook that a call is counted under: where an id has several, by the body's first words."""
    if len(services) == 1:
        return next(iter(services))
    found = HOOK.search(body)
    hook = found[1].decode() if found else ""
    return hook if hook in services else UNKNOWN


def _served(page: HookPage | None, method: str) -> HookPage:
    if page is None:
        raise not_found("not served here")
    if method != page.method and not (method == "HEAD" and page.method == "GET"):
        raise not_allowed(page.method)
    return page


def _refused(refusal: Refusal) -> Reply:
    return Reply(refusal.status, refusal.body(), FHIR_JSON, refusal.headers, refusal)
