"""Redis late, killed, restarted, hung, full, read-only, slow: same answers, and nobody waits long.

How long nobody waits is told by counts, not by clocks: each lookup waits 20 ms at most, and after
three that failed no call goes to Redis at all.
"""

import asyncio
import contextlib
import socket
import threading
import time
import weakref
from collections.abc import Iterator

from lems_guard.editions.library import Edition
from lems_guard.store.store import MOST_WRITES_WAITING
from redis_servers import Server, alone, free_port, replica_of, running
from replicas import Replica, eventually


def test_redis_comes_late(edition: Edition) -> None:
    server = Server()

    async def told() -> None:
        async with Replica(edition, server.url).running(in_use=False) as replica:
            assert set(await replica.ask_many(0, 20)) == {"evaluated"}
            assert replica.lookups()["open"] == 20
            await asyncio.to_thread(server.start)
            await replica.in_use()
            await replica.remembers(0, 1)

    with contextlib.closing(server):
        asyncio.run(told())


def test_redis_is_killed_and_comes_back(edition: Edition) -> None:
    async def told(server: Server) -> None:
        async with Replica(edition, server.url).running() as replica:
            await replica.remembers(0, 3)
            server.kill()
            await replica.goes_on_without(0, 50)
            await asyncio.to_thread(server.start)
            await replica.in_use()
            await replica.remembers(0, 1)

    with alone() as server:
        asyncio.run(told(server))


def test_redis_hangs_and_goes_on(edition: Edition) -> None:
    async def told(server: Server) -> None:
        async with Replica(edition, server.url).running() as replica:
            await replica.remembers(0, 30)
            server.hang()
            await replica.goes_on_without(0, 50)
            server.go_on()
            await replica.in_use()
            # What Redis says belatedly is no answer to what is asked now: `ask` compares.
            await replica.remembers(0, 30)
            assert replica.lookups()["corrupt"] == 0

    with alone() as server:
        asyncio.run(told(server))


def test_many_calls_at_once_wait_no_longer_than_one(edition: Edition) -> None:
    async def told(server: Server) -> None:
        async with Replica(edition, server.url).running() as replica:
            server.hang()
            asked = [replica.ask_many(each, 1) for each in range(200)]
            assert await asyncio.gather(*asked) == [["evaluated"]] * 200
            assert not replica.store.is_open_to_calls
            server.go_on()

    with alone() as server:
        asyncio.run(told(server))


def test_what_cannot_be_written_is_dropped_and_counted(edition: Edition) -> None:
    """However much comes while Redis hangs, no more than the queue holds stays in memory."""
    written = 3 * MOST_WRITES_WAITING

    async def told(server: Server) -> None:
        async with Replica(edition, server.url).running() as replica:
            server.hang()
            names = [f"lems-guard:1::test:{number}" for number in range(written)]
            contents = [Content() for _ in names]
            for name, content in zip(names, contents, strict=True):
                replica.store.put(name, content, 600)
            assert replica.queue() == MOST_WRITES_WAITING
            assert replica.writes()["dropped"] == written - MOST_WRITES_WAITING
            kept = weakref.WeakSet(contents)
            del contents, content
            assert len(kept) == MOST_WRITES_WAITING
            # Nobody waits for ever either: the breaker opens, and the rest is given up.
            await eventually(lambda: replica.writes()["failed"] == MOST_WRITES_WAITING)
            assert not replica.store.is_open_to_calls
            replica.store.put("lems-guard:1::test:late", Content(), 600)
            assert replica.writes()["dropped"] == written - MOST_WRITES_WAITING + 1
            assert (replica.queue(), len(kept)) == (0, 0)
            server.go_on()
            await replica.in_use()
            await replica.remembers(0, 1)

    with alone() as server:
        asyncio.run(told(server))


class Content:
    """What is to be written, worked out when its turn comes."""

    def __call__(self) -> bytes:
        return b"content"


def test_redis_is_full(edition: Edition) -> None:
    async def told(server: Server) -> None:
        async with Replica(edition, server.url).running() as replica:
            assert set(await replica.ask_many(0, 20)) == {"evaluated"}
            await replica.settled()
            assert replica.writes() == {"stored": 0, "failed": 20, "dropped": 0}
            assert replica.store.is_open_to_calls

    with alone("--maxmemory", "1", "--maxmemory-policy", "noeviction") as server:
        asyncio.run(told(server))


def test_redis_is_a_read_only_replica(edition: Edition) -> None:
    async def told(master: Server, copy: Server) -> None:
        async with Replica(edition, master.url).running() as replica:
            await replica.remembers(0, 5)
            await eventually(lambda: copy.entries() == master.entries())
        async with Replica(edition, copy.url).running() as replica:
            await replica.remembers(0, 5)
            assert set(await replica.ask_many(5, 5)) == {"evaluated"}
            await replica.settled()
            assert replica.writes()["stored"] == 0
            assert replica.writes()["failed"] >= 5

    with alone("--repl-diskless-sync-delay", "0") as master, replica_of(master) as copy:
        asyncio.run(told(master, copy))


class SlowNetwork:
    """A way to a server on which everything takes a while longer."""

    def __init__(self, port: int) -> None:
        self.delay_seconds = 0.0
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listening.getsockname()[1]}/0"

    @contextlib.contextmanager
    def open(self) -> Iterator["SlowNetwork"]:
        threading.Thread(target=self._serve, daemon=True).start()
        try:
            yield self
        finally:
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := one.recv(65536):
                time.sleep(self.delay_seconds / 2)
                other.sendall(chunk)
        # The other direction's thread may still be reading: only it may close what it reads.
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        one.close()


def test_the_network_becomes_slow(edition: Edition) -> None:
    async def told(network: SlowNetwork) -> None:
        async with Replica(edition, network.url).running() as replica:
            await replica.remembers(0, 5)
            network.delay_seconds = 0.1
            await replica.goes_on_without(0, 50)
            network.delay_seconds = 0
            await replica.in_use()
            await replica.remembers(0, 5)
            assert replica.lookups()["corrupt"] == 0

    with alone() as server, SlowNetwork(server.port).open() as network:
        asyncio.run(told(network))


def test_what_answers_is_no_redis(edition: Edition) -> None:
    async def told(url: str) -> None:
        async with Replica(edition, url).running(in_use=False) as replica:
            assert set(await replica.ask_many(0, 20)) == {"evaluated"}
            await asyncio.sleep(0.8)
            assert not replica.store.is_open_to_calls

    def babble(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=babble, args=(listening,), daemon=True).start()
        asyncio.run(told(f"redis://127.0.0.1:{listening.getsockname()[1]}/0"))
        listening.shutdown(socket.SHUT_RDWR)


def test_nobody_listens_where_redis_should_be(edition: Edition) -> None:
    async def told() -> None:
        url = f"redis://127.0.0.1:{free_port()}/0"
        async with Replica(edition, url).running(in_use=False) as replica:
            assert set(await replica.ask_many(0, 20)) == {"evaluated"}
            assert replica.waited_in_vain() == 0

    asyncio.run(told())


def test_a_unix_socket_serves_too(edition: Edition) -> None:
    async def told(url: str) -> None:
        async with Replica(edition, url).running() as replica:
            await replica.remembers(0, 1)

    server = Server()
    server.options += ["--unixsocket", f"{server.folder}/redis.sock"]
    with running(server):
        asyncio.run(told(f"unix://{server.folder}/redis.sock?db=0"))
