"""Descriptors and disk that run out: an error at most, and right again afterwards."""

import contextlib
import errno
import os
import resource
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToJson

from chaos.counting import answer_of, counted
from running import COMMAND, Running, start, stop
from steady_load import CHECK
from system_programs import program
from waiting import PATIENCE, until

LINES = 150
MOST_DESCRIPTORS = 12  # more than are open already


@pytest.fixture
def service() -> Iterator[Running]:
    running = start(LEMS_GUARD_REPLY_CACHE_BYTES="0")
    yield running
    stop(running)


def descriptors(process: int) -> int:
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def test_descriptors_run_out(service: Running) -> None:
    """Who is connected is answered; who is not may wait, and is answered when some are free."""
    process = service.process.pid
    with counted(service) as calls:
        most = descriptors(process) + MOST_DESCRIPTORS
        resource.prlimit(process, resource.RLIMIT_NOFILE, (most, most))
        host, _, port = service.http_at.rpartition(":")
        with contextlib.ExitStack() as held:
            for _ in range(MOST_DESCRIPTORS * 3):
                held.enter_context(socket.create_connection((host, int(port)), PATIENCE))
            until(lambda: descriptors(process) >= most - 1)
            calls.wait_for(50)
        until(lambda: descriptors(process) < most - MOST_DESCRIPTORS / 2)
        assert answer_of(service) == calls.right
    calls.all_right()


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the input of a batch, and what comes of it where there is space."""
    folder = tmp_path_factory.mktemp("batch")
    lines = [MessageToJson(CHECK, indent=None)] * LINES
    (folder / "in.ndjson").write_text("\n".join(lines), "utf-8")
    assert run(folder, "right.ndjson").returncode == 0
    return folder


def run(
    folder: Path, out: str, *more: str, blocks: str = "unlimited"
) -> subprocess.CompletedProcess[str]:
    """Check the batch with files of at most so many blocks of 512 bytes, as on a full disk.

    What a test run measures of its processes would need a file that grows, too.
    """
    unmeasured = {name: each for name, each in os.environ.items() if "COVERAGE" not in name}
    limited = ["sh", "-c", 'ulimit -f "$1"; shift; exec "$@"', "sh", blocks, str(COMMAND)]
    return subprocess.run(
        [*limited, "batch", str(folder / "in.ndjson"), str(folder / out), *more],
        env=unmeasured | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_file_that_cannot_grow_is_said_and_gone_on_with(batch: Path) -> None:
    broken = run(batch, "out.ndjson", blocks="60")
    assert broken.returncode in {2, 4}
    assert os.strerror(errno.EFBIG) in broken.stderr
    assert "Traceback" not in broken.stderr
    assert run(batch, "out.ndjson", "--resume").returncode == 0
    assert (batch / "out.ndjson").read_bytes() == (batch / "right.ndjson").read_bytes()


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_a_disk_that_is_full_or_read_only(batch: Path, how: str) -> None:
    """A small one of our own, where we may mount one; elsewhere a counted skip."""
    disk = batch / how
    disk.mkdir()
    option = "size=64k" if how == "full" else "ro"
    mounted = subprocess.run(
        [program("mount"), "-t", "tmpfs", "-o", option, "none", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("only root may mount a disk")
    try:
        broken = run(batch, f"{how}/out.ndjson")
        why = errno.ENOSPC if how == "full" else errno.EROFS
        assert broken.returncode in {2, 4}
        assert os.strerror(why) in broken.stderr
        assert "Traceback" not in broken.stderr
        subprocess.run([program("mount"), "-o", "remount,rw,size=64m", str(disk)], check=True)
        again = ["--resume"] if how == "full" else []
        assert run(batch, f"{how}/out.ndjson", *again).returncode == 0
        assert (disk / "out.ndjson").read_bytes() == (batch / "right.ndjson").read_bytes()
    finally:
        subprocess.run([program("umount"), str(disk)], check=True)
