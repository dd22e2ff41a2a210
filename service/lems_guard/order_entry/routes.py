"""The HTTP routes of CDS Hooks: discovery, one for each service, feedback; CORS around them."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from lems_guard.order_entry.desk import Desk
from lems_guard.order_entry.discovery import DISCOVERY, SERVICES
from lems_guard.order_entry.feedback import FeedbackDesk
from lems_guard.order_entry.hooks import read_call, read_feedback
from lems_guard.order_entry.refusals import FHIR_JSON, Refusal
from lems_guard.telemetry.logs import place_of

log = structlog.get_logger(__name__)

JSON = "application/json"
MOST_BYTES = 8_000_000
HOOKS_PATH = "/cds-services"
NO_CALLER = ""
OUR_FAULT = Refusal(500, "exception", "our own fault: nothing was checked")
ISSUES = {404: "not-found", 405: "not-supported"}


class KnowsCallers(Protocol):
    """What tells who calls."""

    def caller(self, authorization: str, path: str) -> str:
        """The client; raises `Refusal`."""


class CountsCalls(Protocol):
    """What counts calls."""

    def called(self, hook: str, status: int) -> None:
        """A call of a hook ended."""


Answering = Callable[[Request, str], Awaitable[bytes]]


class OrderEntry:
    """The pages of CDS Hooks. `verifier` is `None` where authentication is off."""

    def __init__(
        self,
        desk: Desk,
        feedback: FeedbackDesk,
        verifier: KnowsCallers | None,
        counts: CountsCalls,
        origins: list[str],
    ) -> None:
        """`origins` may call from a browser."""
        self._desk = desk
        self._feedback = feedback
        self._verifier = verifier
        self._counts = counts
        self._origins = origins
        # Threads of their own: waiting for an issuer's keys must hold up nothing else.
        self._threads = ThreadPoolExecutor(4, "cds-hooks-token") if verifier else None

    def routes(self) -> list[Route]:
        """The routes, for the HTTP port."""
        app = self._app()
        return [Route(f"{HOOKS_PATH}{{rest:path}}", app)]

    def _app(self) -> Starlette:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=self._origins,
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type"],
            max_age=600,
        )
        return Starlette(
            routes=[
                Route(HOOKS_PATH, self.discover),
                Route(f"{HOOKS_PATH}/{{service}}", self.call, methods=["POST"]),
                Route(f"{HOOKS_PATH}/{{service}}/feedback", self.feedback, methods=["POST"]),
            ],
            middleware=[cors],
            exception_handlers={HTTPException: _as_outcome},
        )

    async def discover(self, request: Request) -> Response:
        """The services on offer."""

        async def answer(_: Request, __: str) -> bytes:
            return DISCOVERY

        return await self._answered(request, "discovery", answer)

    async def call(self, request: Request) -> Response:
        """A call of a hook."""

        async def answer(request: Request, caller: str) -> bytes:
            service = SERVICES.get(request.path_params["service"])
            if service is None:
                raise Refusal(404, "not-found", "there is no service of this id")
            return await self._desk.answer(service, read_call(await _body(request)), caller)

        service = SERVICES.get(request.path_params["service"])
        return await self._answered(request, service.hook if service else "unknown", answer)

    async def feedback(self, request: Request) -> Response:
        """What became of cards."""

        async def answer(request: Request, _: str) -> bytes:
            if request.path_params["service"] not in SERVICES:
                raise Refusal(404, "not-found", "there is no service of this id")
            await self._feedback.take(read_feedback(await _body(request)))
            return b""

        return await self._answered(request, "feedback", answer)

    async def _answered(self, request: Request, hook: str, answer: Answering) -> Response:
        """The response, or the refusal; what nobody foresaw is logged by its place alone."""
        try:
            caller = await self._caller(request)
            response = Response(await answer(request, caller), media_type=JSON)
        except Refusal as refusal:
            headers = {"www-authenticate": "Bearer"} if refusal.status == 401 else None
            response = Response(refusal.body(), refusal.status, headers, FHIR_JSON)
        except ClientDisconnect:
            response = Response(status_code=499)
        except Exception as error:  # noqa: BLE001 - its message may hold what was sent
            log.error("unforeseen error", **place_of(error))  # noqa: TRY400 - without its message
            response = Response(OUR_FAULT.body(), OUR_FAULT.status, None, FHIR_JSON)
        self._counts.called(hook, response.status_code)
        return response

    async def _caller(self, request: Request) -> str:
        if self._verifier is None:
            return NO_CALLER
        loop, authorization = asyncio.get_running_loop(), request.headers.get("authorization", "")
        return await loop.run_in_executor(
            self._threads, self._verifier.caller, authorization, request.url.path
        )


async def _body(request: Request) -> bytes:
    """The body, as long as it is not too large."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            raise Refusal(413, "too-long", f"at most {MOST_BYTES} bytes")
    return bytes(content)


async def _as_outcome(_: Request, error: Exception) -> Response:
    """An OperationOutcome for a path or method that we do not serve."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    refusal = Refusal(status, ISSUES.get(status, "processing"), "not served here")
    return Response(refusal.body(), status, None, FHIR_JSON)
