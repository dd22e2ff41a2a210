"""The reply cache: bounded, bytes only, and never yesterday's answer."""

import datetime
import gc

import pytest
from prometheus_client import CollectorRegistry

from lems_guard.answering.answer import Answer, Answerer, Answers
from lems_guard.caching.replies import OVERHEAD_BYTES, Replies, ReplyCache, Stored
from lems_guard.clinical.deadline import InTime, always
from lems_guard.clinical.errors import InvalidRequest
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.editions.library import Edition
from lems_guard.screening.screen import RuleScreener
from lems_guard.telemetry.cache_metrics import CacheMetrics
from replicas import TODAY, answerer_of, question


class Calendar:
    def __init__(self) -> None:
        self.day = TODAY

    def __call__(self) -> datetime.date:
        return self.day


class Midnight:
    """Answers that take until tomorrow."""

    def __init__(self, answers: Answers, calendar: Calendar) -> None:
        self._answers = answers
        self._calendar = calendar

    def answer(self, raw: bytes, in_time: InTime = always) -> Answer:
        self._calendar.day += datetime.timedelta(1)
        return self._answers.answer(raw, in_time)


def cache_of(
    answerer: Answerer, calendar: Calendar, replies: Replies, place: Jurisdiction = Jurisdiction.US
) -> ReplyCache:
    metrics = CacheMetrics(CollectorRegistry())
    edition = (answerer.knowledge.digest, place)
    return ReplyCache(answerer, replies, edition, calendar, metrics)


def tier_of(cache: ReplyCache, raw: bytes) -> str:
    return cache.answer(raw).tier


def unbounded() -> Replies:
    return Replies(10**9, lambda: None)


def test_the_same_bytes_again_come_from_the_cache(edition: Edition) -> None:
    cache = cache_of(answerer_of(edition), Calendar(), unbounded())
    tiers = [tier_of(cache, question(number)) for number in (1, 2, 1, 2)]
    assert tiers == ["evaluated", "evaluated", "reply_cache", "reply_cache"]


def test_tomorrow_it_is_asked_anew(edition: Edition) -> None:
    calendar = Calendar()
    answerer = Answerer(
        edition.knowledge, edition, RuleScreener(), jurisdiction=Jurisdiction.US, today=calendar
    )
    cache = cache_of(answerer, calendar, unbounded())
    today = cache.answer(question(1))
    calendar.day += datetime.timedelta(1)
    tomorrow = cache.answer(question(1))
    assert tomorrow.tier == "evaluated"
    assert tomorrow.reply != today.reply


def test_an_answer_that_took_past_midnight_is_not_kept(edition: Edition) -> None:
    calendar = Calendar()
    replies = unbounded()
    answers = Midnight(answerer_of(edition), calendar)
    metrics = CacheMetrics(CollectorRegistry())
    cache = ReplyCache(answers, replies, ("digest", Jurisdiction.US), calendar, metrics)
    cache.answer(question(1))
    assert len(replies) == 0


def test_another_jurisdiction_or_knowledge_base_is_another_answer(edition: Edition) -> None:
    replies = unbounded()
    for place in Jurisdiction:
        cache = cache_of(answerer_of(edition, place), Calendar(), replies, place)
        assert tier_of(cache, question(1)) == "evaluated"
    metrics = CacheMetrics(CollectorRegistry())
    answers = answerer_of(edition)
    other = ReplyCache(answers, replies, ("other", Jurisdiction.US), Calendar(), metrics)
    assert tier_of(other, question(1)) == "evaluated"
    assert len(replies) == len(Jurisdiction) + 1


def test_a_refusal_is_not_kept(edition: Edition) -> None:
    replies = unbounded()
    cache = cache_of(answerer_of(edition), Calendar(), replies)
    for _ in range(2):
        with pytest.raises(InvalidRequest):
            cache.answer(b"")
    assert len(replies) == 0


def test_the_longest_unused_gives_way() -> None:
    evicted: list[None] = []
    replies = Replies(3 * (OVERHEAD_BYTES + 2), lambda: evicted.append(None))
    for key in (b"a", b"b", b"c"):
        replies.put(key, Stored(b"x", b""))
    replies.get(b"a")
    replies.put(b"d", Stored(b"", b"x"))
    kept = [key for key in (b"a", b"b", b"c", b"d") if replies.get(key)]
    assert kept == [b"a", b"c", b"d"]
    assert (len(evicted), replies.bytes) == (1, 3 * (OVERHEAD_BYTES + 2))
    replies.put(b"e", Stored(b"x" * 10_000, b""))
    assert replies.get(b"e") is None
    replies.put(b"d", Stored(b"yy", b""))
    assert (replies.get(b"d"), len(replies)) == (Stored(b"yy", b""), 2)


def test_every_call_is_looked_for_once(edition: Edition) -> None:
    registry = CollectorRegistry()
    answers, metrics = answerer_of(edition), CacheMetrics(registry)
    cache = ReplyCache(answers, unbounded(), ("digest", Jurisdiction.US), Calendar(), metrics)
    fresh, again = (cache.answer(question(1)) for _ in range(2))
    assert again == fresh._replace(tier="reply_cache")
    counted = {
        result: registry.get_sample_value(
            "lems_guard_cache_lookups_total", {"tier": "reply", "result": result}
        )
        for result in ("hit", "miss")
    }
    assert counted == {"hit": 1, "miss": 1}


def test_each_process_has_keys_of_its_own() -> None:
    """Else who reads its memory could try which prescriptions were sent."""
    assert unbounded().key(b"asked") != unbounded().key(b"asked")


def test_the_garbage_collector_has_nothing_to_walk(edition: Edition) -> None:
    replies = unbounded()
    cache = cache_of(answerer_of(edition), Calendar(), replies)
    for number in range(500):
        cache.answer(question(number))
    entries = dict(replies._replies)
    assert len(entries) == 500
    assert not any(gc.is_tracked(each) for pair in entries.items() for each in pair)
