"""The reply cache: the same bytes asked again on the same day get the same bytes back.

It holds bytes and nothing else, in one mapping: the garbage collector has nothing to walk. What
was asked is kept as a hash only, so no order text stays in memory.
"""

import datetime
import functools
import hashlib
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from lems_guard.caching.seal import encode
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.grpc_api.answer import Answer, Answers, Tally
from lems_guard.telemetry.cache_metrics import CacheMetrics

# What an entry takes beside its content: two bytes objects and a place in the mapping.
OVERHEAD_BYTES = 250
LENGTH_BYTES = 4
TIER = "reply_cache"


class Replies:
    """Stored replies, bounded in bytes; the one longest unused goes first."""

    def __init__(self, most_bytes: int, evicted: Callable[[], None]) -> None:
        """`evicted` hears of every reply given up."""
        self._most = most_bytes
        self._evicted = evicted
        self._replies: OrderedDict[bytes, bytes] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._replies)

    def get(self, key: bytes) -> bytes | None:
        """The entry of a key, which counts as used."""
        entry = self._replies.get(key)
        if entry is not None:
            self._replies.move_to_end(key)
        return entry

    def put(self, key: bytes, entry: bytes) -> None:
        """Store an entry, unless it is too large for any others to stay."""
        size = _size(key, entry)
        if size > self._most:
            return
        before = self._replies.pop(key, None)
        self.bytes += size - (0 if before is None else _size(key, before))
        self._replies[key] = entry
        while self.bytes > self._most:
            self.bytes -= _size(*self._replies.popitem(last=False))
            self._evicted()


def _size(key: bytes, entry: bytes) -> int:
    return len(key) + len(entry) + OVERHEAD_BYTES


class ReplyCache:
    """`Answers` of one edition that remember what they said today."""

    __slots__ = ("_answers", "_edition", "_hit", "_miss", "_replies", "_today")

    def __init__(
        self,
        answers: Answers,
        replies: Replies,
        edition: tuple[str, Jurisdiction],
        today: Callable[[], datetime.date],
        metrics: CacheMetrics,
    ) -> None:
        """`edition`: the digest of the knowledge and the jurisdiction where requests say none.

        `today` must be the day that `answers` go by.
        """
        digest, jurisdiction = edition
        self._answers = answers
        self._replies = replies
        self._edition = f"{digest}|{jurisdiction.name}|".encode()
        self._today = today
        self._hit = metrics.lookup("reply", "hit")
        self._miss = metrics.lookup("reply", "miss")

    async def answer(self, raw: bytes) -> Answer:
        """The reply to a serialised CheckPrescriptionRequest; raises `InvalidRequest`."""
        day = self._today()
        key = hashlib.sha256(b"%b%d|%b" % (self._edition, day.toordinal(), raw)).digest()
        entry = self._replies.get(key)
        if entry is not None:
            self._hit()
            return unpacked(entry)
        self._miss()
        answer = await self._answers.answer(raw)
        # At midnight the answer may be tomorrow's already, and the key still today's.
        if self._today() == day:
            self._replies.put(key, packed(answer))
        return answer


def packed(answer: Answer) -> bytes:
    """An answer as one piece: the length of its tally, the tally, the reply."""
    tally = encode(answer.tally)
    return len(tally).to_bytes(LENGTH_BYTES) + tally + answer.reply


def unpacked(entry: bytes) -> Answer:
    """The answer in an entry."""
    end = LENGTH_BYTES + int.from_bytes(entry[:LENGTH_BYTES])
    return Answer(entry[end:], unpacked_tally(entry[LENGTH_BYTES:end]), TIER)


# Replies differ in more than their tallies do, so the same objects often serve again.
unpacked_tally = functools.lru_cache(maxsize=1024)(msgspec.msgpack.Decoder(Tally).decode)
