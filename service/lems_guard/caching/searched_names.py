"""Names that needed a search: what one replica has found, another fetches.

A text that no table holds is searched among all names for what it may have meant. One search costs
less than asking Redis; but all names of a request travel in one journey, so for many it may pay.

How many a request has is not known before it is read. So it is read, and searched for as long as
asking would take; what is left is counted, fetched together where that is worth it, and the request
read again. Nothing is searched twice, and nothing but the time differs.
"""

import asyncio
import math
import time
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple, Protocol, TypeAlias

import msgspec

from lems_guard.caching.cost import WORTH, Policy
from lems_guard.caching.seal import content_of, encode
from lems_guard.caching.store import CORRUPT, HIT, OPEN, Found, Store
from lems_guard.clinical.medication import Medication, MedicationList, Understood
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.grpc_api import read
from lems_guard.grpc_api.questions import Question
from lems_guard.screening.memory import Recent
from lems_guard.telemetry.cache_metrics import CacheMetrics
from lems_guard.telemetry.instruments import TIER_RESULTS
from lems_guard.v1 import prescription_pb2 as wire

KIND, TIER = "name", "names"
MOST_NAMES = 256
# What is longer is no name, and searched where it came in.
LONGEST_TEXT = 500
# Besides the journey: to name one, carry it, unseal and unpack it.
SECONDS_A_NAME = 10e-6
SHARE_OF_THE_LATEST = 0.05

Near: TypeAlias = tuple[str, ...]
Search: TypeAlias = Callable[[str, Jurisdiction], Near]

_decode = msgspec.msgpack.Decoder(Near).decode


class Name(NamedTuple):
    """A text that no table holds, and where it was written."""

    text: str
    jurisdiction: Jurisdiction


class Unsearched(Exception):
    """Enough was searched for one request: what is left had better be fetched."""


class Searches:
    """The search of one edition, which knows names again and may stop to have others fetched."""

    def __init__(self, search: Search) -> None:
        """Nothing is known yet."""
        self._search = search
        self._known: Recent[Name, Near] = Recent(MOST_NAMES)
        self._left = math.inf
        self._done = 0
        # What one search takes, of late.
        self.seconds = 0.0

    def __call__(self, text: str, jurisdiction: Jurisdiction) -> Near:
        """What a text may have meant; raises `Unsearched` when the request has had its share."""
        if len(text) > LONGEST_TEXT:
            return self._search(text, jurisdiction)
        name = Name(text, jurisdiction)
        near = self._known.get(name)
        return self.searched(name) if near is None else near

    def knows(self, name: Name) -> bool:
        """Whether a name was searched or fetched lately."""
        return self._known.get(name) is not None

    def keep(self, name: Name, near: Near) -> None:
        """Know a name that was fetched."""
        self._known.keep(name, near)

    def searched(self, name: Name) -> Near:
        """The search itself."""
        if self._left <= 0:
            raise Unsearched
        begun = time.perf_counter()
        near = self._search(*name)
        seconds = time.perf_counter() - begun
        self._left -= seconds
        self._done += 1
        self.seconds += (seconds - self.seconds) * SHARE_OF_THE_LATEST if self.seconds else seconds
        self.keep(name, near)
        return near

    def within(self, seconds: float) -> None:
        """Stop after so much time, from now on."""
        self._left = seconds

    def done(self) -> int:
        """How many searches there were since this was asked last."""
        done, self._done = self._done, 0
        return done


class Reading(Protocol):
    """What reads orders."""

    def understand(self, medication: Medication, jurisdiction: Jurisdiction) -> Understood:
        """What one order holds; never raises."""


class Needed:
    """Tells which names a request would have searched, without searching any."""

    def __init__(
        self, reading_with: Callable[[Search], Reading], jurisdiction: Jurisdiction
    ) -> None:
        """`reading_with` gives what reads by a search; the jurisdiction is that of silence."""
        self._reading = reading_with(self._note)
        self._jurisdiction = jurisdiction
        self._noted: dict[Name, None] = {}

    def _note(self, text: str, jurisdiction: Jurisdiction) -> Near:
        if len(text) <= LONGEST_TEXT:
            self._noted[Name(text, jurisdiction)] = None
        return ()

    def of(self, message: wire.CheckPrescriptionRequest) -> list[Name]:
        """The names, each once."""
        self._noted.clear()
        jurisdiction = read.JURISDICTIONS[message.jurisdiction] or self._jurisdiction
        try:
            for order in _orders(message):
                self._reading.understand(order, jurisdiction)
        except read.AMISS:
            pass  # It will be said when the request is read.
        return list(self._noted)


def _orders(message: wire.CheckPrescriptionRequest) -> Iterator[Medication]:
    lists = (message.proposed, message.active, message.stopped)
    for medication_list, orders in zip(MedicationList, lists, strict=True):
        for each in orders:
            yield read.order(each, medication_list)


class Asking(NamedTuple):
    """What reads a request by a search that may stop, and tells which names it would search."""

    question: Callable[[wire.CheckPrescriptionRequest], Question]
    searches: Searches
    needed: Needed
    digest: str


class SharedNames:
    """Questions as read with the names that other replicas have searched already."""

    def __init__(
        self,
        asking: Asking,
        store: Store,
        metrics: CacheMetrics,
        *,
        policy: Policy,
        seconds: float,
    ) -> None:
        """Keep each name for `seconds`, more or less."""
        self._ask, self._searches, self._needed, self._digest = asking
        self._store = store
        self._policy = policy
        self._seconds = seconds
        self._count = {result: metrics.lookup(TIER, result) for result in TIER_RESULTS[TIER]}
        self._under_way: dict[Name, asyncio.Task[None]] = {}

    async def question(self, message: wire.CheckPrescriptionRequest) -> Question:
        """What a request asks, as understood; raises `InvalidRequest`."""
        try:
            return self._searching_for(message, self._patience())
        except Unsearched:
            pass
        names = [name for name in self._needed.of(message) if not self._searches.knows(name)]
        if self._is_worth_it(len(names)):
            await self._fetched(names)
        return self._searching_for(message, math.inf)

    def _searching_for(self, message: wire.CheckPrescriptionRequest, seconds: float) -> Question:
        """Read a request, with so much time for searches; those done without Redis count so."""
        self._searches.within(seconds)
        try:
            return self._ask(message)
        finally:
            self._searches.within(math.inf)
            result = "skipped" if self._store.is_open_to_calls else OPEN
            for _ in range(self._searches.done()):
                self._count[result]()

    def _patience(self) -> float:
        """How long to search before it is worth asking: as long as asking takes."""
        if not self._store.is_open_to_calls:
            return math.inf
        return self._store.read_seconds if self._policy is Policy.AUTO else 0.0

    def _is_worth_it(self, number: int) -> bool:
        if self._policy is not Policy.AUTO:
            return number > 0
        fetching = self._store.read_seconds + number * SECONDS_A_NAME
        return number * self._searches.seconds > WORTH * fetching

    async def _fetched(self, names: Collection[Name]) -> None:
        """Know these names: each is fetched once for all who need it at this moment."""
        fresh = [name for name in names if name not in self._under_way]
        if fresh:
            journey = asyncio.create_task(self._fetch(fresh))
            self._under_way |= dict.fromkeys(fresh, journey)
        # One caller may leave; the others still want them.
        await asyncio.shield(asyncio.gather(*{self._under_way[name] for name in names}))

    async def _fetch(self, names: Collection[Name]) -> None:
        try:
            keys = [self._key(name) for name in names]
            for name, key, found in zip(names, keys, await self._store.get_each(keys), strict=True):
                self._take(name, key, found)
        finally:
            for name in names:
                del self._under_way[name]

    def _take(self, name: Name, key: str, found: Found) -> None:
        """Know what was fetched; what was not is searched, and shared."""
        near, result = unpacked(found)
        self._count[result]()
        if near is not None:
            self._searches.keep(name, near)
            return
        near = self._searches.searched(name)
        self._searches.done()
        self._store.put(key, lambda: encode(near), self._seconds)

    def _key(self, name: Name) -> str:
        content = content_of((name.jurisdiction.name, name.text))
        return self._store.seal.name(KIND, self._digest, content)


def unpacked(found: Found) -> tuple[Near | None, str]:
    """What was fetched, and what to count it as."""
    if found.content is None:
        return None, found.result
    try:
        return _decode(found.content), HIT
    except msgspec.MsgspecError:
        return None, CORRUPT
