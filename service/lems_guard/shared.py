"""What replicas share, put together: with Redis where there is one, else in this process alone.

A part of the composition root, beside `server.py`: it names the concrete classes of `sharing` and
the Redis tier, and nothing else does.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from lems_guard.caching.clients import BadAddress, BadCertificate, Tls, client_of
from lems_guard.caching.cost import Policy
from lems_guard.caching.redis_tier import RedisTier
from lems_guard.caching.seal import Seal
from lems_guard.caching.store import Store
from lems_guard.clinical.errors import InvalidSettings
from lems_guard.grpc_api.answer import Answerer, Answers
from lems_guard.settings import HOW_TO_MAKE_A_KEY, Settings
from lems_guard.sharing.in_process import InProcessOutcomes, InProcessRepeats, Memory
from lems_guard.sharing.in_redis import SharedOutcomes, SharedRepeats
from lems_guard.sharing.outcomes import (
    AlertOutcome,
    AlertOutcomes,
    CountedOutcomes,
    Recording,
)
from lems_guard.sharing.repeats import RepeatMemory
from lems_guard.telemetry.cache_metrics import CacheMetrics
from lems_guard.telemetry.metrics import Metrics
from lems_guard.telemetry.sharing_metrics import SharingMetrics


@dataclass(frozen=True)
class Shared:
    """The store, if there is one, and the memories that work with or without it."""

    store: Store | None
    outcomes: AlertOutcomes
    repeats: RepeatMemory
    cache_metrics: CacheMetrics
    metrics: SharingMetrics

    @staticmethod
    def of(settings: Settings, counted: Metrics) -> "Shared":
        """As the settings ask; raises `InvalidSettings`."""
        cache_metrics, metrics = CacheMetrics(counted.registry), SharingMetrics(counted.registry)
        store = store_of(settings, cache_metrics)
        reports, cards = Memory(settings.outcome_seconds), Memory(settings.repeat_seconds)
        outcomes: AlertOutcomes = InProcessOutcomes(reports)
        repeats: RepeatMemory = InProcessRepeats(cards)
        if store is not None:
            used = metrics.remembered
            outcomes = SharedOutcomes(store, reports, settings.outcome_seconds, used)
            repeats = SharedRepeats(store, cards, settings.repeat_seconds, used)

        def count(outcome: AlertOutcome, recording: Recording) -> None:
            verdict = outcome.verdict.name.lower()
            metrics.reported(recording.name.lower(), verdict, outcome.rule_ids)

        return Shared(store, CountedOutcomes(outcomes, count), repeats, cache_metrics, metrics)

    def through_redis(self, answers: Answers, answerer: Answerer, settings: Settings) -> Answers:
        """The answers by way of Redis, where there is one and it may hold screenings."""
        if self.store is None or settings.redis_screenings is Policy.OFF:
            return answers
        return RedisTier(
            answerer,
            self.store,
            self.cache_metrics,
            policy=settings.redis_screenings,
            seconds=settings.screening_seconds,
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work with Redis in the background until left; never waits for it to be there."""
        async with self.store.running() if self.store else contextlib.nullcontext():
            yield


def store_of(settings: Settings, metrics: CacheMetrics) -> Store | None:
    """The store that the settings name; raises `InvalidSettings` where they do not suffice."""
    if settings.redis_url is None:
        return None
    if settings.cache_key is None:
        raise InvalidSettings(
            "LEMS_GUARD_CACHE_KEY: needed with LEMS_GUARD_REDIS_URL, the same in every replica: "
            + HOW_TO_MAKE_A_KEY
        )
    tls = Tls(settings.redis_ca, settings.redis_certificate, settings.redis_certificate_key)
    try:
        client = client_of(settings.redis_url, tls)
    except BadAddress as fault:
        raise InvalidSettings(f"LEMS_GUARD_REDIS_URL: expected {fault}") from None
    except BadCertificate as fault:
        raise InvalidSettings(f"LEMS_GUARD_REDIS_CA, _CERTIFICATE: expected {fault}") from None
    return Store(client, Seal(settings.cache_key.encode()), metrics)
