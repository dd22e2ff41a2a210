"""No core file, and no look into the memory, of a process that holds patients' data."""

import ctypes
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from running import start, stop
from waiting import PATIENCE

PR_GET_DUMPABLE = 3
ASK = (
    "import ctypes; from lems_guard.cli.no_dumps import forbid_dumps; forbid_dumps(); "
    f"print(ctypes.CDLL(None).prctl({PR_GET_DUMPABLE}, 0, 0, 0, 0))"
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="as Linux has it")


def test_a_service_leaves_no_core_file() -> None:
    running = start()
    try:
        limits = Path(f"/proc/{running.process.pid}/limits").read_text("utf-8")
        (line,) = (each for each in limits.splitlines() if each.startswith("Max core file size"))
        assert line.split()[4] == "0"
        running.process.send_signal(signal.SIGABRT)
        assert running.process.wait(PATIENCE) == -signal.SIGABRT
    finally:
        stop(running)


def test_its_memory_is_not_for_others_of_its_user() -> None:
    assert ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1
    told = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "0"
