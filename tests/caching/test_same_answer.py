"""A cache never changes an answer: fresh, cached, reloaded: the same bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from lems_guard.answering.answer import Answerer
from lems_guard.caching.replies import Replies, ReplyCache
from lems_guard.caching.shared_replies import SharedReplies
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.editions.library import Edition, load_edition, packaged_rules
from lems_guard.store.entries import HIT, MISS, Found, NoStore
from lems_guard.telemetry.cache_metrics import CacheMetrics
from lems_guard.v1 import prescription_pb2 as wire
from prescriptions import prescriptions, texts_of
from replicas import TODAY, answerer_of
from searching import examples


def generated(edition: Edition) -> st.SearchStrategy[wire.CheckPrescriptionRequest]:
    return prescriptions(texts_of(edition))


class Held(NoStore):
    """Entries of this process: what is written is there at once."""

    is_in_use = True

    def __init__(self) -> None:
        super().__init__()
        self._held: dict[str, bytes] = {}

    def get(self, name: str) -> Found:
        content = self._held.get(name)
        return Found(content, HIT if content is not None else MISS)

    def put(self, name: str, content: bytes, seconds: float) -> None:
        assert seconds > 0
        self._held[name] = content


def sharing(answerer: Answerer) -> SharedReplies:
    scope, metrics = (answerer.knowledge.digest, Jurisdiction.US), CacheMetrics(CollectorRegistry())
    return SharedReplies(answerer, Held(), scope, lambda: TODAY, metrics, 0)


def remembering(answerer: Answerer) -> ReplyCache:
    edition, replies = (answerer.knowledge.digest, Jurisdiction.US), Replies(10**7, lambda: None)
    metrics = CacheMetrics(CollectorRegistry())
    return ReplyCache(answerer, replies, edition, lambda: TODAY, metrics)


@pytest.fixture(scope="module")
def reloaded() -> Edition:
    return load_edition(packaged_rules()).edition


@examples(150)
@given(data=st.data())
def test_the_same_bytes_wherever_they_come_from(
    edition: Edition, reloaded: Edition, data: st.DataObject
) -> None:
    raw = data.draw(generated(edition)).SerializeToString()
    fresh, cached = answerer_of(edition).answer(raw), remembering(answerer_of(edition))
    first, again = (cached.answer(raw) for _ in range(2))
    assert again.tier == "reply_cache"
    shared = sharing(answerer_of(edition))
    told, fetched = (shared.answer(raw) for _ in range(2))
    assert fetched.tier == "redis"
    for where, answer in {
        "first": first,
        "again": again,
        "told": told,
        "fetched": fetched,
        "reloaded": answerer_of(reloaded).answer(raw),
    }.items():
        assert answer.reply == fresh.reply, where
        assert answer.tally == fresh.tally, where
