"""Replies shared by all replicas: what one worked out, another need not.

An ordinary list is worked out faster than Redis is asked, so by default only long ones are. Stored
is what `answer` returned: a refusal or a fault raises, and is never stored.
"""

import datetime
from collections.abc import Callable

import msgspec

from lems_guard.answering.answer import Answer, Answers
from lems_guard.caching.replies import Stored
from lems_guard.clinical.deadline import InTime, always
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.store.entries import CORRUPT, ERROR, HIT, MISS, OPEN, TIMEOUT, Entries
from lems_guard.store.naming import encode
from lems_guard.telemetry.cache_metrics import CacheMetrics

KIND = "reply"
TIER = "redis"
# A list is looked at again within the hour, by the same people or the next system on its way.
SECONDS = 3600.0
# Some thirty coded orders, or a hundred in words: 2 to 5 ms of work beside 0.2 for asking in vain
# and telling (decision 0020). Where one list in ten is known, all of it pays.
WORTH_IT_BYTES = 4096
SKIPPED = "skipped"
RESULTS = (HIT, MISS, CORRUPT, TIMEOUT, ERROR, OPEN, SKIPPED)

_decode = msgspec.msgpack.Decoder(Stored).decode


class SharedReplies:
    """`Answers` of one edition that ask the other replicas first, where it pays."""

    def __init__(
        self,
        answers: Answers,
        entries: Entries,
        edition: tuple[str, Jurisdiction],
        today: Callable[[], datetime.date],
        metrics: CacheMetrics,
        least_bytes: int = WORTH_IT_BYTES,
    ) -> None:
        """As `ReplyCache`; a request of less than `least_bytes` is not looked for."""
        self._answers = answers
        self._entries = entries
        self._digest, jurisdiction = edition
        self._jurisdiction = jurisdiction.name
        self._today = today
        self._least_bytes = least_bytes
        self._count = {result: metrics.lookup(TIER, result) for result in RESULTS}

    def answer(self, raw: bytes, in_time: InTime = always) -> Answer:
        """The reply to a serialised CheckPrescriptionRequest; raises as `Answers` do."""
        unasked = self._unasked(raw)
        if unasked:
            self._count[unasked]()
            return self._answers.answer(raw, in_time)
        day = self._today()
        asked = (self._jurisdiction, day.toordinal(), raw)
        name = self._entries.naming.name(KIND, self._digest, asked)
        stored = self._stored(name)
        if stored is not None:
            return stored
        answer = self._answers.answer(raw, in_time)
        # At midnight the answer may be tomorrow's already, and the key still today's.
        if self._today() == day:
            self._entries.put(name, encode(Stored.of(answer)), SECONDS)
        return answer

    def _unasked(self, raw: bytes) -> str:
        """Why the other replicas are not asked, in a word; empty where they are."""
        if len(raw) < self._least_bytes:
            return SKIPPED
        return "" if self._entries.is_in_use else OPEN

    def _stored(self, name: str) -> Answer | None:
        content, result = self._entries.get(name)
        answer = None if content is None else _read(content)
        self._count[CORRUPT if result == HIT and answer is None else result]()
        return answer


def _read(content: bytes) -> Answer | None:
    """A stored answer; `None` where it is none as this version writes them."""
    try:
        return _decode(content).answer(TIER)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
