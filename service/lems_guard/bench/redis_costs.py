"""Where Redis pays: what fetching a screening costs beside doing it, for lists of some lengths."""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import structlog.testing

from lems_guard.bench.beside_redis import KEY, redis
from lems_guard.bench.prescriptions import Formulary, prescription
from lems_guard.caching.clients import client_of
from lems_guard.caching.cost import Policy
from lems_guard.caching.redis_tier import FETCHED, RedisTier
from lems_guard.caching.reply_cache import unpacked_tally
from lems_guard.caching.seal import Seal
from lems_guard.caching.store import Store
from lems_guard.grpc_api.answer import OUTCOMES, Answerer, Fresh
from lems_guard.library import Edition
from lems_guard.telemetry.cache_metrics import CacheMetrics
from lems_guard.telemetry.metrics import Metrics

LENGTHS = (10, 50, 200)
REPEATS = 60
PATIENCE_SECONDS = 5


class Cost(NamedTuple):
    """Milliseconds to answer about so many orders: screened here, and fetched from Redis."""

    orders: int
    evaluated: float
    fetched: float

    def __str__(self) -> str:
        return f"{self.orders} orders: {self.evaluated:.2f} ms screened, {self.fetched:.2f} fetched"


def costs_in_words(edition: Edition, answerer: Answerer) -> str:
    """The costs of each length, in one line."""
    with redis() as beside, structlog.testing.capture_logs():
        found = asyncio.run(_costs(edition, answerer, f"redis://127.0.0.1:{beside.port}/0"))
    return "; ".join(map(str, found))


async def _costs(edition: Edition, answerer: Answerer, url: str) -> list[Cost]:
    metrics = CacheMetrics(Metrics(OUTCOMES, unpacked_tally).registry)
    store = Store(client_of(url), Seal(KEY.encode()), metrics)
    tier = RedisTier(answerer, store, metrics, policy=Policy.ALWAYS, seconds=600)
    fresh = Fresh(answerer)
    async with store.running():
        return [await _cost(_request(edition, length), length, fresh, tier) for length in LENGTHS]


async def _cost(raw: bytes, length: int, fresh: Fresh, tier: RedisTier) -> Cost:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await tier.answer(raw)).tier != FETCHED:  # noqa: ASYNC110  # written behind
            await asyncio.sleep(0.01)
    evaluated = await _milliseconds(lambda: fresh.answer(raw))
    return Cost(length, evaluated, await _milliseconds(lambda: tier.answer(raw)))


async def _milliseconds(answer: Callable[[], Awaitable[object]]) -> float:
    told = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        await answer()
        told.append(time.perf_counter() - begun)
    return 1000 * statistics.median(told)


def _request(edition: Edition, length: int) -> bytes:
    """As many orders, each for a drug of its own, every other one named by a rule where it can."""
    chance = random.Random(length)  # noqa: S311  # the same orders every time
    formulary = Formulary(edition, chance)
    named = formulary.drawn(length // 2, named=True)
    return prescription([*named, *formulary.drawn(length - len(named), named=False)], chance)
