"""Where Redis pays: what another replica's work costs to fetch, beside doing it here."""

import asyncio
import random
import statistics
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import structlog.testing

from lems_guard.bench.beside_redis import KEY, redis
from lems_guard.bench.prescriptions import Formulary, prescription
from lems_guard.bench.serving import answerer_of
from lems_guard.caching.reply_cache import unpacked_tally
from lems_guard.grpc_api.answer import OUTCOMES, Answers, Fresh
from lems_guard.library import Edition
from lems_guard.settings import Settings
from lems_guard.telemetry.cache_metrics import CacheMetrics
from lems_guard.telemetry.metrics import Metrics
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.with_redis import WithRedis

LENGTHS, NAMES = (10, 50, 200), (1, 5, 20)
SCREENINGS, SEARCHES = KINDS = ("LEMS_GUARD_REDIS_SCREENINGS", "LEMS_GUARD_REDIS_NAMES")
SLIPS = ("metropolol", "Zithromx", "amifampridene", "frusemidee")
REQUESTS = 60
PATIENCE_SECONDS = 10
HEADING = f"{'ms an answer':<17}{'here':>6}{'hit':>6}{'missed':>8}  pays from"
QUEUE = "lems_guard_redis_write_queue"


class Cost(NamedTuple):
    """Milliseconds to answer: worked out here without Redis, fetched from it, or asked in vain."""

    what: str
    here: float
    hit: float
    missed: float

    def pays_from(self) -> str:
        """The share of hits from which asking Redis costs less than not asking."""
        if self.hit >= self.here:
            return "never"
        share = max(self.missed - self.here, 0) / (max(self.missed, self.here) - self.hit)
        return f"{share:.0%} hits"

    def __str__(self) -> str:
        times = f"{self.here:>6.2f}{self.hit:>6.2f}{self.missed:>8.2f}"
        return f"{self.what:<17}{times}  {self.pays_from()}"


class Replica:
    """One replica's way to Redis, by which everything of one kind goes."""

    def __init__(self, edition: Edition, url: str, kind: str) -> None:
        """Nothing is connected yet."""
        policies = {each: "always" if each == kind else "off" for each in KINDS}
        settings = {"LEMS_GUARD_REDIS_URL": url, "LEMS_GUARD_CACHE_KEY": KEY, **policies}
        self._registry = Metrics(OUTCOMES, unpacked_tally).registry
        metrics = CacheMetrics(self._registry)
        redis = WithRedis(url, Settings.from_environment(settings), metrics)
        self.store = redis.store
        self.answers = redis.answers(edition, answerer_of)

    async def in_use(self) -> None:
        """Wait until Redis is."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self.store.is_open_to_calls:  # noqa: ASYNC110  # found by a probe
                await asyncio.sleep(0.01)

    async def share(self, raws: Iterable[bytes]) -> float:
        """Answer and wait until all that was worked out is written; the milliseconds of a miss."""
        told = []
        for raw in raws:
            told.append(await _seconds(self.answers, raw))
            while self._registry.get_sample_value(QUEUE):  # noqa: ASYNC110  # by a line
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.1)
        return 1000 * statistics.median(told)


def costs_in_words(edition: Edition) -> str:
    """A table of what each kind of request costs, by which an operator can choose the policies."""
    with redis() as beside, structlog.testing.capture_logs():
        found = asyncio.run(_costs(edition, f"redis://127.0.0.1:{beside.port}/0"))
    return "\n".join((HEADING, *map(str, found)))


async def _costs(edition: Edition, url: str) -> list[Cost]:
    """What one replica shared is fetched by another, which never saw it."""
    found = []
    for kind, requests in {SCREENINGS: _lists(edition), SEARCHES: _misspelt_lists()}.items():
        one, other = Replica(edition, url, kind), Replica(edition, url, kind)
        fresh = Fresh(answerer_of(edition))
        async with one.store.running(), other.store.running():
            await one.in_use()
            await other.in_use()
            for what, raws in requests.items():
                missed = await one.share(raws)
                here = await _milliseconds(fresh, raws)
                hit = await _milliseconds(other.answers, raws)
                found.append(Cost(what, here, hit, missed))
    return found


async def _milliseconds(answers: Answers, raws: Sequence[bytes]) -> float:
    return 1000 * statistics.median([await _seconds(answers, raw) for raw in raws])


async def _seconds(answers: Answers, raw: bytes) -> float:
    begun = time.perf_counter()
    await answers.answer(raw)
    return time.perf_counter() - begun


def _lists(edition: Edition) -> dict[str, list[bytes]]:
    """Lists of each length, no two of one patient."""
    return {f"{length} orders": _listed(edition, length) for length in LENGTHS}


def _misspelt_lists() -> dict[str, list[bytes]]:
    """Lists of so many names that are in no table, all of them new."""
    return {
        f"{number} searched name{'s' * (number > 1)}": [
            _misspelt(number, patient) for patient in range(REQUESTS)
        ]
        for number in NAMES
    }


def _listed(edition: Edition, length: int) -> list[bytes]:
    """As many orders, each for a drug of its own, every other one named by a rule where it can."""
    chance = random.Random(length)  # noqa: S311  # the same orders every time
    formulary = Formulary(edition, chance)
    named = formulary.drawn(length // 2, named=True)
    lines = [*named, *formulary.drawn(length - len(named), named=False)]
    return [prescription(lines, chance) for _ in range(REQUESTS)]


def _misspelt(number: int, patient: int) -> bytes:
    texts = [f"{SLIPS[each % len(SLIPS)]} {patient}.{each} mg po daily" for each in range(number)]
    orders = [wire.Medication(id=f"o{place}", text=text) for place, text in enumerate(texts)]
    patient_told = wire.Patient(weight_kg=50 + patient / 8)
    return wire.CheckPrescriptionRequest(patient=patient_told, active=orders).SerializeToString()
