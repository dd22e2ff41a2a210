"""systemd is told when the service takes calls, and when it begins to drain."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from lems_guard.supervised import OUR_FAULT, READY, tell
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


LOST = """
import threading, time
from lems_guard.supervised import end_with_serving_thread
end_with_serving_thread()
def _serve():
    raise RuntimeError("can't start new thread")
def other():
    raise ValueError("of no concern")
for each in {threads}:
    thread = threading.Thread(target=each)
    thread.start()
    thread.join()
print("lives", flush=True)
"""


@pytest.mark.parametrize(
    ("threads", "code", "said"),
    [("(other, _serve)", OUR_FAULT, "has ended"), ("(other,)", 0, "lives")],
)
def test_a_process_whose_serving_thread_has_ended_ends(threads: str, code: int, said: str) -> None:
    """Its name is gRPC's: `chaos/test_memory.py` loses the real one."""
    program = [sys.executable, "-c", LOST.format(threads=threads)]
    ran = subprocess.run(program, capture_output=True, text=True, check=False)
    assert ran.returncode == code
    assert said in ran.stdout
    assert ("lives" in ran.stdout) == (code == 0)
    assert "of no concern" in ran.stderr
