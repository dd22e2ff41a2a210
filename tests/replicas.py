"""Replicas of the service in one process: real answers, a real Redis, no gRPC around them."""

import asyncio
import contextlib
import datetime
from collections.abc import AsyncIterator, Callable

from prometheus_client import CollectorRegistry

from lems_guard.answering.answer import Answer, Answerer
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.editions.library import Edition
from lems_guard.screening.screen import RuleScreener
from lems_guard.store.clients import NO_TLS, Tls, client_of
from lems_guard.store.seal import Seal
from lems_guard.store.store import FAILURES_TO_OPEN, Store
from lems_guard.telemetry.cache_metrics import CacheMetrics
from lems_guard.v1 import prescription_pb2 as wire

TODAY = datetime.date(2026, 11, 21)
SECRET = b"a secret of all replicas, 32 long"
PATIENCE_SECONDS = 8


def answerer_of(edition: Edition, jurisdiction: Jurisdiction = Jurisdiction.US) -> Answerer:
    return Answerer(
        edition.knowledge,
        edition,
        RuleScreener(),
        jurisdiction=jurisdiction,
        today=lambda: TODAY,
    )


class Kept:
    """Replies kept in a store for all replicas: what uses it as an edge's call would."""

    def __init__(self, fresh: Answerer, store: Store, metrics: CacheMetrics) -> None:
        self._fresh = fresh
        self._store = store
        self._metrics = metrics

    async def answer(self, raw: bytes) -> Answer:
        name = self._store.seal.name("reply", self._fresh.knowledge.digest, raw)
        found = await self._store.get(name)
        self._metrics.lookup("redis", found.result)()
        answer = self._fresh.answer(raw)
        if found.content is not None:
            return answer._replace(reply=found.content, tier="redis")
        self._store.put(name, lambda: answer.reply, 600)
        return answer


class Replica:
    """One replica's way to Redis, all replies by way of it, and what it counts."""

    def __init__(
        self, edition: Edition, url: str, *, tls: Tls = NO_TLS, secret: bytes = SECRET
    ) -> None:
        self.registry = CollectorRegistry()
        self.metrics = CacheMetrics(self.registry)
        self.store = Store(client_of(url, tls), Seal(secret), self.metrics)
        self.fresh = answerer_of(edition)
        self.answers = Kept(self.fresh, self.store, self.metrics)

    @contextlib.asynccontextmanager
    async def running(self, *, in_use: bool = True) -> AsyncIterator["Replica"]:
        async with self.store.running():
            if in_use:
                await self.in_use()
            yield self

    async def in_use(self) -> None:
        """Wait until Redis is in use."""
        await eventually(lambda: self.store.is_open_to_calls)

    async def ask(self, raw: bytes) -> Answer:
        """An answer, which must be what a fresh one is, byte for byte."""
        answer = await self.answers.answer(raw)
        assert answer.reply == self.fresh.answer(raw).reply
        return answer

    async def ask_many(self, first: int, number: int) -> list[str]:
        """Ask so many different things, one after the other; where the answers came from."""
        return [(await self.ask(question(first + each))).tier for each in range(number)]

    async def remembers(self, first: int, number: int) -> None:
        """Ask until all of these answers come from Redis: a busy machine may miss a deadline."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while set(await self.ask_many(first, number)) != {"redis"}:
                await self.settled()

    def waited_in_vain(self) -> int:
        """How many calls have waited for a Redis that did not answer."""
        lookups = self.lookups()
        return lookups["timeout"] + lookups["error"]

    async def goes_on_without(self, first: int, number: int) -> None:
        """Ask while Redis is out of order: every answer is right, and hardly any waits."""
        before = self.waited_in_vain()
        assert set(await self.ask_many(first, number)) == {"evaluated"}
        assert self.waited_in_vain() - before <= FAILURES_TO_OPEN

    async def settled(self) -> None:
        """Wait until every write has been carried out, or given up."""
        await eventually(lambda: sum(self.writes().values()) >= self.lookups_without_hit())

    def lookups_without_hit(self) -> int:
        without = ("hit", "skipped", "open")
        return sum(number for result, number in self.lookups().items() if result not in without)

    def lookups(self) -> dict[str, int]:
        return self._counted("lems_guard_cache_lookups_total", "result", tier="redis")

    def writes(self) -> dict[str, int]:
        return self._counted("lems_guard_redis_writes_total", "result")

    def queue(self) -> float:
        """How many writes wait."""
        return self.registry.get_sample_value("lems_guard_redis_write_queue") or 0

    def _counted(self, name: str, by: str, **labels: str) -> dict[str, int]:
        return {
            sample.labels[by]: int(sample.value)
            for metric in self.registry.collect()
            for sample in metric.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        }


async def eventually(holds: Callable[[], bool]) -> None:
    """Wait for something to become true.

    The loop turns at least once: who asks in vain without it would keep the probe from running.
    """
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.sleep(0.001)
        while not holds():  # noqa: ASYNC110  # what is waited for happens in Redis, unannounced
            await asyncio.sleep(0.005)


def question(number: int, name: str = "order") -> bytes:
    """A prescription that differs from every other number's in more than its orders' ids."""
    return wire.CheckPrescriptionRequest(
        patient=wire.Patient(age_years=20 + number % 60, weight_kg=50 + number / 8),
        proposed=[
            wire.Medication(id=f"{name}-{number}-1", text="metoprolol 50 mg po bid"),
            wire.Medication(id=f"{name}-{number}-0", text="ciprofloxacin 500 mg po bid"),
            wire.Medication(id=f"{name}-{number}-3", text=f"Zithromx {number} mg po daily"),
        ],
        active=[wire.Medication(id=f"{name}-{number}-2", text="Firdapse 20 mg 4x/day")],
    ).SerializeToString()
