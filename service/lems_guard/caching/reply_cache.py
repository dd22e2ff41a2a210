"""The reply cache: the same bytes asked again on the same day get the same bytes back.

It holds bytes and nothing else, in one mapping: the garbage collector has nothing to walk. What
was asked is kept as a hash only, so no order text stays in memory. Beside gRPC's own work the
little that happens here is felt, so a hit touches as little as it can.
"""

import datetime
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256

import msgspec

from lems_guard.caching.seal import encode
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.grpc_api.answer import Answer, Answers, Tally
from lems_guard.telemetry.cache_metrics import CacheMetrics

# What an entry takes beside its content: three bytes objects, what holds them, and its place.
OVERHEAD_BYTES = 250
TIER = "reply_cache"
NOTHING_MISSED = (None, b"")

unpacked_tally = msgspec.msgpack.Decoder(Tally).decode


class Stored(msgspec.Struct, frozen=True, gc=False):
    """A reply and its tally, packed: the garbage collector passes them by."""

    reply: bytes
    packed_tally: bytes

    @staticmethod
    def of(answer: Answer) -> "Stored":
        """An answer to be given again."""
        return Stored(answer.reply, encode(answer.tally))

    def answer(self) -> Answer:
        """The answer, come from here."""
        return Answer(self.reply, unpacked_tally(self.packed_tally), TIER)


class Replies:
    """Stored replies, bounded in bytes; the one longest unused goes first."""

    def __init__(self, most_bytes: int, evicted: Callable[[], None]) -> None:
        """`evicted` hears of every reply given up."""
        self._most = most_bytes
        self._evicted = evicted
        self._replies: OrderedDict[bytes, Stored] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._replies)

    def get(self, key: bytes) -> Stored | None:
        """The reply of a key, which counts as used."""
        stored = self._replies.get(key)
        if stored is not None:
            self._replies.move_to_end(key)
        return stored

    def put(self, key: bytes, stored: Stored) -> None:
        """Store a reply, unless it is too large for any others to stay."""
        size = _size(key, stored)
        if size > self._most:
            return
        before = self._replies.pop(key, None)
        self.bytes += size - (0 if before is None else _size(key, before))
        self._replies[key] = stored
        while self.bytes > self._most:
            self.bytes -= _size(*self._replies.popitem(last=False))
            self._evicted()


def _size(key: bytes, stored: Stored) -> int:
    return len(key) + len(stored.reply) + len(stored.packed_tally) + OVERHEAD_BYTES


class ReplyCache:
    """`Answers` of one edition that remember what they said today."""

    __slots__ = (
        "_answers",
        "_day",
        "_edition",
        "_hit",
        "_miss",
        "_missed",
        "_replies",
        "_scope",
        "_today",
    )

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
        self._edition = f"{digest}|{jurisdiction.name}"
        self._today = today
        self._begin(today())
        # What was looked for last in vain, and its key: the answer that follows needs no new one.
        self._missed: tuple[bytes | None, bytes] = NOTHING_MISSED
        self._hit = metrics.lookup("reply", "hit")
        self._miss = metrics.lookup("reply", "miss")

    def recall(self, raw: bytes) -> Stored | None:
        """The reply to the same bytes, if it was given today; nothing is awaited."""
        day = self._today()
        if day != self._day:
            self._begin(day)
        key = sha256(self._scope + raw).digest()
        stored = self._replies.get(key)
        if stored is None:
            self._missed = raw, key
            self._miss()
        else:
            self._hit()
        return stored

    async def answer(self, raw: bytes) -> Answer:
        """The reply to a serialised CheckPrescriptionRequest; raises `InvalidRequest`."""
        if self._missed[0] is not raw:  # else an edge has looked, and comes for the answer
            stored = self.recall(raw)
            if stored is not None:
                return stored.answer()
        (_, key), self._missed = self._missed, NOTHING_MISSED
        day = self._day
        answer = await self._answers.answer(raw)
        # At midnight the answer may be tomorrow's already, and the key still today's.
        if self._today() == day:
            self._replies.put(key, Stored.of(answer))
        return answer

    def _begin(self, day: datetime.date) -> None:
        """What was said the day before is not found any more, and gives way in time."""
        self._day = day
        self._scope = f"{self._edition}|{day.toordinal()}|".encode()
