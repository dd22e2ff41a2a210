"""The contract on the HTTP port: its methods in two dialects, and its own description."""

from collections.abc import Iterable

from starlette.routing import Route

from lems_guard.answering.contract import UnaryMethod
from lems_guard.callers.entrance import Entrance
from lems_guard.edges.evaluating import Beside
from lems_guard.edges.frame import Frame
from lems_guard.edges.http.calls import Dialect, HttpCalls
from lems_guard.edges.http.connect import Connect
from lems_guard.edges.http.description import description_routes
from lems_guard.edges.http.methods import HttpMethods
from lems_guard.edges.http.plain import PlainJson


def contract_routes(
    frame: Frame, beside: Beside, methods: Iterable[UnaryMethod], entrance: Entrance
) -> list[Route]:
    """The routes, for the HTTP port; only those who come in by the entrance are answered."""
    served = HttpMethods(frame, beside, methods)
    dialects: tuple[Dialect, ...] = (PlainJson(), Connect())
    calls = (HttpCalls(dialect, served, entrance) for dialect in dialects)
    return [
        *description_routes(entrance),
        *(route for each in calls for route in each.routes()),
    ]
