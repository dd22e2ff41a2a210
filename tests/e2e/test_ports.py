"""Ports and terminals: a second service on a port is refused unless it is to share it."""

import os
import pty
import signal
import subprocess

import pytest

from running import COMMAND, Running, ended, start, stop

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
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
        for each in (ours, theirs):
            os.close(each)
