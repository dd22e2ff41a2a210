"""The HTTP port: opened on entry, closed on leaving."""

import asyncio
import contextlib
import functools
import resource
import socket
import ssl
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.edges.http.browsers import Browsers
from lems_guard.edges.http.in_time import InTimeProtocol
from lems_guard.edges.unix_sockets import claim, for_owner_and_group, leave
from lems_guard.setting_values import Address
from lems_guard.telemetry.call_ids import UNDER_WAY, CallIds

MOST_CONNECTIONS = 1000


class HttpListen(NamedTuple):
    """Where a port listens, the setting that says so, and how long a request may take to come.

    `is_shared`: other processes may listen there too; `tls`: `None` for plain text, which a unix
    socket always speaks.
    """

    where: Address
    setting: str
    request_seconds: float
    is_shared: bool = False
    tls: ssl.SSLContext | None = None


class CertifiedProtocol(InTimeProtocol):
    """Tells of each request whose certificate its connection showed, in the scope's state.

    One connection too many is closed: files must be left for gRPC's.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection is there, and what it showed is known."""
        super().connection_made(transport)
        if len(self.connections) > most_connections():
            transport.abort()
        shown = (transport.get_extra_info("peercert") or {}).get("subjectAltName", ())
        self.app_state = {**self.app_state, "certificate": tuple(name for _, name in shown)}


def identified(app: ASGIApp) -> ASGIApp:
    """The pages, with a request's ids on whatever is logged for it: each has a task of its own."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            UNDER_WAY.set(CallIds(scope["headers"]))
        await app(scope, receive, send)

    return served


@contextlib.asynccontextmanager
async def running_http(app: Starlette, listen: HttpListen) -> AsyncIterator[Address]:
    """Serve the pages; raises `InvalidSettings` when the address cannot be had."""
    where, tls = listen.where, None if listen.where.path else listen.tls
    listening = bound(listen)
    # uvicorn calls it as it would a class.
    http: Any = functools.partial(CertifiedProtocol, listen.request_seconds)
    config = uvicorn.Config(
        Browsers(identified(app), is_tls=tls is not None),
        log_config=None,
        server_header=False,
        access_log=False,
        lifespan="off",
        http=http,
        ssl_context_factory=None if tls is None else lambda _, __: tls,
    )
    server = uvicorn.Server(config)
    # uvicorn would take the signals for itself; this process has one place for them.
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment]
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield where if where.path else Address(where.host, listening.getsockname()[1])
    finally:
        server.should_exit = True
        await running
        if where.path:
            leave(where.path)


def most_connections() -> int:
    """How many connections are kept: half of the files that this process may open, at most."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if files < 0 else min(MOST_CONNECTIONS, files // 2)


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
