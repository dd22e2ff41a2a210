"""What all pages share: who may see them, the frame, the headers, the template around them."""

import datetime
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple, TypeAlias
from urllib.parse import parse_qs

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from lems_guard import __version__
from lems_guard.answering.in_service import InService
from lems_guard.answering.status import INTERNAL_MESSAGE
from lems_guard.callers.gate import permit
from lems_guard.callers.profile import Caller
from lems_guard.callers.roles import SIGNING, Roles
from lems_guard.clinical.errors import (
    FieldViolation,
    InvalidRequest,
    LemsGuardError,
    NotFound,
    Overloaded,
    PermissionDenied,
    Unauthenticated,
)
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.edges.evaluating import Beside
from lems_guard.edges.frame import Frame
from lems_guard.edges.workbench.access import PageDoor
from lems_guard.editions.library import Edition
from lems_guard.papers.rendering import environment
from lems_guard.telemetry.logs import place_of
from lems_guard.v1.knowledge_service_pb2 import GetKnowledgeBaseResponse

log = structlog.get_logger(__name__)

PACKAGE = "lems_guard.edges.workbench"
ASSETS = resources.files(PACKAGE).joinpath("assets")
MOST_BYTES = 1_048_576
# A browser asks for a token where it reads this, keeps it in memory and sends it with each call.
MORE_HEADERS = {
    401: {"www-authenticate": 'Basic realm="LEMS Guard: the token is the password"'},
    503: {"retry-after": "1"},
}
POLICY = (
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
HEADERS = {
    "content-security-policy": "; ".join(POLICY),
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
TYPES = {"css": "text/css", "js": "text/javascript"}
STATUSES: tuple[tuple[type[LemsGuardError], int], ...] = (
    (InvalidRequest, 400),
    (Unauthenticated, 401),
    (PermissionDenied, 403),
    (NotFound, 404),
    (Overloaded, 503),
)

Form: TypeAlias = Mapping[str, list[str]]


class State(NamedTuple):
    """What the pages tell of the service: all of it may be known to who may see them."""

    shown: InService
    components: Mapping[str, str]
    notices: tuple[str, ...]

    @property
    def knowledge(self) -> GetKnowledgeBaseResponse:
        """The knowledge base in service."""
        return self.shown.state()

    @property
    def jurisdiction(self) -> Jurisdiction:
        """Whose labels apply where a request does not say."""
        return self.shown.jurisdiction

    @property
    def country(self) -> str:
        """Whose brands are meant where a request does not say."""
        return self.shown.country


class PageCall(NamedTuple):
    """A call of a page: by whom, the parts of its address, and what was sent."""

    visitor: Caller
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Form
    body: bytes
    headers: Mapping[str, str]
    address: str = ""

    def one(self, name: str) -> str:
        """The one value that a form's field has; empty where it has none."""
        return self.form.get(name, [""])[0].strip()


# What a page makes of a call: a whole document, or a part of one.
Make: TypeAlias = Callable[[PageCall], Response]


class Pages:
    """Makes routes of pages: each call is let in, given its turn, and answered or refused."""

    def __init__(
        self, frame: Frame, beside: Beside, door: PageDoor, state: Callable[[], State],
        edition: Callable[[], Edition],
    ) -> None:  # fmt: skip
        """`state` and `edition` are asked anew for each call."""
        self._frame = frame
        self._beside = beside
        self._door = door
        self._state = state
        self.edition = edition

    def state(self) -> State:
        """What answers here now."""
        return self._state()

    def today(self) -> datetime.date:
        """The day on which reviews and overlays are judged."""
        return datetime.datetime.now(datetime.UTC).date()

    def route(self, path: str, name: str, roles: Roles, make: Make, method: str = "GET") -> Route:
        """A route that is made for who has one of the roles."""
        counted = self._frame.method("unary", "workbench", name)

        async def shown(request: Request) -> Response:
            async def run(asked: PageCall) -> Response:
                call = self._frame.enter(counted, metadata=request.headers.items())
                return await self._beside.run(call, lambda: make(asked))

            return await self._answered(request, run, roles)

        return Route(path, shown, methods=[method])

    def text(self, template: str, asked: PageCall, **values: object) -> str:
        """A template's text, with what each document is told."""
        state = self._state()
        made = environment(PACKAGE).get_template(template)
        return made.render(
            state=state,
            release=__version__,
            visitor=asked.visitor,
            may_sign=bool(asked.visitor.roles & SIGNING),
            today=self.today(),
            **values,
        )

    def page(self, template: str, asked: PageCall, status: int = 200, **values: object) -> Response:
        """A template as a response."""
        return HTMLResponse(self.text(template, asked, **values), status, HEADERS)

    async def _answered(
        self, request: Request, run: Callable[[PageCall], Awaitable[Response]], roles: Roles
    ) -> Response:
        try:
            asked = await self._asked(request, roles)
            return await run(asked)
        except ClientDisconnect:
            return PlainTextResponse("", 499)
        except LemsGuardError as error:
            return refused(error)
        except Exception as error:  # noqa: BLE001 - its message may hold what was sent
            log.error("unforeseen error", **place_of(error))  # noqa: TRY400 - without its message
            return refused(LemsGuardError(INTERNAL_MESSAGE))

    async def _asked(self, request: Request, roles: Roles) -> PageCall:
        headers = request.headers
        visitor = await self._door.visitor(request.scope)
        permit(visitor, roles)
        body = b""
        if request.method == "POST":
            body = await _body(request)
        is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True) if is_form else {}
        address = request.client.host if request.client else ""
        return PageCall(
            visitor, request.path_params, request.query_params, form, body, headers, address
        )


def refused(error: LemsGuardError) -> Response:
    """How a call that was not answered ends: never as what looks like an answer."""
    status = next((code for kind, code in STATUSES if isinstance(error, kind)), 500)
    headers = HEADERS | MORE_HEADERS.get(status, {})
    text = environment(PACKAGE).get_template("refused.html").render(error=error, status=status)
    return HTMLResponse(text, status, headers)


async def _body(request: Request) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            raise InvalidRequest((FieldViolation("", f"at most {MOST_BYTES} bytes: NOT checked"),))
    return bytes(content)


def asset_routes() -> list[Route]:
    """Style and scripts, from the files beside this one and nowhere else."""
    return [Route(f"/workbench/{each}", _serve) for each in assets()]


async def _serve(request: Request) -> Response:
    name = request.url.path.rpartition("/")[2]
    kind = TYPES[name.rpartition(".")[2]]
    return Response(asset(name), headers={**HEADERS, "cache-control": "no-cache"}, media_type=kind)


@cache
def assets() -> tuple[str, ...]:
    """The names of all assets."""
    return tuple(sorted(each.name for each in ASSETS.iterdir()))


@cache
def asset(name: str) -> str:
    """An asset's text."""
    return ASSETS.joinpath(name).read_text("utf-8")
