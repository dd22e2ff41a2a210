"""The gRPC port: what it serves, opened on entry and drained on leaving."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import grpc
from grpc_health.v1 import health_pb2

from lems_guard.answering.contract import CHECK_SERVICE, SERVICES, Current, UnaryMethod
from lems_guard.callers.roles import OPERATING, Roles, roles_for
from lems_guard.clinical.errors import InvalidSettings, NoSuchMethod
from lems_guard.edges.frame import Frame, Places
from lems_guard.edges.grpc import health, reflection
from lems_guard.edges.grpc.arrivals import Door, RefusingHandler
from lems_guard.edges.grpc.aside import StreamDoor
from lems_guard.edges.grpc.connections import Connections
from lems_guard.edges.grpc.credentials import server_credentials
from lems_guard.edges.grpc.guarded import Guard, GuardedDoor
from lems_guard.edges.grpc.items import Items
from lems_guard.edges.grpc.patience import Patience, watched
from lems_guard.edges.grpc.unary import Hall, UnaryDoor
from lems_guard.edges.unix_sockets import claim, for_owner_and_group
from lems_guard.setting_values import Address

if TYPE_CHECKING:
    from lems_guard.edges.certificates import Certificates

LISTEN = "LEMS_GUARD_GRPC_LISTEN"
SERVING = health_pb2.HealthCheckResponse.SERVING
STREAM = "CheckPrescriptionStream"
UNKNOWN = "unknown"  # the service and the method of calls that name none of ours
OPTIONS = (
    # Of one connection; beyond this its client waits before it sends, and fills no queue that
    # others' calls stand in. What the core would refuse by itself (calls that have ended, but not
    # for the serving thread yet) is counted by nobody, so it must not.
    ("grpc.max_concurrent_streams", 100),
    ("grpc.http.overload_protection", 0),
    # gRPC's core ends calls as CANCELLED, uncounted, where more wait for the serving thread.
    ("grpc.server.max_pending_requests", 50_000),
    ("grpc.server.max_pending_requests_hard_limit", 60_000),
    # Clients keep a connection alive by pings, calls or no calls; by default five minutes apart.
    ("grpc.http2.min_ping_interval_without_data_ms", 1_000),
    ("grpc.keepalive_permit_without_calls", 1),
)


class Limits(NamedTuple):
    """How many streams may be open, and how long messages are waited for, in seconds."""

    streams: int
    idle_seconds: float
    message_seconds: float


class Drain(NamedTuple):
    """How a port closes.

    New connections are taken through the notice; then those there are may grow old, and their
    clients go elsewhere; then calls that are still under way may end.
    """

    notice_seconds: float
    connection_seconds: float
    seconds: float

    @property
    def oldest_seconds(self) -> float:
        """When the last connection is gone: gRPC spreads their age by a tenth, and asks twice."""
        return self.connection_seconds * 1.1 + 1


class Served(grpc.GenericRpcHandler):
    """Every method's door, by the path that calls come with, and the guard before it."""

    def __init__(
        self,
        open_doors: dict[str, Door],
        guarded: dict[str, tuple[GuardedDoor, Roles]],
        frame: Frame,
    ) -> None:
        """No other method is served; whoever calls one is counted, its name is not kept."""
        self._frame = frame
        self._unknown = frame.method("unary", UNKNOWN, UNKNOWN)
        self._open = open_doors
        self._guarded = guarded
        self.guard: Guard | None = None

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:  # noqa: ANN401
        """What becomes of a call that has just arrived; `None`: there is no such method."""
        path = handler_call_details.method
        metadata = handler_call_details.invocation_metadata or ()
        if path not in self._guarded:
            return self._asking_nobody(path, metadata)
        door, roles = self._guarded[path]
        if self.guard is None:
            return door.arrived(metadata)
        return self.guard.arrived(door, path, roles, metadata)

    def _asking_nobody(self, path: str, metadata: Any) -> Any:  # noqa: ANN401
        door = self._open.get(path)
        if door is None:
            self._frame.turned_away(self._unknown, NoSuchMethod(), metadata=metadata)
            return None
        return door.arrived(metadata)


def listening(server: grpc.Server, where: Address, certificates: "Certificates | None") -> int:
    """The number of the port that a server listens on; raises `InvalidSettings` for none.

    What comes by a unix socket has not been on any network, and is in plain text.
    """
    try:
        if where.path:
            claim(where.path, LISTEN)
            with for_owner_and_group():
                return server.add_insecure_port(str(where))
        if certificates is None:
            return server.add_insecure_port(str(where))
        return server.add_secure_port(str(where), server_credentials(certificates))
    except RuntimeError:
        raise InvalidSettings(f"{LISTEN}: cannot listen on {where}") from None


class Port:
    """A server with every method, not yet listening, and what tells of its health."""

    def __init__(
        self, frame: Frame, methods: Sequence[UnaryMethod], current: Current, limits: Limits
    ) -> None:
        """`methods` are the contract's; what they answer from is `current`'s."""
        self.frame = frame
        self.statuses = health.Statuses()
        self.streams = Places(limits.streams)
        self._message = Patience(limits.message_seconds)
        self._idle = Patience(limits.idle_seconds)
        self._reflecting = Patience(min(limits.idle_seconds, reflection.IDLE_SECONDS))
        self._refusal = RefusingHandler()
        self._hall = Hall(frame, self._message, self._refusal)
        frame.before_turn = self._hall.let_serving_catch_up
        probes = health.health_doors(frame, self._message, self._refusal, self.statuses)
        self._served = Served(probes, self._guarded(methods, current), frame)

    def _guarded(
        self, methods: Sequence[UnaryMethod], current: Current
    ) -> dict[str, tuple[GuardedDoor, Roles]]:
        frame, refusal = self.frame, self._refusal
        doors: dict[str, tuple[GuardedDoor, Roles]] = {}
        for each in methods:
            method = frame.method("unary", each.service, each.name)
            door = UnaryDoor(self._hall, method, each.answer)
            doors[f"/{method.path}"] = door, roles_for(each.service, each.name)
        stream = frame.method("bidi_stream", CHECK_SERVICE, STREAM, self.streams)
        replies = Items(current).replies
        items = StreamDoor(frame, stream, self._idle, refusal, replies)
        doors[f"/{stream.path}"] = items, roles_for(CHECK_SERVICE, STREAM)
        names = (*SERVICES, health.SERVICE, *reflection.SERVICES)
        found = reflection.reflection_doors(frame, self._reflecting, refusal, names)
        return doors | {path: (door, OPERATING) for path, door in found.items()}

    @contextlib.asynccontextmanager
    async def running(
        self,
        where: Address,
        drain: Drain,
        *,
        is_shared: bool = False,
        certificates: "Certificates | None" = None,
        guard: Guard | None = None,
    ) -> AsyncIterator[Address]:
        """Listen and report SERVING; on leaving report NOT_SERVING, and `drain`.

        `is_shared`: other processes may listen on the same address; `guard` asks who calls, where
        anybody is asked. Raises `InvalidSettings` when the address cannot be had.
        """
        self._served.guard = guard
        server = self._server(drain.connection_seconds, is_shared=is_shared)
        number = listening(server, where, certificates)
        with watched(self._message, self._idle, self._reflecting):
            server.start()
            for name in ("", *SERVICES):
                self.statuses.set(name, SERVING)
            try:
                yield where if where.path else Address(where.host, number)
            finally:
                await self._drained(server, number, drain)

    def _server(self, connection_seconds: float, *, is_shared: bool) -> grpc.Server:
        """A connection that has grown old is ended without losing a call (0: none is)."""
        options = [*OPTIONS, ("grpc.so_reuseport", int(is_shared))]
        if connection_seconds:
            options.append(("grpc.max_connection_age_ms", round(connection_seconds * 1000)))
        pool = ThreadPoolExecutor(self._hall.most_threads, "call")
        return grpc.server(pool, [self._served], options=options)

    async def _drained(self, server: grpc.Server, number: int, drain: Drain) -> None:
        await asyncio.to_thread(self.statuses.enter_graceful_shutdown)
        await asyncio.sleep(drain.notice_seconds)
        if drain.connection_seconds:
            connections = Connections(number)
            connections.take_no_more()
            await connections.gone(drain.oldest_seconds)
        stopped = server.stop(drain.seconds)
        await asyncio.to_thread(stopped.wait)
