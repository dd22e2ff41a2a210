"""Replicas of the service in one process: real answers, a real Redis, no gRPC around them."""

import contextlib
import datetime
import time
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from lems_guard.answering.answer import Answer, Answerer
from lems_guard.caching.shared_replies import SharedReplies
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.editions.library import Edition
from lems_guard.screening.screen import RuleScreener
from lems_guard.store import clients, probing, store
from lems_guard.store.breaker import BreakerState
from lems_guard.store.clients import NO_TLS, Tls, connect_to
from lems_guard.store.store import FAILURES_TO_OPEN, Store
from lems_guard.telemetry.cache_metrics import CacheMetrics
from lems_guard.v1 import prescription_pb2 as wire
from waiting import PATIENCE, until

TODAY = datetime.date(2026, 11, 21)
SECRET = b"a secret of all replicas, 32 long"
LONG_READ_SECONDS = 2.0  # a read of Redis, where a test is not about its time


def answerer_of(edition: Edition, jurisdiction: Jurisdiction = Jurisdiction.US) -> Answerer:
    return Answerer(
        edition.knowledge,
        edition,
        RuleScreener(),
        jurisdiction=jurisdiction,
        today=lambda: TODAY,
    )


class WatchedMetrics(CacheMetrics):
    """Metrics that know every state the breaker went through."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.states: list[int] = []
        super().__init__(registry)

    def breaker(self, state: int) -> None:
        super().breaker(state)
        self.states.append(state)


class Replica:
    """One replica's way to Redis, all replies by way of it, and what it counts."""

    def __init__(
        self, edition: Edition, url: str, *, tls: Tls = NO_TLS, secret: bytes = SECRET
    ) -> None:
        self.registry = CollectorRegistry()
        self.metrics = WatchedMetrics(self.registry)
        self.store = Store(connect_to(url, tls), secret, self.metrics)
        self.fresh = answerer_of(edition)
        digest = self.fresh.knowledge.digest
        self.answers = SharedReplies(
            self.fresh, self.store, (digest, Jurisdiction.US), lambda: TODAY, self.metrics, 0
        )

    @contextlib.contextmanager
    def running(self, *, in_use: bool = True) -> Iterator["Replica"]:
        with self.store.running():
            if in_use:
                self.in_use()
            yield self

    def in_use(self) -> None:
        """Wait until Redis is in use."""
        until(lambda: self.store.is_in_use)

    def ask(self, raw: bytes) -> Answer:
        """An answer, which must be what a fresh one is, byte for byte."""
        answer = self.answers.answer(raw)
        assert answer.reply == self.fresh.answer(raw).reply
        return answer

    def ask_many(self, first: int, number: int) -> list[str]:
        """Ask so many different things, one after the other; where the answers came from."""
        return [(self.ask(question(first + each))).tier for each in range(number)]

    def remembers(self, first: int, number: int) -> None:
        """Ask until all of these answers come from Redis: a busy machine may miss a deadline."""
        end = time.monotonic() + PATIENCE
        while set(self.ask_many(first, number)) != {"redis"}:
            assert time.monotonic() < end, "Redis is of no use"
            self.settled()

    def waited_in_vain(self) -> int:
        """How many calls have waited for a Redis that did not answer."""
        lookups = self.lookups()
        return lookups["timeout"] + lookups["error"]

    def probes_in_vain(self) -> int:
        """How many probes have found no Redis that is of use."""
        return self.metrics.states.count(BreakerState.OPEN) - 1  # it begins open

    def goes_on_without(self, first: int, number: int) -> None:
        """Ask while Redis is out of order: every answer is right, and hardly any waits."""
        before = self.waited_in_vain()
        assert set(self.ask_many(first, number)) == {"evaluated"}
        assert self.waited_in_vain() - before <= FAILURES_TO_OPEN

    def settled(self) -> None:
        """Wait until every write has been carried out, or given up."""
        until(lambda: sum(self.writes().values()) >= self.lookups_without_hit())

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


def more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let reads take long, where a test is not about that: this machine may be busy."""
    for module in (clients, probing, store):
        monkeypatch.setattr(module, "READ_SECONDS", LONG_READ_SECONDS)


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
