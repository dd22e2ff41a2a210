"""What replicas tell each other by way of a real Redis, and what they do without it."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator

from prometheus_client import CollectorRegistry

from lems_guard.sharing.in_process import Memory, card_name, outcome_name
from lems_guard.sharing.in_redis import SharedOutcomes, SharedRepeats, SharedTokens
from lems_guard.sharing.outcomes import AlertOutcome, OverrideReason, Recording, Verdict
from lems_guard.sharing.repeats import Episode
from lems_guard.sharing.tokens import Token
from lems_guard.store.clients import client_of
from lems_guard.store.seal import Seal
from lems_guard.store.store import Store
from lems_guard.telemetry.cache_metrics import CacheMetrics
from redis_servers import Server, alone
from replicas import SECRET, eventually

EPISODE = Episode("hospital", "Dr Canary", "patient 4711", "visit")
REPORT = AlertOutcome("Mrs Canary's order", "0123456789abcdef", ("rule",), Verdict.ACCEPTED)
OVERRIDE = REPORT._replace(verdict=Verdict.OVERRIDDEN, reason=OverrideReason.EMERGENCY)
TOKEN = Token("hospital", "Canary's token", 300)
NEW, REPEATED, CONFLICTING = Recording


class Sharer:
    """One replica's part in what is shared."""

    def __init__(self, url: str) -> None:
        self.used: Counter[tuple[str, str]] = Counter()
        metrics = CacheMetrics(CollectorRegistry())
        self.store = Store(client_of(url), Seal(SECRET), metrics)
        self.outcomes = SharedOutcomes(self.store, Memory(600), 600, self.count)
        self.repeats = SharedRepeats(self.store, Memory(600), 600, self.count)
        self.tokens = SharedTokens(self.store, self.count)

    def count(self, memory: str, result: str) -> None:
        self.used[memory, result] += 1

    async def in_use(self) -> None:
        await eventually(lambda: self.store.is_open_to_calls)


@contextlib.asynccontextmanager
async def sharers(url: str, *, in_use: bool = True) -> AsyncIterator[tuple[Sharer, Sharer]]:
    one, other = Sharer(url), Sharer(url)
    async with one.store.running(), other.store.running():
        for sharer in (one, other) if in_use else ():
            await sharer.in_use()
        yield one, other


def test_a_report_counts_once_whichever_replica_hears_it(server: Server) -> None:
    async def told() -> None:
        server.client.flushall()
        async with sharers(server.url) as (one, other):
            assert await one.outcomes.record(REPORT) is NEW
            assert await other.outcomes.record(REPORT) is REPEATED
            assert await other.outcomes.record(OVERRIDE) is CONFLICTING
            assert await one.outcomes.record(REPORT) is REPEATED
            both = await asyncio.gather(
                *[each.outcomes.record(OVERRIDE._replace(outcome_id="b")) for each in (one, other)]
            )
            assert sorted(both) == [NEW, REPEATED]
            assert one.used["alert_outcomes", "own"] == 0

    asyncio.run(told())


def test_a_card_shown_by_one_replica_is_known_to_the_other(server: Server) -> None:
    async def told() -> None:
        server.client.flushall()
        async with sharers(server.url) as (one, other):
            await one.repeats.remember(EPISODE, ["a", "b"])
            await eventually(lambda: server.client.dbsize() == 2)
            assert await other.repeats.shown(EPISODE, ["a", "b", "c"]) == {"a", "b"}
            assert await other.repeats.shown(EPISODE._replace(patient="x"), ["a"]) == frozenset()
            assert await one.repeats.shown(EPISODE, ["a"]) == {"a"}

    asyncio.run(told())


def test_a_forged_note_hides_no_card_and_swallows_no_report(server: Server) -> None:
    async def told() -> None:
        server.client.flushall()
        async with sharers(server.url) as (one, _):
            seal = one.store.seal
            server.client.set(card_name(seal, EPISODE, "a"), b"")
            server.client.set(outcome_name(seal, REPORT.outcome_id), b"forged")
            assert await one.repeats.shown(EPISODE, ["a"]) == frozenset()
            assert await one.outcomes.record(REPORT) is NEW

    asyncio.run(told())


def test_a_token_serves_once_whichever_replica_hears_it(server: Server) -> None:
    async def told() -> None:
        server.client.flushall()
        async with sharers(server.url) as (one, other):
            assert await one.tokens.claim(TOKEN)
            assert not await other.tokens.claim(TOKEN)
            assert await other.tokens.claim(TOKEN._replace(issuer="another"))
            names = list(server.entries())
            assert min(map(server.client.pttl, names)) >= TOKEN.seconds * 1000
            for name in names:
                server.client.set(name, b"forged")
            assert await one.tokens.claim(TOKEN), "what is forged keeps nobody out"

    asyncio.run(told())


def test_without_redis_each_replica_goes_by_what_it_knows() -> None:
    async def told(server: Server) -> None:
        async with sharers(server.url) as (one, other):
            assert await one.outcomes.record(REPORT) is NEW
            server.hang()
            for sharer in (one, other):
                await sharer.repeats.remember(EPISODE, ["a"])
                assert await sharer.repeats.shown(EPISODE, ["a", "b"]) == {"a"}
                assert await sharer.tokens.claim(TOKEN)
            assert await one.outcomes.record(REPORT) is REPEATED
            assert await other.outcomes.record(REPORT) is NEW
            assert other.used["alert_outcomes", "own"] == 1
            server.go_on()

    with alone() as server:
        asyncio.run(told(server))


def test_redis_learns_of_nobody(server: Server) -> None:
    async def told() -> None:
        server.client.flushall()
        async with sharers(server.url) as (one, _):
            await one.outcomes.record(OVERRIDE)
            await one.repeats.remember(EPISODE, ["card of Mrs Canary"])
            await one.tokens.claim(TOKEN)
            await eventually(lambda: server.client.dbsize() == 3)
        stored = b"".join(part for pair in server.entries().items() for part in pair)
        for told in (b"Canary", b"4711", b"hospital", b"visit", b"rule", REPORT.alert_id.encode()):
            assert told not in stored

    asyncio.run(told())
