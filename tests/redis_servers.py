"""Real Redis servers for tests: alone, with TLS, under a Sentinel, as a Cluster. Never a mock."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import system_programs
import waiting

SLOTS = 16384


def program() -> str:
    """The redis-server on PATH; without one the tests are skipped, and counted."""
    return system_programs.program("redis-server")


def speaks_tls() -> bool:
    """Whether this redis-server was built with TLS, and openssl is there to make certificates."""
    return b"libssl" in Path(program()).read_bytes() and shutil.which("openssl") is not None


def require_tls() -> None:
    """Skip where a program is missing; where everything was installed, its absence is a fault."""
    if not speaks_tls():
        assert os.environ.get("CI") != "true", "redis-server with TLS and openssl must be installed"
        pytest.skip("needs a redis-server with TLS, and openssl")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def until(holds: Callable[[], object]) -> None:
    """Wait for something to become true; a connection that fails is not yet true."""

    def holds_by_now() -> bool:
        with contextlib.suppress(redis.RedisError, OSError):
            return bool(holds())
        return False

    waiting.until(holds_by_now)


class Server:
    """One redis-server process on the loopback, which may be started again on the same port."""

    def __init__(self, *options: str, port: int | None = None, **connection: Any) -> None:  # noqa: ANN401
        self.port = port or free_port()
        self.folder = tempfile.mkdtemp(prefix="lems-guard-redis-")
        self.options = ["--port", str(self.port), *options]
        self.client: Any = redis.Redis(
            port=self.port, socket_timeout=5, retry=Retry(NoBackoff(), 0), **connection
        )
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, *more: str) -> "Server":
        command = [program(), *more, "--bind", "127.0.0.1", "--save", "", "--dir", self.folder]
        self.process = subprocess.Popen([*command, *self.options], stdout=subprocess.DEVNULL)
        until(self.client.ping)
        return self

    def signalled(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def hang(self) -> None:
        self.signalled(signal.SIGSTOP)

    def go_on(self) -> None:
        self.signalled(signal.SIGCONT)

    def close(self) -> None:
        self.kill()
        self.client.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def entries(self, kind: str = "*") -> dict[bytes, bytes]:
        """Everything of a kind that is stored, by key."""
        found = self.client.scan_iter(f"lems-guard:*:{kind}:*", count=1000)
        return {key: self.client.get(key) for key in found}


@contextlib.contextmanager
def running(*servers: Server) -> Iterator[None]:
    """Start servers; end them whatever happens."""
    try:
        for server in servers:
            server.start()
        yield
    finally:
        for server in servers:
            server.close()


@contextlib.contextmanager
def alone(*options: str) -> Iterator[Server]:
    """A server by itself."""
    server = Server(*options)
    with running(server):
        yield server


@contextlib.contextmanager
def replica_of(master: Server) -> Iterator[Server]:
    """A read-only replica that is in step."""
    replica = Server("--replicaof", "127.0.0.1", str(master.port))
    with running(replica):
        until(lambda: replica.client.info("replication")["master_link_status"] == "up")
        yield replica


SENTINEL = """
port {port}
bind 127.0.0.1
dir {folder}
sentinel monitor guarded 127.0.0.1 {master} 1
sentinel down-after-milliseconds guarded 300
sentinel failover-timeout guarded 3000
sentinel parallel-syncs guarded 1
"""


@contextlib.contextmanager
def sentinel_for(master: Server) -> Iterator[Server]:
    """One Sentinel, which alone is a quorum and calls the group `guarded`."""
    sentinel = Server()
    path = Path(sentinel.folder, "sentinel.conf")
    path.write_text(
        SENTINEL.format(port=sentinel.port, folder=sentinel.folder, master=master.port), "utf-8"
    )
    try:
        sentinel.options = []
        sentinel.process = subprocess.Popen(
            [program(), str(path), "--sentinel"], stdout=subprocess.DEVNULL
        )
        until(lambda: master_port(sentinel) == master.port)
        yield sentinel
    finally:
        sentinel.close()


def master_port(sentinel: Server) -> int:
    """The port of the group's master, as the Sentinel knows it."""
    _, port = sentinel.client.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "guarded")
    return int(port)


def replicas_known(sentinel: Server) -> int:
    return len(sentinel.client.execute_command("SENTINEL", "REPLICAS", "guarded"))


@contextlib.contextmanager
def cluster(size: int = 3) -> Iterator[list[Server]]:
    """A Cluster of masters that share the slots evenly."""
    # A Cluster that lost a node still serves what the others hold.
    options = ("--cluster-enabled", "yes", "--cluster-require-full-coverage", "no")
    timeout = ("--cluster-node-timeout", "2000")
    nodes = [Server(*options, *timeout) for _ in range(size)]
    with running(*nodes):
        for number, node in enumerate(nodes):
            first, last = SLOTS * number // size, SLOTS * (number + 1) // size
            node.client.execute_command("CLUSTER", "ADDSLOTS", *range(first, last))
            node.client.execute_command("CLUSTER", "MEET", "127.0.0.1", nodes[0].port)
        until(lambda: all(is_whole(node, size) for node in nodes))
        yield nodes


def is_whole(node: Server, size: int) -> bool:
    told = node.client.execute_command("CLUSTER", "INFO")
    return b"cluster_state:ok" in told and b"cluster_known_nodes:%d" % size in told


def move_slot(slot: int, source: Server, target: Server, others: Sequence[Server]) -> None:
    """Move a slot with its keys from one node to another, as an operator's tool does."""
    ids = {node: node.client.execute_command("CLUSTER", "MYID") for node in (source, target)}
    setslot = ("CLUSTER", "SETSLOT", slot)
    target.client.execute_command(*setslot, "IMPORTING", ids[source])
    source.client.execute_command(*setslot, "MIGRATING", ids[target])
    for key in source.client.execute_command("CLUSTER", "GETKEYSINSLOT", slot, 1000):
        source.client.execute_command("MIGRATE", "127.0.0.1", target.port, key, 0, 5000)
    for node in (target, source, *others):
        node.client.execute_command(*setslot, "NODE", ids[target])


def certificates(folder: Path) -> dict[str, Path]:
    """A certificate authority of our own, and what it signed for a server and for a client."""
    paths = {name: folder / name for name in ("ca.key", "ca.crt")}
    make_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    openssl = ("openssl", "req", "-x509", *make_key)
    ca = ("-keyout", str(paths["ca.key"]), "-out", str(paths["ca.crt"]))
    # What Python 3.13 and newer ask of an authority by default.
    uses = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    quiet(*openssl, *ca, *uses, "-subj", "/CN=test authority")
    for name in ("server", "client"):
        paths |= {f"{name}.{kind}": folder / f"{name}.{kind}" for kind in ("key", "crt")}
        quiet(
            *openssl, "-CA", str(paths["ca.crt"]), "-CAkey", str(paths["ca.key"]),
            "-keyout", str(paths[f"{name}.key"]), "-out", str(paths[f"{name}.crt"]),
            "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
            "-addext", "basicConstraints=critical,CA:false",
        )  # fmt: skip
    return paths


def quiet(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
