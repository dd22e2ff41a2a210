"""Replies in process: the same bytes asked again on the same day get the same bytes back.

They are bytes and nothing else, in one mapping: the garbage collector has nothing to walk. What was
asked is kept as a keyed hash only, so no order text stays in memory, and none can be guessed from
what does.
"""

import datetime
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b

import msgspec

from lems_guard.answering.answer import Answer, Answers, Tally
from lems_guard.clinical.deadline import InTime, always
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.store.naming import encode
from lems_guard.telemetry.cache_metrics import CacheMetrics

# What an entry takes beside its content: three bytes objects, what holds them, and its place.
OVERHEAD_BYTES = 250
TIER = "reply_cache"
KEY_BYTES = 20

_decode = msgspec.msgpack.Decoder(Tally).decode


class Stored(msgspec.Struct, frozen=True, gc=False):
    """A reply, and in bytes too what metrics count of it."""

    reply: bytes
    tally: bytes

    @staticmethod
    def of(answer: Answer) -> "Stored":
        """An answer to be given again."""
        return Stored(answer.reply, encode(answer.tally))

    def answer(self, tier: str) -> Answer:
        """The answer, come from this tier; raises `msgspec.DecodeError`."""
        return Answer(self.reply, _decode(self.tally), tier)


class Replies:
    """Stored replies, bounded in bytes; the one longest unused goes first. Any thread may call."""

    def __init__(self, most_bytes: int, evicted: Callable[[], None]) -> None:
        """`evicted` hears of every reply given up."""
        self._most = most_bytes
        self._evicted = evicted
        self._replies: OrderedDict[bytes, Stored] = OrderedDict()
        self._lock = threading.Lock()
        self._secret = secrets.token_bytes(32)
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._replies)

    def key(self, asked: bytes) -> bytes:
        """The key of what was asked: nobody else can work it out, or undo it."""
        return blake2b(asked, key=self._secret, digest_size=KEY_BYTES).digest()

    def get(self, key: bytes) -> Stored | None:
        """The reply of a key, which counts as used."""
        with self._lock:
            stored = self._replies.get(key)
            if stored is not None:
                self._replies.move_to_end(key)
        return stored

    def put(self, key: bytes, stored: Stored) -> None:
        """Store a reply, unless it is too large for any others to stay."""
        size = _size(key, stored)
        if size > self._most:
            return
        with self._lock:
            before = self._replies.pop(key, None)
            self.bytes += size - (0 if before is None else _size(key, before))
            self._replies[key] = stored
            while self.bytes > self._most:
                self.bytes -= _size(*self._replies.popitem(last=False))
                self._evicted()


def _size(key: bytes, stored: Stored) -> int:
    return len(key) + len(stored.reply) + len(stored.tally) + OVERHEAD_BYTES


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
        self._edition = f"{digest}|{jurisdiction.name}"
        self._today = today
        self._hit = metrics.lookup("reply", "hit")
        self._miss = metrics.lookup("reply", "miss")

    def answer(self, raw: bytes, in_time: InTime = always) -> Answer:
        """The reply to a serialised CheckPrescriptionRequest; raises as `Answers` do."""
        day = self._today()
        key = self._replies.key(f"{self._edition}|{day.toordinal()}|".encode() + raw)
        stored = self._replies.get(key)
        if stored is not None:
            self._hit()
            return stored.answer(TIER)
        self._miss()
        answer = self._answers.answer(raw, in_time)
        # At midnight the answer may be tomorrow's already, and the key still today's.
        if self._today() == day:
            self._replies.put(key, Stored.of(answer))
        return answer
