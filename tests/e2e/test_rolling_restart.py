"""Two processes behind one port (SO_REUSEPORT) are replaced one by one under load."""

import signal
import socket
from collections.abc import Iterator

import pytest

from running import Running, start, stop
from steady_load import steady_load


@pytest.fixture
def port() -> Iterator[int]:
    """A free port, held until the end so that nobody else is given it."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))  # bound, not listening: it gets no connection
        yield int(holder.getsockname()[1])


def replica(port: int) -> Running:
    return start(LEMS_GUARD_GRPC_LISTEN=f"127.0.0.1:{port}", LEMS_GUARD_DRAIN_NOTICE_SECONDS="0.2")


def test_no_call_fails_while_every_process_is_replaced(port: int) -> None:
    replicas = [replica(port), replica(port)]
    try:
        with steady_load(f"127.0.0.1:{port}", clients=6, retrying=True) as load:
            load.wait_for(100)
            for _ in range(2):
                replicas.append(replica(port))
                leaving = replicas.pop(0)
                leaving.process.send_signal(signal.SIGTERM)
                assert leaving.process.wait(20) == 0
                stop(leaving)
                load.wait_for(200)
        assert load.failed == []
    finally:
        for each in replicas:
            stop(each)
