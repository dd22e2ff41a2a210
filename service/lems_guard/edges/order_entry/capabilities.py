"""What FHIR servers say that they hold: a type that one has not is no answer that failed."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import structlog

from lems_guard.fhir.shapes import Json, obj, objs, text

log = structlog.get_logger(__name__)

KEPT_SECONDS = 3600.0
# A server that says nothing is asked again soon.
RETRY_SECONDS = 60.0
MOST_SERVERS = 256
# HTTP statuses by which servers answer to a type that they do not know.
UNKNOWN_TYPE = {400, 404, 405, 501}
STATEMENTS = {"CapabilityStatement", "Conformance"}  # the second until DSTU2


class Holding(NamedTuple):
    """The resource types that a server holds, as they come; what is known ends some time."""

    types: "asyncio.Task[frozenset[str]]"
    asked_at: float

    def is_over(self, now: float) -> bool:
        """Whether the server is to be asked again."""
        is_told = self.types.done() and not self.types.cancelled()
        said = is_told and bool(self.types.result())
        return now - self.asked_at > (KEPT_SECONDS if said else RETRY_SECONDS)


class Capabilities:
    """Asks each server once an hour, beside the calls that want to know."""

    def __init__(
        self, ask: Callable[[str], Awaitable[Json]], now: Callable[[], float] = time.monotonic
    ) -> None:
        """`ask` reads an address; it gives `None` where nothing is to be had, and never raises."""
        self._ask = ask
        self._now = now
        self._known: dict[str, Holding] = {}

    async def lacks(self, base: str, kind: str) -> bool:
        """Whether a server says what it holds, and a resource type is not among it."""
        known = self._known.get(base)
        if known is None or known.is_over(self._now()):
            if len(self._known) >= MOST_SERVERS:
                self._known.clear()
            known = Holding(asyncio.ensure_future(self._types(base)), self._now())
            self._known[base] = known
        # Whoever gives up waiting leaves the question to those who come after.
        types = await asyncio.shield(known.types)
        return bool(types) and kind not in types

    async def _types(self, base: str) -> frozenset[str]:
        told = obj(await self._ask(f"{base}/metadata"))
        if text(told.get("resourceType")) not in STATEMENTS:
            return frozenset()
        resources = [each for rest in objs(told.get("rest")) for each in objs(rest.get("resource"))]
        types = frozenset(text(each.get("type")) for each in resources)
        log.info("FHIR server asked what it holds", resource_types=len(types))
        return types
