"""`lems-guard healthcheck`: whether the service of these settings takes calls, for supervisors."""

import http.client
import json
import socket
import ssl

import typer

from lems_guard.cli.output import write_text
from lems_guard.settings import Address, Settings

EXIT_CODES = "Exit codes: 0 it takes calls · 1 it does not, or nobody answers · 2 settings."
SECONDS = 2.0
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to reach what listens there


class HealthConnection(http.client.HTTPConnection):
    """A connection to a port of this machine: by its socket, or its address, in TLS or plain."""

    def __init__(self, where: Address, *, is_tls: bool) -> None:
        """Connects with the first request."""
        super().__init__(ANYWHERE.get(where.host, where.host) or "localhost", where.port)
        self._path = where.path
        self._is_tls = is_tls and not where.path

    def connect(self) -> None:
        """Connect; raises `OSError`."""
        if self._path:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(SECONDS)
            self.sock.connect(self._path)
            return
        self.sock = socket.create_connection((self.host, self.port), SECONDS)
        if self._is_tls:
            self.sock = _unverified().wrap_socket(self.sock)


def _unverified() -> ssl.SSLContext:
    """It is our own process on our own machine, and its certificate names another address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def healthcheck() -> None:
    """Ask the service that runs with these settings whether it takes calls (`/readyz`)."""
    settings = Settings.from_environment()
    where = settings.metrics_listen or settings.http_listen
    try:
        status, body = _asked(where, is_tls=settings.tls_certificate is not None)
    except (OSError, http.client.HTTPException) as fault:
        write_text(f"no answer at {where}: {_why(settings, fault)}\n")
        raise typer.Exit(1) from None
    write_text(f"{where}: {_states(body)}\n")
    raise typer.Exit(0 if status == 200 else 1)


def _asked(where: Address, *, is_tls: bool) -> tuple[int, bytes]:
    connection = HealthConnection(where, is_tls=is_tls)
    try:
        connection.request("GET", "/readyz")
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def _why(settings: Settings, fault: Exception) -> str:
    if settings.tls_client_ca is not None and settings.metrics_listen is None:
        return "it asks for certificates; LEMS_GUARD_METRICS_LISTEN is a port that does not"
    return str(fault)


def _states(body: bytes) -> str:
    """Each component's state."""
    try:
        components = json.loads(body)["components"]
        return ", ".join(f"{name} {state}" for name, state in components.items())
    except (ValueError, KeyError, TypeError, AttributeError):
        return "what answers is no LEMS Guard"
