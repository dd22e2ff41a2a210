"""The plain pages of an HTTP port: `/livez`, `/readyz` and `/metrics`."""

import asyncio
import gzip
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from lems_guard.callers.entrance import Entrance
from lems_guard.callers.roles import OPERATING
from lems_guard.clinical.errors import LemsGuardError, PermissionDenied, Unauthenticated
from lems_guard.telemetry.health import Health
from lems_guard.telemetry.metrics import Metrics

FASTEST = 1  # of gzip's levels: a fifteenth is left even so


def probe_routes(
    health: Health,
    metrics: Metrics,
    state: Callable[[], Mapping[str, object]],
    entrance: Entrance | None = None,
) -> list[Route]:
    """The routes; liveness asks nothing of anybody, readiness every component.

    `state` is what an operator must know beside: which edition answers, what is open. Metrics are
    for those who operate it, where there is an entrance; the health of the process is for all.
    """
    making = asyncio.Lock()

    async def live(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_: Request) -> Response:
        body = {"ready": health.ready, "components": health.states(), **state()}
        return JSONResponse(body, 200 if health.ready else 503)

    async def exposition(request: Request) -> Response:
        try:
            if entrance is not None:
                (await entrance.guest(request.scope, OPERATING)).leave()
        except LemsGuardError as error:
            return refused(error)
        # It takes some 20 ms: the event loop goes on meanwhile, and one is made at a time.
        async with making:
            accept = request.headers.get("accept", "")
            content, content_type = await asyncio.to_thread(metrics.exposition, accept)
            headers = {"content-type": content_type, "vary": "accept-encoding"}
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["content-encoding"] = "gzip"
                content = await asyncio.to_thread(gzip.compress, content, FASTEST)
        return Response(content, headers=headers)

    return [
        Route("/livez", live),
        Route("/readyz", ready),
        Route("/metrics", exposition),
    ]


def refused(error: LemsGuardError) -> Response:
    """Why a page is not shown."""
    if isinstance(error, Unauthenticated):
        return PlainTextResponse(f"{error}\n", 401, {"www-authenticate": "Bearer"})
    return PlainTextResponse(f"{error}\n", 403 if isinstance(error, PermissionDenied) else 503)
