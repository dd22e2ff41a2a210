"""systemd is told when the service takes calls, and when it begins to drain."""

import signal
import socket
from pathlib import Path

from structlog.testing import capture_logs

from lems_guard.supervised import READY, tell
from running import start, stop
from waiting import PATIENCE


def test_the_supervisor_hears_when_calls_are_taken_and_when_no_more(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.settimeout(PATIENCE)
        running = start(NOTIFY_SOCKET=str(tmp_path / "notify"))
        try:
            assert supervisor.recv(100) == b"READY=1"
            running.process.send_signal(signal.SIGTERM)
            assert supervisor.recv(100) == b"STOPPING=1"
            assert running.process.wait(PATIENCE) == 0
        finally:
            stop(running)


def test_a_socket_may_be_in_no_file_system(tmp_path: Path) -> None:
    name = f"lems-guard-{tmp_path.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(f"\0{name}")
        tell(f"@{name}", READY)
        assert supervisor.recv(100) == b"READY=1"


def test_a_supervisor_that_is_not_there_is_logged_and_no_more(tmp_path: Path) -> None:
    with capture_logs() as lines:
        tell(str(tmp_path / "nobody"), READY)
        tell(None, READY)
    assert [line["event"] for line in lines] == ["supervisor not told"]
