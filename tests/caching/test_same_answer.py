"""A cache never changes an answer: fresh, cached, shared, reloaded, elsewhere: the same bytes."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lems_guard.caching.reply_cache import Replies, ReplyCache
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.grpc_api.answer import Answer, Answers, Fresh
from lems_guard.library import Edition, load_edition, packaged_rules
from lems_guard.v1 import prescription_pb2 as wire
from prescriptions import prescriptions, renamed, texts_of
from redis_servers import Server
from replicas import TODAY, Replica


class Fleet(NamedTuple):
    """Two replicas beside one Redis, of which the second has loaded the rules by itself."""

    runner: asyncio.Runner
    one: Replica
    other: Replica

    def ask(self, answers: Answers, raw: bytes) -> Answer:
        return self.runner.run(answers.answer(raw))

    def settle(self) -> None:
        self.runner.run(self.one.settled())


@pytest.fixture(scope="module")
def fleet(edition: Edition, server: Server) -> Iterator[Fleet]:
    again = load_edition(packaged_rules()).edition
    replicas = Replica(edition, server.url), Replica(again, server.url)
    with asyncio.Runner() as runner:
        stack = contextlib.AsyncExitStack()
        for replica in replicas:
            runner.run(stack.enter_async_context(replica.running()))
        yield Fleet(runner, *replicas)
        runner.run(stack.aclose())


def remembering(replica: Replica, answers: Answers) -> ReplyCache:
    edition = (replica.fresh.knowledge.digest, Jurisdiction.US)
    replies = Replies(10_000_000, lambda: None)
    return ReplyCache(answers, replies, edition, lambda: TODAY, replica.metrics)


def generated(edition: Edition) -> st.SearchStrategy[wire.CheckPrescriptionRequest]:
    return prescriptions(texts_of(edition))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_the_same_bytes_wherever_they_come_from(
    edition: Edition, fleet: Fleet, data: st.DataObject
) -> None:
    request = data.draw(generated(edition))
    raw = request.SerializeToString()
    one, other = fleet.one, fleet.other
    fresh = one.fresh.answer(raw)
    first = fleet.ask(one.answers, raw)
    fleet.settle()
    told = {"first": first, "other": fleet.ask(other.answers, raw)}
    told |= {"again": fleet.ask(one.answers, raw), "reloaded": other.fresh.answer(raw)}
    cached = remembering(one, Fresh(one.fresh))
    fleet.ask(cached, raw)
    told["reply"] = fleet.ask(cached, raw)
    assert told["reply"].tier == "reply_cache"
    for where, answer in told.items():
        assert answer.reply == fresh.reply, where
        assert answer.tally == fresh.tally, where
    # Other orders' ids: what was shared is bound to them again.
    raw = renamed(request).SerializeToString()
    assert fleet.ask(other.answers, raw).reply == one.fresh.answer(raw).reply


def test_most_of_what_was_compared_came_from_redis(fleet: Fleet) -> None:
    for tier, most in (("redis", 100), ("names", 15)):
        lookups = fleet.other.lookups(tier)
        assert lookups["hit"] > most, tier
        assert lookups["corrupt"] == 0, tier


def test_a_long_list_is_shared_too(edition: Edition, fleet: Fleet) -> None:
    texts = texts_of(edition)
    orders = [wire.Medication(id=f"o{each:03d}", text=texts[each]) for each in range(400)]
    raw = wire.CheckPrescriptionRequest(active=orders).SerializeToString()
    fresh = fleet.one.fresh.answer(raw)
    assert fleet.ask(fleet.one.answers, raw).reply == fresh.reply
    fleet.settle()
    while (answer := fleet.ask(fleet.other.answers, raw)).tier != "redis":
        assert answer.reply == fresh.reply
    assert answer.reply == fresh.reply


def test_whoever_asks_at_the_same_moment_shares_one_journey(fleet: Fleet) -> None:
    async def told() -> None:
        replica = fleet.one
        before = sum(replica.lookups().values())
        raws = [
            wire.CheckPrescriptionRequest(
                proposed=[wire.Medication(id=f"id {each}", text="metoprolol 12.5 mg po tid")]
            ).SerializeToString()
            for each in range(50)
        ]
        answers = await asyncio.gather(*[replica.answers.answer(raw) for raw in raws])
        for raw, answer in zip(raws, answers, strict=True):
            assert answer.reply == replica.fresh.answer(raw).reply
        assert sum(replica.lookups().values()) - before == 1

    fleet.runner.run(told())
