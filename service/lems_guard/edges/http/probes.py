"""The HTTP port's plain pages: `/livez`, `/readyz` and `/metrics`."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from lems_guard.telemetry.health import Health
from lems_guard.telemetry.metrics import Metrics


def probe_routes(health: Health, metrics: Metrics, notices: tuple[str, ...] = ()) -> list[Route]:
    """The routes; liveness asks nothing of anybody, readiness every component.

    `notices` are what an operator must know of how this process was set up.
    """

    async def live(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_: Request) -> Response:
        body: dict[str, object] = {"ready": health.ready, "components": health.states()}
        if notices:
            body["notices"] = notices
        return JSONResponse(body, 200 if health.ready else 503)

    async def exposition(request: Request) -> Response:
        content, content_type = metrics.exposition(request.headers.get("accept", ""))
        return Response(content, headers={"content-type": content_type})

    return [
        Route("/livez", live),
        Route("/readyz", ready),
        Route("/metrics", exposition),
    ]
