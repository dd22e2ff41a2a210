"""Servers in processes of their own on the loopback: start, CPU time, memory, end."""

import collections
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import grpc

from benchmark.figures import NotMeasured
from benchmark.http2 import PATH, PATIENCE_SECONDS

TESTS = str(Path(__file__).parents[1])
SERVE = ("-c", "from lems_guard.cli.main import main; main()", "serve")
CPU_CLOCK_OF_PROCESS = 2  # Linux: CPUCLOCK_SCHED, in the low bits of a process's clock id
LENGTH_BYTES = 4


class Server(NamedTuple):
    """A running server: its process, and where its gRPC port and, if it has one, HTTP port are."""

    process: subprocess.Popen[str]
    port: int
    http_port: int

    def cpu_seconds(self) -> float:
        """The CPU time of all its threads, ended ones too, to the nanosecond."""
        return time.clock_gettime(~self.process.pid << 3 | CPU_CLOCK_OF_PROCESS)

    def rss_mb(self) -> float:
        """The memory that it holds now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def channel(self) -> grpc.Channel:
        """An ordinary client's connection."""
        return grpc.insecure_channel(f"127.0.0.1:{self.port}")


def ask(channel: grpc.Channel, body: bytes) -> bytes:
    """The serialised reply to a serialised check; raises `grpc.RpcError`."""
    call: Any = channel.unary_unary(PATH.decode())
    reply: bytes = call(body, timeout=PATIENCE_SECONDS)
    return reply


@contextlib.contextmanager
def service(*program: str, **settings: str) -> Iterator[Server]:
    """`lems-guard serve` on free ports, from the moment that it serves."""
    ports = {"GRPC_LISTEN": "127.0.0.1:0", "HTTP_LISTEN": "127.0.0.1:0"}
    ours = {f"LEMS_GUARD_{name}": value for name, value in (ports | settings).items()}
    with running(program or SERVE, **ours) as server:
        yield server


@contextlib.contextmanager
def echo(replies: list[bytes]) -> Iterator[Server]:
    """The bare echo, which returns these replies in turn."""
    with messages_file(replies) as path, running(("-m", "benchmark.echo", path)) as server:
        yield server


@contextlib.contextmanager
def messages_file(messages: Sequence[bytes]) -> Iterator[str]:
    """A file of messages, for another process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "messages")
        path.write_bytes(b"".join(len(each).to_bytes(LENGTH_BYTES) + each for each in messages))
        yield str(path)


def read_messages(path: str) -> list[bytes]:
    """The messages in a file."""
    content, place, found = Path(path).read_bytes(), 0, []
    while place < len(content):
        begin = place + LENGTH_BYTES
        place = begin + int.from_bytes(content[place:begin])
        found.append(content[begin:place])
    return found


@contextlib.contextmanager
def running(program: Sequence[str], **settings: str) -> Iterator[Server]:
    """A Python program that says "serving" on standard error, and on which ports."""
    environment = os.environ | {"PYTHONPATH": TESTS} | settings
    with subprocess.Popen(
        [sys.executable, *program], stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            ports = _announced_ports(process)
            # An unread pipe would fill with the service's log, and the service would wait for it.
            threading.Thread(target=collections.deque, args=(process.stderr, 0)).start()
            yield Server(process, *ports)
        finally:
            process.kill()


def _announced_ports(process: subprocess.Popen[str]) -> tuple[int, int]:
    assert process.stderr is not None  # it is a pipe
    said = []
    for line in process.stderr:
        said.append(line)
        event = _event(line)
        if event.get("event") == "serving":
            return _port(event["grpc"]), _port(event.get("http", ":0"))
    raise NotMeasured("".join(said[-5:]).strip() or "a server said nothing")


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])


def _event(line: str) -> dict[str, str]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
