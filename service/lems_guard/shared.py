"""What replicas share, put together: with Redis where there is one, else in this process alone.

A part of the composition root, beside `server.py`: it names the concrete classes of `sharing`,
`with_redis.py` those that stand on Redis, and nothing else does.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lems_guard.settings import Settings
from lems_guard.sharing.in_process import InProcessOutcomes, InProcessRepeats, Memory
from lems_guard.sharing.outcomes import (
    AlertOutcome,
    AlertOutcomes,
    CountedOutcomes,
    Recording,
)
from lems_guard.sharing.repeats import RepeatMemory
from lems_guard.sharing.tokens import NoOtherReplica, UsedTokens
from lems_guard.telemetry.cache_metrics import CacheMetrics
from lems_guard.telemetry.metrics import Metrics
from lems_guard.telemetry.sharing_metrics import SharingMetrics

if TYPE_CHECKING:
    from lems_guard.with_redis import WithRedis


@dataclass(frozen=True)
class Shared:
    """Redis, if there is one, and the memories that work with or without it."""

    redis: "WithRedis | None"
    outcomes: AlertOutcomes
    repeats: RepeatMemory
    tokens: UsedTokens
    cache_metrics: CacheMetrics
    metrics: SharingMetrics

    @staticmethod
    def of(settings: Settings, counted: Metrics) -> "Shared":
        """As the settings ask; raises `InvalidSettings`."""
        cache_metrics, metrics = CacheMetrics(counted.registry), SharingMetrics(counted.registry)
        redis = redis_of(settings, cache_metrics)
        reports, cards = Memory(settings.outcome_seconds), Memory(settings.repeat_seconds)
        outcomes: AlertOutcomes = InProcessOutcomes(reports)
        repeats: RepeatMemory = InProcessRepeats(cards)
        tokens: UsedTokens = NoOtherReplica()
        if redis is not None:
            tokens = redis.tokens(metrics)
            outcomes = redis.outcomes(reports, metrics)
            repeats = redis.repeats(cards, metrics)

        def count(outcome: AlertOutcome, recording: Recording) -> None:
            verdict = outcome.verdict.name.lower()
            metrics.reported(recording.name.lower(), verdict, outcome.rule_ids)

        counted_outcomes = CountedOutcomes(outcomes, count)
        return Shared(redis, counted_outcomes, repeats, tokens, cache_metrics, metrics)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work with Redis in the background until left; never waits for it to be there."""
        async with self.redis.store.running() if self.redis else contextlib.nullcontext():
            yield


def redis_of(settings: Settings, metrics: CacheMetrics) -> "WithRedis | None":
    """Redis as the settings name it; raises `InvalidSettings` where they do not suffice."""
    if settings.redis_url is None:
        return None
    from lems_guard.with_redis import WithRedis  # noqa: PLC0415 - only where there is a Redis

    return WithRedis(settings.redis_url, settings, metrics)
