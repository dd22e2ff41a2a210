"""Where a service listens: unix sockets, and plain text for this machine alone."""

import json
import socket
import ssl
from pathlib import Path

import grpc
import pytest

from certificates import Authority, Pair
from running import ended, start, stop
from secured import checked, read
from waiting import PATIENCE


def test_unix_sockets_are_for_owner_and_group(tmp_path: Path) -> None:
    grpc_at, http_at = tmp_path / "grpc.sock", tmp_path / "http.sock"
    listening = {
        "LEMS_GUARD_GRPC_LISTEN": f"unix:{grpc_at}",
        "LEMS_GUARD_HTTP_LISTEN": f"unix:{http_at}",
    }
    running = start(**listening)
    try:
        assert checked(running, None) > 0
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(str(http_at))
            asking.sendall(b"GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            assert asking.makefile("rb").read().endswith(b"ok\n")
        assert [each.stat().st_mode & 0o777 for each in (grpc_at, http_at)] == [0o660] * 2
        refused = ended(**listening)
        assert refused.returncode == 2
        assert "another process listens there" in refused.stderr
        assert checked(running, None) > 0
        running.process.kill()
        running.process.wait()
        again = start(**listening)  # what the killed one left behind is no obstacle
        assert checked(again, None) > 0
        again.process.terminate()
        again.process.wait(PATIENCE)
        stop(again)
        assert list(tmp_path.iterdir()) == []
    finally:
        stop(running)


def test_a_file_of_that_name_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "notes"
    mine.write_text("mine")
    refused = ended(LEMS_GUARD_GRPC_LISTEN=f"unix:{mine}", LEMS_GUARD_HTTP_LISTEN="127.0.0.1:0")
    assert refused.returncode == 2
    assert "something else has that name" in refused.stderr
    assert mine.read_text() == "mine"


FREE = {"LEMS_GUARD_GRPC_LISTEN": "127.0.0.1:0", "LEMS_GUARD_HTTP_LISTEN": "127.0.0.1:0"}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"LEMS_GUARD_GRPC_LISTEN": "0.0.0.0:0"}, "LEMS_GUARD_GRPC_LISTEN"),
        ({"LEMS_GUARD_HTTP_LISTEN": "0.0.0.0:0"}, "LEMS_GUARD_HTTP_LISTEN"),
        ({"LEMS_GUARD_HTTP_LISTEN": "[::]:0"}, "LEMS_GUARD_HTTP_LISTEN"),
        ({"LEMS_GUARD_METRICS_LISTEN": "0.0.0.0:0"}, "LEMS_GUARD_METRICS_LISTEN"),
    ],
)
def test_plain_text_to_other_machines_ends_the_start(settings: dict[str, str], told: str) -> None:
    refused = ended(**FREE | settings)
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"{told}: ")
    for way in (
        "LEMS_GUARD_TLS_CERTIFICATE",
        "LEMS_GUARD_TLS_KEY",
        "LEMS_GUARD_PLAINTEXT=anywhere",
    ):
        assert way in refused.stderr
    seen = ended("doctor", **FREE | settings)
    assert seen.returncode == 1
    assert "LEMS_GUARD_PLAINTEXT=anywhere" in seen.stdout


def test_both_ports_are_told_together() -> None:
    refused = ended(LEMS_GUARD_GRPC_LISTEN="0.0.0.0:0", LEMS_GUARD_HTTP_LISTEN="0.0.0.0:0")
    assert [line.partition(":")[0] for line in refused.stderr.splitlines()] == [
        "LEMS_GUARD_GRPC_LISTEN",
        "LEMS_GUARD_HTTP_LISTEN",
    ]


def test_where_plain_text_is_spoken_all_who_ask_are_told() -> None:
    settings = {"LEMS_GUARD_GRPC_LISTEN": "0.0.0.0:0", "LEMS_GUARD_PLAINTEXT": "anywhere"}
    running = start(**settings)
    try:
        assert "LEMS_GUARD_PLAINTEXT=anywhere" in read(running.http_at, "/", None)
        notices = json.loads(read(running.http_at, "/readyz", None))["notices"]
        assert any("LEMS_GUARD_PLAINTEXT=anywhere" in each for each in notices)
    finally:
        stop(running)
    assert any(
        "LEMS_GUARD_PLAINTEXT=anywhere" in line and "warning" in line for line in running.log
    )
    seen = ended("doctor", **FREE | settings)
    assert "SEE open: LEMS_GUARD_PLAINTEXT=anywhere" in seen.stdout


def test_tls_to_other_machines_needs_no_word_more(server: Pair, authority: Authority) -> None:
    running = start(LEMS_GUARD_GRPC_LISTEN="0.0.0.0:0", **server.settings())
    try:
        port = running.grpc_at.rpartition(":")[2]
        credentials = grpc.ssl_channel_credentials(authority.certificate.read_bytes())
        with grpc.secure_channel(f"localhost:{port}", credentials) as channel:
            grpc.channel_ready_future(channel).result(PATIENCE)
        assert "notices" not in json.loads(
            read(
                running.http_at, "/readyz", ssl.create_default_context(cafile=authority.certificate)
            )
        )
    finally:
        stop(running)


def test_what_no_tls_can_be_made_of_is_refused_at_the_start(
    authority: Authority, server: Pair, tmp_path: Path
) -> None:
    other, garbage = authority.issued("another"), tmp_path / "garbage.pem"
    garbage.write_text("garbage")
    certificate, key = server.settings()
    for settings, told in (
        ({certificate: str(server.certificate)}, f"{key}: expected with {certificate}"),
        ({key: str(server.key)}, f"{certificate}: expected with {key}"),
        (server.settings() | {key: str(other.key)}, f"{key}: expected the key of the certificate"),
        (server.settings() | {key: str(garbage)}, f"{key}: expected a private key as PEM"),
        (server.settings() | {certificate: str(garbage)}, f"{certificate}: expected certificates"),
        (
            server.settings() | {"LEMS_GUARD_TLS_CLIENT_CA": str(garbage)},
            "LEMS_GUARD_TLS_CLIENT_CA: expected certificates as PEM",
        ),
        (
            {"LEMS_GUARD_TLS_CLIENT_CA": str(authority.certificate)},
            f"{certificate}: expected with LEMS_GUARD_TLS_CLIENT_CA",
        ),
    ):
        refused = ended(**FREE | settings)
        assert refused.returncode == 2, told
        assert told in refused.stderr
        assert "BEGIN" not in refused.stderr


def test_doctor_tells_when_the_certificate_ends(authority: Authority) -> None:
    for days, is_soon in ((3, True), (20, False)):
        seen = ended("doctor", **FREE, **authority.issued("looked-at", days=days).settings())
        assert ("FIX certificate: " in seen.stdout) is is_soon
        assert "days)" in seen.stdout
