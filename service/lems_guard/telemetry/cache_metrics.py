"""Metrics of the caches, and of Redis behind them."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from lems_guard.telemetry import instruments

STATES = ("closed", "half_open", "open")  # in the order of `caching.breaker.State`


class CacheMetrics:
    """What is counted of caches: series of closed sets, each at zero from the start."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Bind every child once: counting is on the way of every call."""
        self._registry = registry
        lookups = _counter(instruments.CACHE_LOOKUPS, registry)
        self._lookups = {
            (tier, result): lookups.labels(tier, result)
            for tier, results in instruments.TIER_RESULTS.items()
            for result in results
        }
        seconds = Histogram(
            instruments.REDIS_SECONDS.name,
            instruments.REDIS_SECONDS.help,
            instruments.REDIS_SECONDS.labels,
            registry=registry,
            buckets=instruments.REDIS_BUCKETS,
        )
        self.read = seconds.labels("read").observe
        self.probed = seconds.labels("probe").observe
        writes = _counter(instruments.REDIS_WRITES, registry)
        self.stored = writes.labels("stored").inc
        self.failed = writes.labels("failed").inc
        self.dropped = writes.labels("dropped").inc
        self.waiting = _gauge(instruments.REDIS_QUEUE, registry).set
        breaker = _gauge(instruments.REDIS_BREAKER, registry)
        self._states = [breaker.labels(state) for state in STATES]
        self.evicted = _counter(instruments.REPLY_EVICTIONS, registry).inc

    def lookup(self, tier: str, result: str) -> Callable[[], None]:
        """Counts a look-up in a tier; to be asked for once."""
        return self._lookups[tier, result].inc

    def breaker(self, state: int) -> None:
        """The breaker's state."""
        for number, gauge in enumerate(self._states):
            gauge.set(number == state)

    def watch_replies(self, size: Callable[[], float], entries: Callable[[], float]) -> None:
        """Ask for the reply cache's size whenever the metrics are read."""
        _gauge(instruments.REPLY_BYTES, self._registry).set_function(size)
        _gauge(instruments.REPLY_ENTRIES, self._registry).set_function(entries)


def _counter(instrument: instruments.Instrument, registry: CollectorRegistry) -> Counter:
    return Counter(instrument.name, instrument.help, instrument.labels, registry=registry)


def _gauge(instrument: instruments.Instrument, registry: CollectorRegistry) -> Gauge:
    return Gauge(instrument.name, instrument.help, instrument.labels, registry=registry)
