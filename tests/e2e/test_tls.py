"""TLS on real connections: certificates made by openssl, rotated while calls are under way."""

import json
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from certificates import Authority, Pair
from lems_guard_client import Client, Tls, UnavailableError
from lems_guard_client.v1 import prescription_pb2 as wire
from lems_guard_client.v1.screening_pb2 import CheckPrescriptionResponse
from running import Running, start, stop
from secured import REQUEST, checked, read
from waiting import until


@pytest.fixture(scope="module")
def client(authority: Authority) -> Pair:
    return authority.issued("client", "DNS:pharmacy.example.org")


@pytest.fixture(scope="module")
def secure(server: Pair) -> Iterator[Running]:
    running = start(**server.settings())
    yield running
    stop(running)


@pytest.fixture(scope="module")
def mutual(authority: Authority, server: Pair) -> Iterator[Running]:
    """A service that asks for certificates, with a port of its own for those who watch it."""
    running = start(
        **server.settings(),
        LEMS_GUARD_TLS_CLIENT_CA=str(authority.certificate),
        LEMS_GUARD_METRICS_LISTEN="127.0.0.1:0",
    )
    yield running
    stop(running)


def serial_at(address: str, authority: Authority) -> str:
    """The serial number of the certificate that a new connection is shown."""
    host, _, port = address.rpartition(":")
    context = ssl.create_default_context(cafile=authority.certificate)
    with (
        socket.create_connection((host, int(port)), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        told = secured.getpeercert() or {}
        return str(told["serialNumber"])


def test_both_ports_speak_tls_and_nothing_else(secure: Running, authority: Authority) -> None:
    assert checked(secure, Tls.of_files(ca=authority.certificate)) > 0
    context = ssl.create_default_context(cafile=authority.certificate)
    assert read(secure.http_at, "/livez", context) == "ok\n"
    with pytest.raises(UnavailableError):
        checked(secure, None, 2)
    with pytest.raises(OSError, match=r"."):
        read(secure.http_at, "/livez", None)


def test_a_client_that_does_not_believe_the_certificate_sends_nothing(
    secure: Running, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path / "other", "other")
    with pytest.raises(UnavailableError):
        checked(secure, Tls.of_files(ca=stranger.certificate), 3)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the old version, which is asked for
@pytest.mark.parametrize("port", ["grpc_at", "http_at"])
@pytest.mark.parametrize(
    ("version", "is_spoken"),
    [
        (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True),
        (ssl.TLSVersion.TLSv1_3, True),
    ],
)
def test_nothing_older_than_tls_1_2_is_spoken(
    secure: Running, authority: Authority, port: str, version: ssl.TLSVersion, *, is_spoken: bool
) -> None:
    context = ssl.create_default_context(cafile=authority.certificate)
    context.minimum_version, context.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, version
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.set_alpn_protocols(["h2"] if port == "grpc_at" else ["http/1.1"])
    host, _, number = getattr(secure, port).rpartition(":")
    with socket.create_connection((host, int(number)), timeout=10) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=host) as secured:
                assert is_spoken, secured.version()
        except (ssl.SSLError, OSError):
            assert not is_spoken


def test_where_clients_must_show_a_certificate_only_those_of_the_authority_are_heard(
    mutual: Running, authority: Authority, client: Pair, tmp_path: Path
) -> None:
    shown = {"certificate": client.certificate, "key": client.key}
    assert checked(mutual, Tls.of_files(ca=authority.certificate, **shown)) > 0
    with pytest.raises(UnavailableError):
        checked(mutual, Tls.of_files(ca=authority.certificate), 3)
    forged = Authority(tmp_path / "other", "other").issued("client", "DNS:pharmacy.example.org")
    shown = {"certificate": forged.certificate, "key": forged.key}
    with pytest.raises(UnavailableError):
        checked(mutual, Tls.of_files(ca=authority.certificate, **shown), 3)


def test_over_http_too(mutual: Running, authority: Authority, client: Pair) -> None:
    context = ssl.create_default_context(cafile=authority.certificate)
    with pytest.raises(OSError, match=r"."):
        read(mutual.http_at, "/livez", context)
    context.load_cert_chain(client.certificate, client.key)
    assert read(mutual.http_at, "/livez", context) == "ok\n"


def metrics_at(running: Running) -> str:
    """Where the port of health and metrics listens."""
    said = next(json.loads(line) for line in running.log if '"serving"' in line)
    return str(said["metrics"])


def test_the_port_for_watching_asks_nobody_for_a_certificate(
    mutual: Running, authority: Authority
) -> None:
    context = ssl.create_default_context(cafile=authority.certificate)
    at = metrics_at(mutual)
    assert read(at, "/livez", context) == "ok\n"
    assert json.loads(read(at, "/readyz", context))["ready"] is True
    told = read(at, "/metrics", context)
    (line,) = (each for each in told.splitlines() if each.startswith("lems_guard_tls_certificate"))
    days = (float(line.split()[1]) - time.time()) / 86_400
    assert 9 < days <= 10
    with pytest.raises(urllib.error.HTTPError, match="404"):
        read(at, "/v1/InteractionCheckService/CheckPrescription", context)


def replaced(old: Pair, new: Pair) -> None:
    """Put a new pair in place of an old one, each file by itself, as a renewal does."""
    for mine, theirs in ((new.certificate, old.certificate), (new.key, old.key)):
        moved = theirs.with_suffix(".new")
        moved.write_bytes(mine.read_bytes())
        moved.replace(theirs)


def eventually_shows(running: Running, port: str, authority: Authority, other_than: str) -> None:
    until(lambda: serial_at(getattr(running, port), authority) != other_than)


class Crowd:
    """Callers that ask until told to stop: on one connection, on ever new ones, over a stream."""

    def __init__(self, address: str, tls: Tls) -> None:
        self.failed: list[str] = []
        self.answered = {"kept": 0, "anew": 0, "stream": 0}
        self._address, self._tls = address, tls
        self._over = threading.Event()
        ways = (self._kept, self._anew, self._stream)
        self._threads = [threading.Thread(target=way) for way in ways]

    def __enter__(self) -> "Crowd":
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for each in self._threads:
            each.join()

    def until_answered(self) -> None:
        """Wait until each way has brought an answer more."""
        before = dict(self.answered)
        until(lambda: all(self.answered[way] > before[way] for way in before))

    def _asking(self) -> Client:
        return Client(self._address, tls=self._tls, deadline=10)

    def _kept(self) -> None:
        with self._asking() as asking:
            while not self._over.is_set():
                self._ask(asking, "kept")

    def _anew(self) -> None:
        while not self._over.is_set():
            with self._asking() as asking:
                self._ask(asking, "anew")

    def _stream(self) -> None:
        with self._asking() as asking:
            for item in asking.check_all(self._endless(), ahead=4):
                self._count("stream", item.checked)

    def _endless(self) -> Iterator[wire.CheckPrescriptionRequest]:
        while not self._over.is_set():
            yield REQUEST
            time.sleep(0.01)

    def _ask(self, asking: Client, way: str) -> None:
        self._count(way, lambda: asking.check(REQUEST))

    def _count(self, way: str, ask: Callable[[], CheckPrescriptionResponse]) -> None:
        try:
            assert len(ask().alerts) > 0
            self.answered[way] += 1
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is a call lost
            self.failed.append(str(fault))


def test_a_rotation_loses_no_call(authority: Authority) -> None:
    """Three rotations, while three callers ask without a pause."""
    pair = authority.issued("rotated")
    running = start(**pair.settings())
    try:
        with Crowd(running.grpc_at, Tls.of_files(ca=authority.certificate)) as crowd:
            for name in ("second", "third", "fourth"):
                before = serial_at(running.grpc_at, authority)
                replaced(pair, authority.issued(name))
                for port in ("grpc_at", "http_at"):
                    eventually_shows(running, port, authority, before)
                crowd.until_answered()
        assert not crowd.failed
    finally:
        stop(running)
    assert sum('"certificate read again"' in line for line in running.log) >= 3


def test_files_that_do_not_belong_together_leave_the_last_good_ones(authority: Authority) -> None:
    pair, other = authority.issued("good"), authority.issued("other-key")
    running = start(**pair.settings())
    tls = Tls.of_files(ca=authority.certificate)
    try:
        before = serial_at(running.grpc_at, authority)
        for content in (other.key.read_bytes(), b"garbage", b""):
            pair.key.write_bytes(content)
            assert checked(running, tls) > 0
            assert serial_at(running.grpc_at, authority) == before
            assert serial_at(running.http_at, authority) == before
        pair.key.unlink()
        assert checked(running, tls) > 0
        pair.certificate.write_bytes(other.certificate.read_bytes())
        pair.key.write_bytes(other.key.read_bytes())
        assert checked(running, tls) > 0
        assert serial_at(running.grpc_at, authority) != before
    finally:
        stop(running)
    warned = [line for line in running.log if '"certificate not read again"' in line]
    assert len(warned) >= 3
    assert not any("BEGIN" in line for line in running.log)


def test_the_authorities_of_clients_are_rotated_too(
    authority: Authority, server: Pair, tmp_path: Path
) -> None:
    old, new = Authority(tmp_path / "old", "old"), Authority(tmp_path / "new", "new")
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(old.certificate.read_bytes())
    running = start(**server.settings(), LEMS_GUARD_TLS_CLIENT_CA=str(trusted))

    def heard(of: Authority) -> bool:
        shown = of.issued("client", "DNS:a.example")
        context = ssl.create_default_context(cafile=authority.certificate)
        context.load_cert_chain(shown.certificate, shown.key)
        given = {"certificate": shown.certificate, "key": shown.key}
        try:
            by_grpc = checked(running, Tls.of_files(ca=authority.certificate, **given), 3) > 0
        except UnavailableError:
            by_grpc = False
        try:
            by_http = read(running.http_at, "/livez", context) == "ok\n"
        except OSError:
            by_http = False
        assert by_grpc is by_http
        return by_grpc

    try:
        assert (heard(old), heard(new)) == (True, False)
        trusted.write_bytes(new.certificate.read_bytes())
        assert (heard(old), heard(new)) == (False, True)
    finally:
        stop(running)
