"""What replicas tell each other by way of a real Redis, and what they do without it."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from prometheus_client import CollectorRegistry

from lems_guard.clinical.episode import Episode
from lems_guard.clinical.outcome import AlertOutcome, AlertVerdict, OverrideReason, Recording
from lems_guard.sharing.memory import Memory
from lems_guard.sharing.outcomes import AlertOutcomes, outcome_name
from lems_guard.sharing.repeats import Repeats, card_name
from lems_guard.sharing.tokens import Token, UsedTokens
from lems_guard.store.clients import connect_to
from lems_guard.store.store import Store
from lems_guard.telemetry.cache_metrics import CacheMetrics
from redis_servers import Server, alone
from replicas import SECRET
from waiting import until

EPISODE = Episode("hospital", "Dr Canary", "patient 4711", "visit")
REPORT = AlertOutcome("Mrs Canary's order", "0123456789abcdef", ("rule",), AlertVerdict.ACCEPTED)
OVERRIDE = REPORT._replace(verdict=AlertVerdict.OVERRIDDEN, reason=OverrideReason.EMERGENCY)
TOKEN = Token("hospital", "Canary's token", 300)
NEW, REPEATED, CONFLICTING = Recording


class Sharer:
    """One replica's part in what is shared."""

    def __init__(self, url: str) -> None:
        self.used: Counter[tuple[str, str]] = Counter()
        metrics = CacheMetrics(CollectorRegistry())
        self.store = Store(connect_to(url), SECRET, metrics)
        self.outcomes = AlertOutcomes(self.store, Memory(600), self.count, lambda *_: None)
        self.repeats = Repeats(self.store, Memory(600), self.count)
        self.tokens = UsedTokens(self.store, self.count)

    def count(self, memory: str, heard: str) -> None:
        self.used[memory, heard] += 1

    def in_use(self) -> None:
        until(lambda: self.store.is_in_use)


@contextlib.contextmanager
def sharers(url: str, *, in_use: bool = True) -> Iterator[tuple[Sharer, Sharer]]:
    one, other = Sharer(url), Sharer(url)
    with one.store.running(), other.store.running():
        for sharer in (one, other) if in_use else ():
            sharer.in_use()
        yield one, other


def test_a_report_counts_once_whichever_replica_hears_it(server: Server) -> None:
    server.client.flushall()
    with sharers(server.url) as (one, other):
        assert one.outcomes.record(REPORT) is NEW
        assert other.outcomes.record(REPORT) is REPEATED
        assert other.outcomes.record(OVERRIDE) is CONFLICTING
        assert one.outcomes.record(REPORT) is REPEATED
        at_once = [one.outcomes.record, other.outcomes.record] * 8
        with ThreadPoolExecutor(len(at_once)) as threads:
            told = list(threads.map(lambda each: each(OVERRIDE._replace(outcome_id="b")), at_once))
        assert sorted(told) == [NEW] + [REPEATED] * 15
        assert one.used["alert_outcomes", "own"] == 0


def test_a_card_shown_by_one_replica_is_known_to_the_other(server: Server) -> None:
    server.client.flushall()
    with sharers(server.url) as (one, other):
        one.repeats.remember(EPISODE, ["a", "b"])
        until(lambda: server.client.dbsize() == 2)
        assert other.repeats.shown(EPISODE, ["a", "b", "c"]) == {"a", "b"}
        assert other.repeats.shown(EPISODE._replace(patient="x"), ["a"]) == frozenset()
        assert one.repeats.shown(EPISODE, ["a"]) == {"a"}


def test_a_forged_note_hides_no_card_and_swallows_no_report(server: Server) -> None:
    server.client.flushall()
    with sharers(server.url) as (one, _):
        names = one.store.naming
        server.client.set(card_name(names, EPISODE, "a"), b"")
        server.client.set(outcome_name(names, REPORT.outcome_id), b"forged")
        assert one.repeats.shown(EPISODE, ["a"]) == frozenset()
        assert one.outcomes.record(REPORT) is NEW
        assert one.used == {("repeat_filter", "corrupt"): 1, ("alert_outcomes", "corrupt"): 1}


def test_a_token_serves_once_whichever_replica_hears_it(server: Server) -> None:
    server.client.flushall()
    with sharers(server.url) as (one, other):
        assert one.tokens.claim(TOKEN)
        assert not other.tokens.claim(TOKEN)
        assert other.tokens.claim(TOKEN._replace(issuer="another"))
        names = list(server.entries())
        assert min(map(server.client.pttl, names)) >= TOKEN.seconds * 1000
        for name in names:
            server.client.set(name, b"forged")
        assert one.tokens.claim(TOKEN), "what is forged keeps nobody out"


def test_without_redis_each_replica_goes_by_what_it_knows() -> None:
    with alone() as server, sharers(server.url) as (one, other):
        assert one.outcomes.record(REPORT) is NEW
        server.hang()
        for sharer in (one, other):
            sharer.repeats.remember(EPISODE, ["a"])
            assert sharer.repeats.shown(EPISODE, ["a", "b"]) == {"a"}
            assert sharer.tokens.claim(TOKEN)
        assert one.outcomes.record(REPORT) is REPEATED
        assert other.outcomes.record(REPORT) is NEW
        assert other.used["alert_outcomes", "own"] == 1
        server.go_on()


def test_redis_learns_of_nobody(server: Server) -> None:
    server.client.flushall()
    with sharers(server.url) as (one, _):
        one.outcomes.record(OVERRIDE)
        one.repeats.remember(EPISODE, ["card of Mrs Canary"])
        one.tokens.claim(TOKEN)
        until(lambda: server.client.dbsize() == 3)
    stored = b"".join(part for pair in server.entries().items() for part in pair)
    for told in (b"Canary", b"4711", b"hospital", b"visit", b"rule", REPORT.alert_id.encode()):
        assert told not in stored
