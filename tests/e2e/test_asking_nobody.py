"""Callers at the start: what is told of their file, and what is open without one."""

import hashlib
import json
import socket
from pathlib import Path

import pytest

from callers.issuing import write
from e2e_calls import KNOWLEDGE, got, posted
from lems_guard_client import Client, UnauthenticatedError
from running import ended, start, stop
from secured import REQUEST

FREE = {"LEMS_GUARD_GRPC_LISTEN": "127.0.0.1:0", "LEMS_GUARD_HTTP_LISTEN": "127.0.0.1:0"}


def test_a_caller_whose_certificate_nobody_asks_for_ends_the_start(tmp_path: Path) -> None:
    known = {"name": "ward", "certificate": {"san": "x"}, "roles": ["check"]}
    refused = ended(**FREE, LEMS_GUARD_CALLERS=str(write(tmp_path, known)))
    assert refused.returncode == 2
    assert "LEMS_GUARD_TLS_CLIENT_CA: needed for ward" in refused.stderr


@pytest.mark.parametrize(
    ("gone", "successor"),
    [
        ("LEMS_GUARD_HTTP_API", "LEMS_GUARD_CALLERS, or LEMS_GUARD_ANONYMOUS"),
        ("LEMS_GUARD_CDS_HOOKS_ISSUERS", "LEMS_GUARD_CALLERS"),
    ],
)
def test_a_setting_that_is_gone_ends_the_start_with_its_successor(
    gone: str, successor: str
) -> None:
    refused = ended(**FREE | {gone: "on"})
    assert refused.returncode == 2
    assert refused.stderr.strip().endswith(
        f"{gone}: there is no such setting any more: see {successor}"
    )


def test_a_token_is_made_that_lets_its_holder_in(tmp_path: Path) -> None:
    kept, callers = tmp_path / "token", tmp_path / "callers.yaml"
    made = ended("callers", "token", "lab", "--role", "check", "--out", str(kept))
    assert made.returncode == 0
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.read_text() not in made.stdout + made.stderr
    callers.write_text(f"callers:\n{made.stdout}")
    assert ended("callers", "lint", str(callers)).stdout == "lab: check\n"
    running = start(LEMS_GUARD_CALLERS=str(callers))
    try:
        assert posted(running, kept.read_text()).status == 200
    finally:
        stop(running)
    again = ended("callers", "token", "lab", "--out", str(kept))
    assert again.returncode == 2
    shown = ended("callers", "token", "lab").stdout
    secret = shown.splitlines()[1].removeprefix("# ")
    assert hashlib.sha256(secret.encode()).hexdigest() in shown


def test_a_file_of_callers_that_is_wrong_is_told_line_by_line(tmp_path: Path) -> None:
    path = write(tmp_path, {"name": "a b", "token_sha256": "x", "roles": ["chek"]})
    for told in (
        ended(**FREE, LEMS_GUARD_CALLERS=str(path)).stderr,
        ended("doctor", **FREE, LEMS_GUARD_CALLERS=str(path)).stdout,
        ended("callers", "lint", str(path)).stderr,
    ):
        assert told.count("callers.yaml:1:") == 3


def test_anybody_may_check_where_the_operator_says_so() -> None:
    there = {"host": "guard.example.org"}
    running = start(LEMS_GUARD_ANONYMOUS="check")
    try:
        assert posted(running, **there).status == 200
        assert posted(running, path=f"{KNOWLEDGE}/ListRules", **there).status == 403
        assert posted(running, path=f"{KNOWLEDGE}/GetKnowledgeBase", **there).status != 403
        assert got(running, "/metrics", **there).status == 403
        notices = json.loads(got(running, "/readyz").text)["notices"]
        assert "LEMS_GUARD_ANONYMOUS=check" in notices[0]
        assert "LEMS_GUARD_ANONYMOUS=check" in got(running, "/").text
    finally:
        stop(running)
    assert any("LEMS_GUARD_ANONYMOUS=check" in line and "warning" in line for line in running.log)
    seen = ended("doctor", **FREE, LEMS_GUARD_ANONYMOUS="check").stdout
    assert "SEE open: LEMS_GUARD_ANONYMOUS=check" in seen


def test_from_elsewhere_nobody_may_do_anything_unless_the_operator_says_so() -> None:
    running = start(LEMS_GUARD_GRPC_LISTEN="0.0.0.0:0", LEMS_GUARD_PLAINTEXT="anywhere")
    try:
        assert posted(running, host="guard.example.org").status == 401
        assert posted(running).status == 200
        port = running.grpc_at.rpartition(":")[2]
        with Client(f"127.0.0.1:{port}", deadline=20) as client:
            assert len(client.check(REQUEST).alerts) > 0
        elsewhere = Client(f"{another_address()}:{port}", deadline=20)
        with elsewhere, pytest.raises(UnauthenticatedError, match="only this machine"):
            elsewhere.check(REQUEST)
    finally:
        stop(running)
    assert any("LEMS_GUARD_CALLERS is not set" in line for line in running.log)


def another_address() -> str:
    """An address of this machine by which it looks like another."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking_for:
        try:
            asking_for.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no other address")
        found = str(asking_for.getsockname()[0])
    if found.startswith("127."):
        pytest.skip("this machine has no other address")
    return found
