"""The HTTP port: opened on entry, closed on leaving."""

import asyncio
import contextlib
import functools
import socket
import ssl
from collections.abc import AsyncIterator, Collection
from typing import Any, NamedTuple

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.edges.http.browsers import Browsers
from lems_guard.edges.http.connections import CountedContext, HttpConnections
from lems_guard.edges.http.in_time import InTimeProtocol
from lems_guard.edges.unix_sockets import claim, for_owner_and_group, leave
from lems_guard.setting_values import Address
from lems_guard.telemetry.call_ids import UNDER_WAY, CallIds

SHORTLY = 1.0  # seconds, until a handshake whose time has passed has ended for certain


class HttpListen(NamedTuple):
    """Where a port listens, the setting that says so, and how long a request may take to come.

    `is_shared`: other processes may listen there too; `tls`: `None` for plain text, which a unix
    socket always speaks; `origins`: whose pages may call the contract beside our own.
    """

    where: Address
    setting: str
    request_seconds: float
    is_shared: bool = False
    tls: ssl.SSLContext | None = None
    origins: Collection[str] = ()


class CertifiedProtocol(InTimeProtocol):
    """Tells of each request whose certificate its connection showed, in the scope's state.

    One connection too many is closed.
    """

    def __init__(self, connections: HttpConnections, seconds: float, **options: Any) -> None:  # noqa: ANN401
        """It is counted from when it is accepted; the rest is as there."""
        super().__init__(seconds, **options)
        self._all = connections
        connections.begun(self)
        # Of a handshake that fails nobody is told, but after so long it has ended.
        self._handshake = self.loop.call_later(seconds + SHORTLY, connections.ended, self)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection is there, and what it showed is known."""
        self._handshake.cancel()
        super().connection_made(transport)
        if self._all.are_too_many:
            transport.abort()
        shown = (transport.get_extra_info("peercert") or {}).get("subjectAltName", ())
        self.app_state = {**self.app_state, "certificate": tuple(name for _, name in shown)}

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._all.ended(self)
        super().connection_lost(exc)


class PortServer(uvicorn.Server):
    """uvicorn on one listening socket, whose handshakes are no slower than its requests."""

    def __init__(
        self, config: uvicorn.Config, listen: HttpListen, connections: HttpConnections
    ) -> None:
        """Nothing listens yet."""
        super().__init__(config)
        self._listen = listen
        self._connections = connections

    # uvicorn would take the signals for itself; this process has one place for them.
    capture_signals = staticmethod(contextlib.nullcontext)  # type: ignore[assignment]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets=[])
        tls, seconds = self._listen.tls, self._listen.request_seconds
        is_tls = tls is not None and not self._listen.where.path
        for listening in sockets or ():
            server = await asyncio.get_running_loop().create_server(
                functools.partial(self._protocol, seconds),
                sock=listening,
                backlog=self.config.backlog,
                ssl=CountedContext.of(tls, self._connections) if tls and is_tls else None,
                ssl_handshake_timeout=seconds if is_tls else None,
            )
            self.servers.append(server)

    def _protocol(self, seconds: float) -> CertifiedProtocol:
        return CertifiedProtocol(
            self._connections,
            seconds,
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )


def identified(app: ASGIApp) -> ASGIApp:
    """The pages, with a request's ids on whatever is logged for it: each has a task of its own."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            UNDER_WAY.set(CallIds(scope["headers"]))
        await app(scope, receive, send)

    return served


@contextlib.asynccontextmanager
async def running_http(
    app: Starlette, listen: HttpListen, connections: HttpConnections
) -> AsyncIterator[Address]:
    """Serve the pages; raises `InvalidSettings` when the address cannot be had."""
    where = listen.where
    listening = bound(listen)
    config = uvicorn.Config(
        Browsers(
            identified(app),
            is_tls=listen.tls is not None and not where.path,
            origins=listen.origins,
        ),
        log_config=None,
        server_header=False,
        access_log=False,
        lifespan="off",
    )
    server = PortServer(config, listen, connections)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield where if where.path else Address(where.host, listening.getsockname()[1])
    finally:
        server.should_exit = True
        await running
        if where.path:
            leave(where.path)


def bound(listen: HttpListen) -> socket.socket:
    """A listening socket, alone on its address unless shared; raises `InvalidSettings`."""
    where = listen.where
    if where.path:
        return _bound_to_path(where.path, listen.setting)
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    try:
        at = (where.host, where.port)
        return socket.create_server(at, family=family, reuse_port=listen.is_shared)
    except OSError as fault:
        raise InvalidSettings(f"{listen.setting}: {where}: {fault.strerror}") from None


def _bound_to_path(path: str, setting: str) -> socket.socket:
    claim(path, setting)
    listening = socket.socket(socket.AF_UNIX)
    try:
        with for_owner_and_group():
            listening.bind(path)
        listening.listen()
    except OSError as fault:
        listening.close()
        raise InvalidSettings(f"{setting}: unix:{path}: {fault.strerror}") from None
    return listening
