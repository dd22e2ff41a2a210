"""Servers in processes of their own on the loopback: start, CPU time, memory, end."""

import collections
import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

SERVE = "from lems_guard.cli.main import main; main()"
ANY_PORT = "127.0.0.1:0"
PATIENCE_SECONDS = 60
CPU_CLOCK_OF_PROCESS = 2  # Linux: CPUCLOCK_SCHED, in the low bits of a process's clock id


class Server(NamedTuple):
    """A running server: its process, and where its gRPC port and, if it has one, HTTP port are."""

    process: subprocess.Popen[str]
    port: int
    http_port: int = 0

    def cpu_seconds(self) -> float:
        """The CPU time of all its threads, ended ones too, to the nanosecond."""
        return time.clock_gettime(~self.process.pid << 3 | CPU_CLOCK_OF_PROCESS)

    def rss_mb(self) -> float:
        """The memory that it holds now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


class NotServing(RuntimeError):
    """A server ended, or said nothing, before it served."""


@contextlib.contextmanager
def service(rules: Path, *more: str) -> Iterator[Server]:
    """`lems-guard serve` on free ports, with `more` settings, from the moment that it serves."""
    settings = (
        f"LEMS_GUARD_RULES={rules}",
        f"LEMS_GUARD_GRPC_LISTEN={ANY_PORT}",
        f"LEMS_GUARD_HTTP_LISTEN={ANY_PORT}",
        *more,
    )
    with _running(["env", *settings, sys.executable, "-c", SERVE, "serve"]) as server:
        yield server


@contextlib.contextmanager
def echo(replies: Path) -> Iterator[Server]:
    """The bare echo, which returns the replies in a file in turn."""
    with _running([sys.executable, "-m", "lems_guard.bench.echo", str(replies)]) as server:
        yield server


@contextlib.contextmanager
def _running(command: list[str]) -> Iterator[Server]:
    with subprocess.Popen(  # noqa: S603  # our own programs, by their full path
        command, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            ports = _announced_ports(process)
            # An unread pipe would fill with the service's log, and the service would wait for it.
            threading.Thread(target=collections.deque, args=(process.stderr, 0)).start()
            yield Server(process, *ports)
        finally:
            process.kill()


def _announced_ports(process: subprocess.Popen[str]) -> tuple[int, int]:
    """The ports in the log line that says "serving", gRPC first."""
    assert process.stderr is not None  # noqa: S101  # it is a pipe: see `_running`
    said = []
    for line in process.stderr:
        said.append(line)
        event = _event(line)
        if event.get("event") == "serving":
            return _port(event["grpc"]), _port(event.get("http", ":0"))
    raise NotServing("".join(said[-5:]).strip() or "it said nothing")


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])


def _event(line: str) -> dict[str, str]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def seconds_to_serving(rules: Path) -> float:
    """How long a start takes: from the spawn to SERVING from the health service."""
    begun = time.perf_counter()
    with service(rules) as server:
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            health: Any = health_pb2_grpc.HealthStub(channel)
            request = health_pb2.HealthCheckRequest()
            answer = health.Check(request, timeout=PATIENCE_SECONDS, wait_for_ready=True)
        if answer.status != health_pb2.HealthCheckResponse.SERVING:
            raise NotServing("its health is not SERVING")
        return time.perf_counter() - begun
