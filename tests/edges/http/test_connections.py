"""The HTTP ports of a process share the files that they may take, handshakes among them."""

import asyncio
import contextlib
import resource
import socket
import ssl
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import pytest
import uvloop
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from certificates import Authority, Pair
from lems_guard.edges.certificates import CertificateFiles, Certificates
from lems_guard.edges.http import connections
from lems_guard.edges.http.connections import HttpConnections
from lems_guard.edges.http.port import HttpListen, running_http
from lems_guard.setting_values import Address
from waiting import PATIENCE, until

MOST = 4
GET = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
Scenario: TypeAlias = "Callable[[Ports, Ports], None]"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return Authority(tmp_path_factory.mktemp("pki")).issued("server")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", MOST)


def listening(seconds: float, pair: Pair | None = None) -> HttpListen:
    tls = None
    if pair is not None:
        tls = Certificates(CertificateFiles(pair.certificate, pair.key, None)).context()
    return HttpListen(Address("127.0.0.1", 0), "HTTP", seconds, tls=tls)


async def beside(scenario: Scenario, *listens: HttpListen) -> None:
    """Two ports, and beside their event loop what somebody does with them."""
    together = HttpConnections()
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("ok"))])
    one, other = (running_http(app, each, together) for each in listens)
    async with one as at, other as also:
        with contextlib.ExitStack() as held:
            await asyncio.to_thread(
                scenario, Ports(together, held, at), Ports(together, held, also)
            )


class Ports(NamedTuple):
    """A port, what counts the connections of it and the other, and what closes ours."""

    together: HttpConnections
    held: contextlib.ExitStack
    at: Address

    def opened(self) -> socket.socket:
        at = self.at.host, self.at.port
        return self.held.enter_context(socket.create_connection(at, timeout=PATIENCE))

    def come_to(self, number: int) -> None:
        until(lambda: len(self.together) == number)


def shut(connection: socket.socket) -> None:
    """Wait until the other side closes without a word."""
    with contextlib.suppress(ConnectionResetError):
        assert connection.recv(1) == b""
    connection.close()


def test_two_ports_share_the_connections_that_may_be() -> None:
    def scenario(one: Ports, other: Ports) -> None:
        mine = [each.opened() for each in (one, other, one, other)]
        one.come_to(MOST)
        for each in (one, other):
            shut(each.opened())
        mine.pop().close()
        one.come_to(MOST - 1)
        asking = one.opened()
        asking.sendall(GET)
        assert rest(asking).endswith(b"ok")

    uvloop.run(beside(scenario, listening(PATIENCE), listening(PATIENCE)))


def test_handshakes_count_before_they_have_begun(pair: Pair) -> None:
    """A connection that waits for TLS holds a file as any other does."""

    def scenario(one: Ports, other: Ports) -> None:
        for _ in range(MOST):
            one.opened()
        one.come_to(MOST)
        shut(other.opened())

    uvloop.run(beside(scenario, listening(PATIENCE, pair), listening(PATIENCE, pair)))


def test_handshakes_that_do_not_come_end(pair: Pair) -> None:
    def scenario(hasty: Ports, other: Ports) -> None:
        for each in [hasty.opened() for _ in range(MOST)]:
            shut(each)
        hasty.come_to(0)
        assert page(other).endswith(b"ok")

    uvloop.run(beside(scenario, listening(0.5, pair), listening(PATIENCE, pair)))


def rest(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(4096), b""))


def page(port: Ports) -> bytes:
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    with tls.wrap_socket(port.opened()) as asking:
        asking.sendall(GET)
        return rest(asking)


def test_files_are_left_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 1000)
    for files, most in (((64, 64), 32), ((100_000, 100_000), 1000), ((-1, -1), 1000)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, files=files: files)
        assert connections.most_connections() == most
