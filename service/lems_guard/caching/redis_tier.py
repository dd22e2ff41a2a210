"""The shared tier: screenings that cost more than a Redis read are fetched, or done and shared."""

import asyncio
from typing import NamedTuple

from lems_guard.caching.cost import Cost, Policy
from lems_guard.caching.fingerprint import anonymous, fingerprint, ids_of
from lems_guard.caching.searched_names import SharedNames
from lems_guard.caching.store import CORRUPT, HIT, OPEN, Store
from lems_guard.caching.stored_screening import Shelf, with_ids
from lems_guard.clinical.alert import Screening, ScreeningRequest
from lems_guard.grpc_api import read
from lems_guard.grpc_api.answer import Answer, Answerer
from lems_guard.telemetry.cache_metrics import CacheMetrics
from lems_guard.telemetry.instruments import TIER_RESULTS

FETCHED, EVALUATED = "redis", "evaluated"


class Shared(NamedTuple):
    """A screening, and where it came from."""

    screening: Screening
    tier: str


class RedisTier:
    """`Answers` of one edition, beside a store that all replicas share.

    What depends on the very bytes of a request (its decision id, its notes, its orders' ids) is
    worked out for each request; only the screening between is shared.
    """

    def __init__(
        self,
        answerer: Answerer,
        store: Store,
        metrics: CacheMetrics,
        *,
        policy: Policy,
        seconds: float,
        names: SharedNames | None = None,
    ) -> None:
        """Keep each screening for `seconds`, more or less; `names` are read with the answerer."""
        self._answerer = answerer
        self._names = names
        self._store = store
        self._policy = policy
        self._seconds = seconds
        self._digest = answerer.knowledge.digest
        self._cost = Cost(answerer.knowledge)
        self._shelf = Shelf(answerer.knowledge)
        self._count = {result: metrics.lookup("redis", result) for result in TIER_RESULTS["redis"]}
        self._under_way: dict[str, asyncio.Task[Shared]] = {}

    async def answer(self, raw: bytes) -> Answer:
        """The reply to a serialised CheckPrescriptionRequest; raises `InvalidRequest`."""
        answerer, message = self._answerer, read.parse(raw)
        if self._names is None:
            question = answerer.question(message)
        else:
            question = await self._names.question(message)
        if not self._is_worth_it(question.request):
            return answerer.conclude(question, answerer.screen(question.request))
        screening, tier = await self._shared(question.request)
        return answerer.conclude(question, screening)._replace(tier=tier)

    def _is_worth_it(self, request: ScreeningRequest) -> bool:
        if self._policy is Policy.OFF:
            return False
        if self._policy is Policy.AUTO and not self._cost.is_worth_a_read(
            request, self._store.read_seconds
        ):
            self._count["skipped"]()
            return False
        if not self._store.is_open_to_calls:
            self._count[OPEN]()
            return False
        return True

    async def _shared(self, request: ScreeningRequest) -> Shared:
        """The screening of a request, done once for all who ask for the same at this moment."""
        stripped = anonymous(request)
        name = fingerprint(stripped, self._digest, self._store.seal)
        task = self._under_way.get(name)
        if task is None:
            task = asyncio.create_task(self._fetched_or_done(name, stripped))
            self._under_way[name] = task
            task.add_done_callback(lambda _: self._under_way.pop(name))
        # One caller may leave; the others still want it.
        screening, tier = await asyncio.shield(task)
        return Shared(with_ids(screening, ids_of(request)), tier)

    async def _fetched_or_done(self, name: str, stripped: ScreeningRequest) -> Shared:
        found = await self._store.get(name)
        screening = None if found.content is None else self._shelf.unpacked(found.content)
        if screening is not None:
            self._count[HIT]()
            return Shared(screening, FETCHED)
        self._count[CORRUPT if found.result == HIT else found.result]()
        done = self._answerer.screen(stripped)
        self._store.put(name, lambda: self._shelf.packed(done), self._seconds)
        return Shared(done, EVALUATED)
