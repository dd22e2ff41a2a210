"""Reading an issuer's JWKS address: over TLS, small, soon, and never redirected.

The time runs for all of it together, from the connection to the last byte: a server that drips
would else be read for ever. The name is resolved once, and what it was resolved to is connected to.
"""

import http.client
import io
import socket
import ssl
import time
from typing import Any
from urllib.parse import SplitResult, urlsplit

from lems_guard.callers.loopback import is_loopback

SECONDS = 2.0
MOST_BYTES = 65_536
PORTS = {"https": 443, "http": 80}
HEADERS = {"accept": "application/json", "connection": "close"}


class UnfitAddress(Exception):
    """An address that keys are not read from, or an answer that holds none."""


def get_keys(url: str, seconds: float = SECONDS) -> bytes:
    """What stands at the address; raises when that cannot be had within so many seconds."""
    parts = urlsplit(url)
    ends = time.monotonic() + seconds
    with _connected(parts, ends) as connected:
        asking = http.client.HTTPConnection(parts.netloc)
        # It is read from and written to as http.client does with a socket, and no further.
        asking.sock = InTime(connected, ends)
        asking.request("GET", parts._replace(scheme="", netloc="").geturl() or "/", None, HEADERS)
        response = asking.getresponse()
        content = response.read(MOST_BYTES + 1)
    if response.status != http.client.OK or len(content) > MOST_BYTES:
        raise UnfitAddress
    return content


class InTime(io.RawIOBase):
    """A socket that is read and written until a moment, however little comes at a time."""

    def __init__(self, connected: socket.socket, ends: float) -> None:
        """`ends` is a moment of `time.monotonic`."""
        super().__init__()
        self._socket = connected
        self._ends = ends

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a buffer, as `io` has it
        """What is there; raises `TimeoutError` when the moment has passed."""
        self._socket.settimeout(left(self._ends))
        return self._socket.recv_into(buffer)

    def sendall(self, content: bytes) -> None:
        """Send it; raises `TimeoutError`."""
        self._socket.settimeout(left(self._ends))
        self._socket.sendall(content)

    def close(self) -> None:
        """Whoever has connected closes the socket; http.client would before it has read."""

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002 - as http.client asks
        """What http.client reads an answer from."""
        return io.BufferedReader(self)


def left(ends: float) -> float:
    """How many seconds are left until a moment; raises `TimeoutError` where there are none."""
    seconds = ends - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _connected(parts: SplitResult, ends: float) -> socket.socket:
    """A connection with whom a name stands for: over TLS, but for this machine."""
    host = parts.hostname or ""
    found = socket.getaddrinfo(host, parts.port or PORTS[parts.scheme], type=socket.SOCK_STREAM)
    where = found[0][4]
    if parts.scheme != "https" and not is_loopback(str(where[0])):
        raise UnfitAddress
    connected = socket.create_connection((str(where[0]), int(where[1])), timeout=left(ends))
    if parts.scheme != "https":
        return connected
    with connected:  # what TLS takes over is no longer its own to close
        connected.settimeout(left(ends))
        return ssl.create_default_context().wrap_socket(connected, server_hostname=host)
