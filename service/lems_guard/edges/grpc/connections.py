"""The connections of a port, as the operating system has them: gRPC tells nothing of its own.

gRPC's core ends calls as CANCELLED that reach a server while it shuts down, and no client sends
such a call again by itself. So a server that leaves must have no connections any more when it shuts
down: it takes no new ones, and those there are grow old, upon which gRPC asks their clients to go
elsewhere (GOAWAY, which loses no call).
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

LOOK_EVERY_SECONDS = 0.05
OPEN_FILES = Path("/dev/fd")  # this process's, under any Unix
INTERNET = (socket.AF_INET, socket.AF_INET6)


class Connections:
    """What this process holds open at a port of its own."""

    def __init__(self, port: int) -> None:
        """`port` is a number that no other server of this process listens on."""
        self._port = port

    def take_no_more(self) -> None:
        """Listen no longer; connections that there are go on."""
        for each in self._sockets():
            if not _has_peer(each):
                # Closing would need gRPC's own descriptor: shutting down goes by way of a copy.
                each.shutdown(socket.SHUT_RD)

    async def gone(self, within_seconds: float) -> None:
        """Wait until there is none, or for so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                while self._any():  # noqa: ASYNC110  # they go unannounced
                    await asyncio.sleep(LOOK_EVERY_SECONDS)

    def _any(self) -> bool:
        return any(_has_peer(each) for each in self._sockets())

    def _sockets(self) -> Iterator[socket.socket]:
        for each in list(OPEN_FILES.iterdir()):
            with (
                contextlib.suppress(OSError),
                socket.socket(fileno=os.dup(int(each.name))) as found,
            ):
                if found.family in INTERNET and found.getsockname()[1] == self._port:
                    yield found


def _has_peer(found: socket.socket) -> bool:
    try:
        found.getpeername()
    except OSError:
        return False
    return True
