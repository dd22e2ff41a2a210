"""Searched names: what one replica found, another fetches, and no answer changes by it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from lems_guard.caching.cost import Policy
from lems_guard.caching.seal import Seal, encode
from lems_guard.caching.searched_names import LONGEST_TEXT
from lems_guard.clinical.errors import InvalidRequest
from lems_guard.library import Edition
from lems_guard.v1 import prescription_pb2 as wire
from redis_servers import Server, alone, cluster
from replicas import SECRET, Replica

SLIPS = ("Zithromx", "metropolol", "Toprl XL", "amifampridene", "frusemidee", "no such drug")


def written(*texts: str) -> bytes:
    orders = [wire.Medication(id=f"o{place}", text=text) for place, text in enumerate(texts)]
    return wire.CheckPrescriptionRequest(active=orders).SerializeToString()


@contextlib.asynccontextmanager
async def replicas(
    edition: Edition, url: str, policy: Policy = Policy.ALWAYS
) -> AsyncIterator[tuple[Replica, Replica]]:
    one, other = (Replica(edition, url, names=policy) for _ in range(2))
    async with one.running(), other.running():
        yield one, other


async def shared(one: Replica, other: Replica, *texts: str) -> None:
    """The first replica searches; the second, which never did, has nothing to search."""
    await one.ask(written(*texts))
    assert sorted(one.searched) == sorted(texts)
    await one.settled()
    await other.ask(written(*texts))
    assert other.searched == []
    assert other.lookups("names")["hit"] == len(texts)


def test_the_second_replica_reads_instead_of_searching(edition: Edition, server: Server) -> None:
    async def told() -> None:
        server.client.flushall()
        async with replicas(edition, server.url) as (one, other):
            before = server.client.info("commandstats").get("cmdstat_mget", {}).get("calls", 0)
            await shared(one, other, *SLIPS)
            after = server.client.info("commandstats")["cmdstat_mget"]["calls"]
            assert after - before == 2  # one journey each, however many the names
            await other.ask(written(*SLIPS, "metoprolol"))
            assert sum(other.lookups("names").values()) == len(SLIPS)  # and known from then on

    asyncio.run(told())


def test_in_a_cluster_every_name_comes_from_its_own_node(edition: Edition) -> None:
    async def told(nodes: list[Server]) -> None:
        url = f"redis+cluster://127.0.0.1:{nodes[0].port}"
        async with replicas(edition, url) as (one, other):
            await shared(one, other, *(f"Zithromx {number} mg" for number in range(30)))
            assert all(node.entries("name") for node in nodes)

    with cluster() as nodes:
        asyncio.run(told(nodes))


@pytest.mark.parametrize(
    ("read_seconds", "result", "reason"),
    [
        (10.0, "skipped", "a far Redis is slower than any search"),
        (-1.0, "miss", "one that takes no time is worth asking about every name"),
    ],
)
def test_auto_asks_where_it_pays(
    edition: Edition, server: Server, read_seconds: float, result: str, reason: str
) -> None:
    async def told() -> None:
        server.client.flushall()
        async with Replica(edition, server.url, names=Policy.AUTO).running() as replica:
            await replica.ask(written("a first", "search"))  # from which on their cost is known
            before = replica.lookups("names")[result]
            replica.store.read_seconds = read_seconds
            await replica.ask(written(*SLIPS))
            assert replica.lookups("names")[result] - before == len(SLIPS), reason

    asyncio.run(told())


def test_without_redis_names_are_searched_and_counted(edition: Edition) -> None:
    async def told(server: Server) -> None:
        async with Replica(edition, server.url).running() as replica:
            server.kill()
            for number in range(8):
                await replica.ask(written(f"Zithromx {number} mg"))
            assert len(replica.searched) == 8
            assert not replica.store.is_open_to_calls
            done = replica.lookups("names")
            assert done["timeout"] + done["error"] + done["open"] == 8

    with alone() as server:
        asyncio.run(told(server))


FORGERIES: dict[str, Callable[[str, bytes], bytes]] = {
    "another name's": lambda _name, other: other,
    "sealed by another": lambda name, _: Seal(b"another secret, long enough").close(
        name, encode(("metoprolol",))
    ),
    "ours, and no names": lambda name, _: Seal(SECRET).close(name, encode(7)),
    "cut short": lambda _name, other: other[:-1],
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_suggestion_is_refused(
    edition: Edition, server: Server, forgery: Callable[[str, bytes], bytes]
) -> None:
    async def told() -> None:
        server.client.flushall()
        async with replicas(edition, server.url) as (one, other):
            await one.ask(written("Zithromx"))
            await one.settled()
            [name] = server.entries("name")
            await one.ask(written("metropolol"))
            await one.settled()
            [value] = [each for key, each in server.entries("name").items() if key != name]
            server.client.set(name, forgery(name.decode(), value))
            await other.ask(written("Zithromx"))  # which compares with a fresh answer
            assert other.lookups("names")["corrupt"] == 1
            assert other.searched == ["Zithromx"]

    asyncio.run(told())


def test_whoever_needs_a_name_at_the_same_moment_shares_one_journey(
    edition: Edition, server: Server
) -> None:
    async def told() -> None:
        server.client.flushall()
        async with Replica(edition, server.url).running() as replica:
            raws = [written("Zithromx", f"slip {letter}") for letter in "abcdefgh"]
            await asyncio.gather(*[replica.ask(raw) for raw in raws])
            assert sum(replica.lookups("names").values()) == 9
            assert replica.searched.count("Zithromx") == 1

    asyncio.run(told())


def test_what_is_amiss_is_said_as_if_there_were_no_redis(edition: Edition, server: Server) -> None:
    async def told() -> None:
        async with Replica(edition, server.url).running() as replica:
            request = wire.CheckPrescriptionRequest.FromString(written("Zithromx amiss", "b"))
            request.active[1].dose.value = -1
            raw = request.SerializeToString()
            with pytest.raises(InvalidRequest) as refused:
                await replica.answers.answer(raw)
            with pytest.raises(InvalidRequest) as fresh:
                replica.fresh.answer(raw)
            assert refused.value.violations == fresh.value.violations

    asyncio.run(told())


def test_a_text_too_long_for_a_name_never_leaves(edition: Edition, server: Server) -> None:
    async def told() -> None:
        server.client.flushall()
        async with Replica(edition, server.url).running() as replica:
            await replica.ask(written("x" * (LONGEST_TEXT + 1)))
            await replica.settled()
            assert not server.entries("name")

    asyncio.run(told())
