"""Ports and terminals: a second service on a port is refused unless it is to share it."""

import os
import pty
import re
import signal
import subprocess

import pytest

from edges.http.calling import send
from running import COMMAND, Running, ended, start, stop
from system_programs import connected
from waiting import PATIENCE

FREE = "127.0.0.1:0"


@pytest.mark.parametrize("share", ["off", "on"])
def test_a_port_in_use_is_refused_by_its_name(service: Running, share: str) -> None:
    grpc = {"LEMS_GUARD_GRPC_LISTEN": service.grpc_at, "LEMS_GUARD_HTTP_LISTEN": FREE}
    http = {"LEMS_GUARD_GRPC_LISTEN": FREE, "LEMS_GUARD_HTTP_LISTEN": service.http_at}
    for settings, name in ((grpc, "LEMS_GUARD_GRPC_LISTEN"), (http, "LEMS_GUARD_HTTP_LISTEN")):
        refused = ended(LEMS_GUARD_SHARE_PORT=share, **settings)
        assert refused.returncode == 2
        assert name in refused.stderr
        assert settings[name] in refused.stderr


def test_two_services_share_a_port_where_both_are_told_to() -> None:
    first = start(LEMS_GUARD_SHARE_PORT="on")
    try:
        second = start(
            LEMS_GUARD_SHARE_PORT="on",
            LEMS_GUARD_GRPC_LISTEN=first.grpc_at,
            LEMS_GUARD_HTTP_LISTEN=first.http_at,
        )
        assert (second.grpc_at, second.http_at) == (first.grpc_at, first.http_at)
        stop(second)
    finally:
        stop(first)


def test_on_a_terminal_a_hangup_ends_the_service() -> None:
    ours, theirs = pty.openpty()
    environment = os.environ | {"LEMS_GUARD_GRPC_LISTEN": FREE, "LEMS_GUARD_HTTP_LISTEN": FREE}
    process = subprocess.Popen(
        [COMMAND, "serve"], stdin=theirs, stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stderr is not None
    try:
        events = iter(process.stderr)
        assert any('"serving"' in line for line in events)
        process.send_signal(signal.SIGHUP)
        assert any('"stopped"' in line for line in events)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
        for each in (ours, theirs):
            os.close(each)


def test_on_a_terminal_a_person_is_told_what_to_do() -> None:
    """Where it listens, its page, and how to stop it; no line of JSON."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"LEMS_GUARD_GRPC_LISTEN": FREE, "LEMS_GUARD_HTTP_LISTEN": FREE}
    process = subprocess.Popen(
        [COMMAND, "serve"], stdin=subprocess.DEVNULL, stderr=theirs, env=environment
    )
    os.close(theirs)  # so that reading ends with the service
    try:
        told = b""
        while b"Ctrl-C stops it" not in told:
            told += os.read(ours, 4096)
        text = told.decode()
        assert '"event"' not in text
        [page] = re.findall(r"page +http://(127\.0\.0\.1:\d+)/", text)
        assert f"http://{page}/readyz" in text
        assert send(page, "/", "", {}, "GET").status == 200
        [grpc_at] = re.findall(r"gRPC +(127\.0\.0\.1:\d+)", text)
        connected(grpc_at)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
