"""The HTTP port: opened on entry, closed on leaving."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.edges.http.in_time import in_time
from lems_guard.setting_values import Address


@contextlib.asynccontextmanager
async def running_http(
    app: Starlette, where: Address, request_seconds: float, *, is_shared: bool = False
) -> AsyncIterator[Address]:
    """Serve the pages; `is_shared`: other processes may listen on the same address.

    A request that does not come within `request_seconds`, headers and body, ends its connection.
    Raises `InvalidSettings` when it cannot be had.
    """
    listening = bound(where, is_shared=is_shared)
    http = in_time(request_seconds)
    config = uvicorn.Config(app, http=http, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    # uvicorn would take the signals for itself; this process has one place for them.
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment]
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield Address(where.host, listening.getsockname()[1])
    finally:
        server.should_exit = True
        await running


def bound(where: Address, *, is_shared: bool) -> socket.socket:
    """A listening socket, alone on its address unless shared; raises `InvalidSettings`."""
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    try:
        return socket.create_server((where.host, where.port), family=family, reuse_port=is_shared)
    except OSError as fault:
        raise InvalidSettings(f"LEMS_GUARD_HTTP_LISTEN: {where}: {fault.strerror}") from None
