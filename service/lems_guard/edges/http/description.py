"""The contract described, for those who make clients: `/openapi.json` and `/descriptor.pb`."""

import functools
import json
from importlib import resources

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lems_guard import __version__
from lems_guard.callers.entrance import Entrance
from lems_guard.callers.roles import ALL
from lems_guard.clinical.errors import LemsGuardError
from lems_guard.edges.http.openapi import openapi
from lems_guard.edges.http.probes import refused

PROTOBUF = "application/x-protobuf"
JSON = "application/json"


def description_routes(entrance: Entrance) -> list[Route]:
    """The routes; whoever may call anything may read what can be called."""

    async def described(request: Request) -> Response:
        try:
            (await entrance.guest(request.scope, ALL)).leave()
        except LemsGuardError as error:
            return refused(error)
        if request.url.path == "/descriptor.pb":
            return Response(descriptor(), media_type=PROTOBUF)
        return Response(document(), media_type=JSON)

    return [Route("/openapi.json", described), Route("/descriptor.pb", described)]


def descriptor() -> bytes:
    """The whole contract as a FileDescriptorSet, comments included."""
    return resources.files("lems_guard.v1").joinpath("descriptor.pb").read_bytes()


@functools.cache
def document() -> bytes:
    """The OpenAPI document."""
    made = openapi(descriptor(), __version__)
    return json.dumps(made, ensure_ascii=False, indent=1).encode()
