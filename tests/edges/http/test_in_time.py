"""A request that does not come ends its connection, and holds up nobody else's."""

import http.client
import socket
import time
from collections.abc import Iterator

import pytest

from edges.http.calling import CHECK, JSON, METOPROLOL, send
from running import Running, start, stop

HEADERS = f"POST {CHECK} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
STALLED = {
    "half a line": "POST /v1/Interac",
    "half of the headers": HEADERS,
    "half of the body": HEADERS + "Content-Length: 100\r\n\r\n{",
    "half of the chunks": HEADERS + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
}
SECONDS = 2
SOON = 30.0  # far above the two seconds that the service waits


@pytest.fixture(scope="module")
def hasty() -> Iterator[Running]:
    running = start(LEMS_GUARD_REQUEST_SECONDS=str(SECONDS), LEMS_GUARD_MAX_IN_FLIGHT="2")
    yield running
    stop(running)


def opened(at: Running, begun: str) -> socket.socket:
    host, _, port = at.http_at.rpartition(":")
    connection = socket.create_connection((host, int(port)), timeout=SOON)
    connection.sendall(begun.encode())
    return connection


def rest(connection: socket.socket) -> bytes:
    """All that still comes until the service closes; raises `TimeoutError` where it does not."""
    with connection:
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_what_does_not_come_whole_ends_its_connection_and_takes_nobodys_place(
    hasty: Running,
) -> None:
    stalled = {what: opened(hasty, begun) for what, begun in STALLED.items()}
    assert send(hasty.http_at).status == 200, "more bodies stall than calls may be under way"
    for what, connection in stalled.items():
        assert rest(connection).startswith(b"HTTP/1.1 408 "), what


def test_a_connection_that_asks_nothing_is_closed_without_a_word(hasty: Running) -> None:
    """A browser that connects in advance must not take a word for its answer."""
    assert rest(opened(hasty, "")) == b""


def test_each_request_of_a_kept_connection_has_its_own_time(hasty: Running) -> None:
    connection = http.client.HTTPConnection(hasty.http_at, timeout=SOON)
    for _ in range(2):
        connection.putrequest("POST", CHECK)
        for name, value in {**JSON, "content-length": str(len(METOPROLOL))}.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(METOPROLOL[:10].encode())
        connection.send(METOPROLOL[10:].encode())
        response = connection.getresponse()
        assert response.status == 200
        response.read()
        time.sleep(SECONDS + 0.5)
    assert connection.sock is not None
    connection.sock.sendall(b"GET /li")
    assert rest(connection.sock).startswith(b"HTTP/1.1 408 ")
