"""Reading an issuer's key address: from one that drips, redirects, lies or is not who it says."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from certificates import Authority
from lems_guard.callers.key_addresses import MOST_BYTES, UnfitAddress, get_keys
from waiting import PATIENCE

KEYS = b'{"keys": []}'
WHOLE = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(KEYS), KEYS)
FOUND = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"


@contextlib.contextmanager
def serving(
    answer: Callable[[socket.socket], object], tls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """A server that does this with each connection, once its request is there; its port."""

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = listening.accept()[0]
                with contextlib.suppress(OSError), connection:
                    spoken = tls.wrap_socket(connection, server_side=True) if tls else connection
                    with spoken:
                        spoken.recv(4096)
                        answer(spoken)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def dripping(begun: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(begun)
        while True:
            connection.sendall(drop)
            time.sleep(0.01)

    return answer


def test_what_stands_there_is_read() -> None:
    with serving(lambda connection: connection.sendall(WHOLE)) as port:
        assert get_keys(f"http://127.0.0.1:{port}/jwks?of=us", PATIENCE) == KEYS


@pytest.mark.parametrize(
    "answer",
    [
        dripping(b"", b"H"),
        dripping(b"HTTP/1.1 200 OK\r\n", b"x"),
        dripping(b"HTTP/1.1 200 OK\r\nx: ", b"y"),
        dripping(b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n", b" "),
        dripping(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        dripping(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_what_drips_is_given_up(answer: Callable[[socket.socket], None]) -> None:
    """Each drop comes in time, and all of them never do: the time is that of the whole."""
    with serving(answer) as port, pytest.raises(TimeoutError):
        get_keys(f"http://127.0.0.1:{port}/jwks", 0.3)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (FOUND, "another place is not asked"),
        (b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", "nothing is there"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b" " * (MOST_BYTES + 1), "too much is"),
    ],
)
def test_what_is_no_answer_is_refused(answer: bytes, why: str) -> None:
    serves = serving(lambda connection: connection.sendall(answer))
    with serves as port, pytest.raises(UnfitAddress):
        pytest.fail(f"{why}: {get_keys(f'http://127.0.0.1:{port}/jwks', PATIENCE)!r}")


def test_plain_text_is_for_this_machine_whatever_its_name_stands_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = list[object]()

    def resolve(*given: object, **_: object) -> list[object]:
        asked.append(given[0])
        return [(0, 0, 0, "", ("192.0.2.7", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(UnfitAddress):
        get_keys("http://localhost/jwks", PATIENCE)
    assert asked == ["localhost"], "it is resolved once"


def test_over_tls_the_name_must_be_proved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path)
    shown = authority.issued("keys", "DNS:localhost")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(shown.certificate, shown.key)
    with serving(lambda connection: connection.sendall(WHOLE), tls) as port:
        with pytest.raises(ssl.SSLCertVerificationError):
            get_keys(f"https://localhost:{port}/jwks", PATIENCE)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        assert get_keys(f"https://localhost:{port}/jwks", PATIENCE) == KEYS
        with pytest.raises(ssl.SSLCertVerificationError):
            get_keys(f"https://127.0.0.1:{port}/jwks", PATIENCE)


def test_a_handshake_that_does_not_come_is_given_up() -> None:
    with serving(lambda _: time.sleep(5)) as port, pytest.raises(TimeoutError):
        get_keys(f"https://127.0.0.1:{port}/jwks", 0.3)
