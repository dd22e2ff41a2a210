"""The contract on the HTTP port: its methods in two dialects, and its own description."""

from collections.abc import Collection, Iterable

from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from lems_guard.answering.contract import UnaryMethod
from lems_guard.callers.entrance import Entrance
from lems_guard.edges.evaluating import Beside
from lems_guard.edges.frame import Frame
from lems_guard.edges.http.calls import ANSWERED_WITH, SENT_WITH, Dialect, HttpCalls
from lems_guard.edges.http.connect import Connect
from lems_guard.edges.http.description import description_routes
from lems_guard.edges.http.methods import HttpMethods
from lems_guard.edges.http.plain import PlainJson

REMEMBERED_SECONDS = 600  # that a browser knows what it may ask


def contract_routes(
    frame: Frame,
    beside: Beside,
    methods: Iterable[UnaryMethod],
    entrance: Entrance,
    origins: Collection[str] = (),
) -> list[Route]:
    """The routes, for the HTTP port; only those who come in by the entrance are answered.

    Pages of the given origins may call too: browsers are told so (CORS).
    """
    served = HttpMethods(frame, beside, methods)
    dialects: tuple[Dialect, ...] = (PlainJson(), Connect())
    calls = (HttpCalls(dialect, served, entrance) for dialect in dialects)
    return [
        *description_routes(entrance),
        *(_for_pages(route, origins) for each in calls for route in each.routes()),
    ]


def _for_pages(route: Route, origins: Collection[str]) -> Route:
    """A route as pages of some origins may call it: by what they send, never by cookies."""
    if not origins:
        return route
    app = CORSMiddleware(
        route.app,
        allow_origins=origins,
        allow_methods=["POST"],
        allow_headers=SENT_WITH,
        expose_headers=ANSWERED_WITH,
        max_age=REMEMBERED_SECONDS,
    )
    return Route(route.path, app)
