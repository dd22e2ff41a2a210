"""Redis late, killed, restarted, hung, full, read-only, slow: same answers, and nobody waits long.

How long nobody waits is told by counts, not by clocks: each lookup waits 20 ms at most, and after
three that failed no call goes to Redis at all.
"""

import contextlib
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis.connection import DefaultParser

from lems_guard.editions.library import Edition
from lems_guard.store.store import FAILURES_TO_OPEN, MOST_WRITES_WAITING
from redis_servers import Server, alone, free_port, replica_of, running
from replicas import Replica
from waiting import until


def test_redis_comes_late(edition: Edition) -> None:
    server = Server()
    with (
        contextlib.closing(server),
        Replica(edition, server.url).running(in_use=False) as replica,
    ):
        assert set(replica.ask_many(0, 20)) == {"evaluated"}
        assert replica.lookups()["open"] == 20
        server.start()
        replica.in_use()
        replica.remembers(0, 1)


def test_redis_is_killed_and_comes_back(edition: Edition) -> None:
    with alone() as server, Replica(edition, server.url).running() as replica:
        replica.remembers(0, 3)
        server.kill()
        replica.goes_on_without(0, 50)
        server.start()
        replica.in_use()
        replica.remembers(0, 1)


def test_redis_hangs_and_goes_on(edition: Edition) -> None:
    with alone() as server, Replica(edition, server.url).running() as replica:
        replica.remembers(0, 30)
        server.hang()
        replica.goes_on_without(0, 50)
        server.go_on()
        replica.in_use()
        # What Redis says belatedly is no answer to what is asked now: `ask` compares.
        replica.remembers(0, 30)
        assert replica.lookups()["corrupt"] == 0


def test_many_calls_at_once_wait_no_longer_than_one(edition: Edition) -> None:
    callers = 40
    with (
        alone() as server,
        Replica(edition, server.url).running() as replica,
        ThreadPoolExecutor(callers) as threads,
    ):
        server.hang()
        asked = list(threads.map(lambda each: replica.ask_many(each, 5), range(callers)))
        assert asked == [["evaluated"] * 5] * callers
        assert not replica.store.is_in_use
        # Each of the callers was on its way at most once more than it takes to find out.
        assert replica.waited_in_vain() <= callers + FAILURES_TO_OPEN
        server.go_on()


def test_what_cannot_be_written_is_dropped_and_counted(edition: Edition) -> None:
    """However much comes while Redis hangs, no more than the queue holds stays in memory."""
    written = 3 * MOST_WRITES_WAITING
    with alone() as server, Replica(edition, server.url).running() as replica:
        server.hang()
        for number in range(written):
            replica.store.put(f"lems-guard:test:{number}", b"content", 600)
        # One may be under way besides those that wait.
        assert replica.queue() <= MOST_WRITES_WAITING
        assert replica.writes()["dropped"] >= written - MOST_WRITES_WAITING - FAILURES_TO_OPEN
        # Nobody waits for ever either: the breaker opens, and the rest is given up.
        until(lambda: sum(replica.writes().values()) == written)
        assert (replica.queue(), replica.writes()["stored"]) == (0, 0)
        until(lambda: not replica.store.is_in_use)
        before = replica.writes()["dropped"]
        replica.store.put("lems-guard:test:late", b"content", 600)
        assert replica.writes()["dropped"] == before + 1
        server.go_on()
        replica.in_use()
        replica.remembers(0, 1)


def test_redis_is_full(edition: Edition) -> None:
    full = alone("--maxmemory", "1", "--maxmemory-policy", "noeviction")
    with full as server, Replica(edition, server.url).running() as replica:
        assert set(replica.ask_many(0, 20)) == {"evaluated"}
        until(lambda: replica.writes()["failed"] > 0)
        replica.settled()
        assert replica.writes()["stored"] == 0


def test_redis_is_a_read_only_replica(edition: Edition) -> None:
    with alone("--repl-diskless-sync-delay", "0") as master, replica_of(master) as copy:
        with Replica(edition, master.url).running() as replica:
            replica.remembers(0, 5)
            until(lambda: copy.entries() == master.entries())
        with Replica(edition, copy.url).running() as replica:
            replica.remembers(0, 5)
            assert set(replica.ask_many(5, 5)) == {"evaluated"}
            until(lambda: replica.writes()["failed"] > 0)
            assert replica.writes()["stored"] == 0


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
    with (
        alone() as server,
        SlowNetwork(server.port).open() as network,
        Replica(edition, network.url).running() as replica,
    ):
        replica.remembers(0, 5)
        network.delay_seconds = 0.1
        replica.goes_on_without(0, 50)
        network.delay_seconds = 0
        replica.in_use()
        replica.remembers(0, 5)
        assert replica.lookups()["corrupt"] == 0


@contextlib.contextmanager
def pretender(speak: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[None]]]:
    """What listens where Redis should be, and who has called there."""
    called: list[None] = []

    def serve(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                called.append(None)
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

    def talk(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            speak(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0", called
        listening.shutdown(socket.SHUT_RDWR)


def test_what_answers_is_no_redis(edition: Edition) -> None:
    def babble(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with (
        pretender(babble) as (url, called),
        Replica(edition, url).running(in_use=False) as replica,
    ):
        until(lambda: len(called) >= 2)
        replica.goes_on_without(0, 20)
        assert not replica.store.is_in_use


def test_a_redis_that_dribbles_is_not_waited_for(edition: Edition) -> None:
    """Each byte comes within the time for a read, all of them never do: nobody waits for it."""
    is_dribbling = threading.Event()

    def dribble(connection: socket.socket) -> None:
        while connection.recv(65536):
            connection.sendall(b"$-1\r\n" if not is_dribbling.is_set() else b"$9999\r\n")
            while is_dribbling.is_set():
                connection.sendall(b"x")
                time.sleep(0.005)

    with pretender(dribble) as (url, _), Replica(edition, url).running() as replica:
        is_dribbling.set()
        replica.goes_on_without(0, 50)
        until(lambda: not replica.store.is_in_use)
        is_dribbling.clear()


@pytest.mark.parametrize(
    ("lie", "why"),
    [
        (b"*2147483647\r\n", "a list that would fill 16 GB, of which nothing comes"),
        (b"%2147483647\r\n", "the same of a map"),
        (b"~2147483647\r\n", "the same of a set"),
        (b"$2147483647\r\n", "words of 2 GB, of which nothing comes"),
        (b"*1\r\n" * 5000, "lists within lists, deeper than any parser goes down"),
        (b":many\r\n", "a number that is none"),
        (b"$-7\r\n", "words shorter than none"),
    ],
)
def test_a_reply_that_lies_holds_nobody_up(edition: Edition, lie: bytes, why: str) -> None:
    is_lying = threading.Event()

    def speak(connection: socket.socket) -> None:
        while connection.recv(65536):
            connection.sendall(lie if is_lying.is_set() else b"$-1\r\n")

    with pretender(speak) as (url, _), Replica(edition, url).running() as replica:
        before = peak_kilobytes()
        is_lying.set()
        replica.goes_on_without(0, 50)
        until(lambda: not replica.store.is_in_use)
        assert peak_kilobytes() - before < 200_000, why
        is_lying.clear()


def peak_kilobytes() -> int:
    """The most memory that this process has ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_replies_are_parsed_without_hiredis() -> None:
    """It takes a reply's length at its word, and is used wherever it is installed."""
    assert "Hiredis" not in DefaultParser.__name__


def test_nobody_listens_where_redis_should_be(edition: Edition) -> None:
    url = f"redis://127.0.0.1:{free_port()}/0"
    with Replica(edition, url).running(in_use=False) as replica:
        assert set(replica.ask_many(0, 20)) == {"evaluated"}
        assert replica.waited_in_vain() == 0


def test_a_unix_socket_serves_too(edition: Edition) -> None:
    server = Server()
    server.options += ["--unixsocket", f"{server.folder}/redis.sock"]
    url = f"unix://{server.folder}/redis.sock?db=0"
    with running(server), Replica(edition, url).running() as replica:
        replica.remembers(0, 1)


def test_the_end_does_not_wait_for_a_redis_that_hangs(edition: Edition) -> None:
    def ours() -> list[str]:
        return [each.name for each in threading.enumerate() if each.name.startswith("redis-")]

    with alone() as server:
        with Replica(edition, server.url).running() as replica:
            assert len(ours()) == 4
            server.hang()
            replica.ask_many(0, 5)
        until(lambda: not ours())
        assert set(replica.ask_many(0, 5)) == {"evaluated"}
        server.go_on()
