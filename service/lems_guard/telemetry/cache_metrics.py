"""Metrics of the caches, and of Redis behind them."""

import threading
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from lems_guard.telemetry import instruments

STATES = ("closed", "half_open", "open")  # in the order of `store.breaker.BreakerState`


class Count:
    """A number that any thread adds to: lighter than a counter, for the way of every call."""

    __slots__ = ("_lock", "number")

    def __init__(self) -> None:
        """Zero."""
        self.number = 0
        self._lock = threading.Lock()

    def add(self) -> None:
        """One more."""
        with self._lock:
            self.number += 1


class Lookups(Collector):
    """Look-ups by tier and result."""

    def __init__(self) -> None:
        """Every series at zero."""
        self.counts = {
            (tier, result): Count()
            for tier, results in instruments.TIER_RESULTS.items()
            for result in results
        }

    def collect(self) -> Iterable[Metric]:
        """What Prometheus reads."""
        told = instruments.CACHE_LOOKUPS
        family = CounterMetricFamily(told.name, told.help, labels=told.labels)
        for labels, count in self.counts.items():
            family.add_metric(labels, count.number)
        return (family,)


class CacheMetrics:
    """What is counted of caches: series of closed sets, each at zero from the start."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Bind every child once: counting is on the way of every call."""
        self._registry = registry
        self._lookups = Lookups()
        registry.register(self._lookups)
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
        return self._lookups.counts[tier, result].add

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
