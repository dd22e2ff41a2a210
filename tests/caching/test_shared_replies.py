"""Shared replies: what one replica worked out another gives, and nothing else ever."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client import CollectorRegistry

from lems_guard.answering.answer import Answer, Answers
from lems_guard.caching.replies import Replies, ReplyCache
from lems_guard.caching.shared_replies import SECONDS, WORTH_IT_BYTES, SharedReplies
from lems_guard.clinical.deadline import InTime, always
from lems_guard.clinical.errors import DeadlinePassed, InvalidRequest
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.editions.library import Edition
from lems_guard.store.naming import encode
from lems_guard.telemetry.cache_metrics import CacheMetrics
from lems_guard.v1 import prescription_pb2 as wire
from redis_servers import Server
from replicas import TODAY, Replica, answerer_of, question
from waiting import until

US = Jurisdiction.US


def test_what_one_replica_worked_out_the_other_gives(edition: Edition, server: Server) -> None:
    server.client.flushall()
    with (
        Replica(edition, server.url).running() as one,
        Replica(edition, server.url).running() as other,
    ):
        one.remembers(0, 5)
        # `ask` compares each reply with a fresh one.
        assert other.ask_many(0, 5) == ["redis"] * 5
        fresh = other.fresh.answer(question(3))
        assert other.ask(question(3)) == fresh._replace(tier="redis"), "and is counted alike"


def test_only_what_is_long_enough_is_asked_for(edition: Edition, server: Server) -> None:
    server.client.flushall()
    with Replica(edition, server.url).running() as replica:
        metrics, scope = replica.metrics, (edition.knowledge.digest, US)
        at_size = len(question(1))
        for least, result in ((at_size + 1, "skipped"), (at_size, "miss")):
            answers = SharedReplies(
                replica.fresh, replica.store, scope, lambda: TODAY, metrics, least
            )
            assert answers.answer(question(1)) == replica.fresh.answer(question(1))
            assert replica.lookups()[result] == 1
    assert len(question(1)) < WORTH_IT_BYTES, "an ordinary list is worked out sooner"


def test_another_day_place_or_knowledge_is_another_entry(edition: Edition, server: Server) -> None:
    server.client.flushall()
    other_day = TODAY + datetime.timedelta(1)
    scopes = [("digest", US, TODAY), ("digest", US, other_day), ("digest", Jurisdiction.EU, TODAY)]
    with Replica(edition, server.url).running() as replica:
        for digest, place, day in [*scopes, ("digest too", US, TODAY)]:
            answers = SharedReplies(
                replica.fresh,
                replica.store,
                (digest, place),
                lambda day=day: day,  # type: ignore[misc]
                replica.metrics,
                0,
            )
            assert answers.answer(question(1)).tier == "evaluated"
        replica.settled()
        assert len(server.entries("reply")) == 4


def too_late() -> None:
    raise DeadlinePassed


class Failing:
    """Answers that a fault ends."""

    def answer(self, raw: bytes, in_time: InTime = always) -> Answer:
        in_time()
        raise TimeoutError(raw.decode(errors="ignore"))


class Midnight:
    """Answers that take until tomorrow."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.day = TODAY

    def answer(self, raw: bytes, in_time: InTime = always) -> Answer:
        self.day += datetime.timedelta(1)
        return self._answers.answer(raw, in_time)


def test_what_a_fault_ended_is_not_stored(edition: Edition, server: Server) -> None:
    server.client.flushall()
    with Replica(edition, server.url).running() as replica:
        scope = (edition.knowledge.digest, US)
        failing = SharedReplies(Failing(), replica.store, scope, lambda: TODAY, replica.metrics, 0)
        with pytest.raises(TimeoutError):
            failing.answer(question(1))
        with pytest.raises(DeadlinePassed):
            replica.answers.answer(question(1), too_late)
        with pytest.raises(InvalidRequest):
            replica.answers.answer(b"")
        slow = Midnight(replica.fresh)
        late = SharedReplies(slow, replica.store, scope, lambda: slow.day, replica.metrics, 0)
        late.answer(question(1))
        # Writes are carried out in turn: when this one is, any before it would be too.
        until(lambda: replica.ask_many(2, 1) == ["redis"])
        assert len(server.entries("reply")) == 1


def test_an_entry_of_another_shape_is_a_miss(edition: Edition, server: Server) -> None:
    """Sealed by us, but by a version that writes otherwise: as good as corrupt."""
    server.client.flushall()
    with Replica(edition, server.url).running() as replica:
        asked = (US.name, TODAY.toordinal(), question(0))
        name = replica.store.naming.name("reply", edition.knowledge.digest, asked)
        for content in (b"", b"\xc1", encode(["reply"]), encode({"reply": b"", "tally": b"\x90"})):
            assert replica.store.claim(name, content, SECONDS).result == "miss"
            assert replica.ask_many(0, 1) == ["evaluated"]
            replica.settled()
            server.client.flushall()
        assert replica.lookups()["corrupt"] == 4


def test_redis_learns_of_nobody(edition: Edition, server: Server) -> None:
    server.client.flushall()
    patient = wire.Patient(birth_date="1956-02-13", weight_kg=73.0625)
    patient.conditions.add(code="canary-code", display="canary condition")
    request = wire.CheckPrescriptionRequest(
        patient=patient,
        proposed=[wire.Medication(id="canary-id", text="canaryol 50 mg by mouth")],
        active=[wire.Medication(id="b", text="Firdapse 20 mg 4x/day")],
    )
    with Replica(edition, server.url).running() as replica:
        assert b"canary-id" in replica.ask(request.SerializeToString()).reply
        replica.settled()
    [(name, value)] = server.entries("reply").items()
    for told in (b"canar", b"1956", b"Firdapse", b"amifampridine", b"lems_status"):
        assert told not in (name + value).lower() + name + value


def test_many_threads_may_ask(edition: Edition, server: Server) -> None:
    server.client.flushall()
    evicted: list[None] = []
    with Replica(edition, server.url).running() as replica:
        metrics, scope = CacheMetrics(CollectorRegistry()), (edition.knowledge.digest, US)
        replies = Replies(100_000, lambda: evicted.append(None))
        cache = ReplyCache(replica.answers, replies, scope, lambda: TODAY, metrics)
        fresh = [answerer_of(edition).answer(question(number)).reply for number in range(12)]

        def ask(number: int) -> bool:
            return cache.answer(question(number % 12)).reply == fresh[number % 12]

        with ThreadPoolExecutor(8) as threads:
            assert all(threads.map(ask, range(400)))
    stored = list(replies._replies.items())
    assert evicted
    assert replies.bytes == sum(
        len(key) + len(each.reply) + len(each.tally) + 250 for key, each in stored
    )
