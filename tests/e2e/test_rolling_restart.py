"""Two processes behind one port (SO_REUSEPORT) are replaced one by one under load."""

import contextlib
import signal
import socket
from collections.abc import Iterator

import grpc
import pytest

from running import start, stop
from steady_load import steady_load
from waiting import PATIENCE


@pytest.fixture
def port() -> Iterator[int]:
    """A free port, held until the end so that nobody else is given it."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))  # bound, not listening: it gets no connection
        yield int(holder.getsockname()[1])


class Pair:
    """Two replicas at one port."""

    def __init__(self, port: int, **settings: str) -> None:
        self._settings = settings | {
            "LEMS_GUARD_GRPC_LISTEN": f"127.0.0.1:{port}",
            "LEMS_GUARD_SHARE_PORT": "on",
        }
        self._replicas = [start(**self._settings), start(**self._settings)]

    def replace_one(self) -> None:
        """Start a replica, and have the eldest drained."""
        self._replicas.append(start(**self._settings))
        eldest = self._replicas.pop(0)
        try:
            eldest.process.send_signal(signal.SIGTERM)
            assert eldest.process.wait(PATIENCE) == 0
        finally:
            stop(eldest)

    def stop(self) -> None:
        for each in self._replicas:
            stop(each)


@contextlib.contextmanager
def pair(port: int, **settings: str) -> Iterator[Pair]:
    running = Pair(port, **settings)
    try:
        yield running
    finally:
        running.stop()


def test_connections_that_grow_old_lose_no_call(port: int) -> None:
    """A plain client, which sends nothing again."""
    with (
        pair(port, LEMS_GUARD_CONNECTION_SECONDS="1") as replicas,
        steady_load(f"127.0.0.1:{port}", clients=6) as load,
    ):
        load.wait_for(100)
        for _ in range(4):
            replicas.replace_one()
            load.wait_for(200)
    assert load.failed == []


def test_without_age_calls_are_lost_to_the_cores_cancelling_alone(port: int) -> None:
    with (
        pair(port) as replicas,
        steady_load(f"127.0.0.1:{port}", clients=6, retrying=True) as load,
    ):
        load.wait_for(100)
        for _ in range(2):
            replicas.replace_one()
            load.wait_for(200)
    # Who connects while the port changes hands may be reset by the system: nothing was sent then.
    lost = [each for each in load.failed if "Failed to connect" not in each]
    assert [each for each in lost if not each.startswith("StatusCode.CANCELLED")] == []


def test_a_port_without_connections_is_left_at_once() -> None:
    """However old connections might have grown."""
    alone = start(LEMS_GUARD_CONNECTION_SECONDS="600")
    try:
        with alone.channel() as channel:
            grpc.channel_ready_future(channel).result(PATIENCE)
        alone.process.send_signal(signal.SIGTERM)
        assert alone.process.wait(PATIENCE) == 0
    finally:
        stop(alone)
