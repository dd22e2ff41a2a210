"""What stands in Redis is believed only if we wrote it, for this very question, in this format."""

from collections.abc import Callable

import pytest

from lems_guard.caching.shared_replies import SECONDS
from lems_guard.editions.library import Edition
from lems_guard.store.seal import NONCE_BYTES, Seal
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2
from redis_servers import Server
from replicas import SECRET, Replica

ALL_CLEAR = wire.CheckPrescriptionResponse(
    completeness=terms_pb2.COMPLETENESS_COMPLETE
).SerializeToString()
HEAD_BYTES = 1 + NONCE_BYTES
FORGERIES: dict[str, Callable[[str, bytes, bytes], bytes]] = {
    "nothing": lambda _name, _value, _other: b"",
    "not sealed": lambda _name, _value, _other: ALL_CLEAR,
    "the old nonce on another content": lambda _n, value, _o: value[:HEAD_BYTES] + ALL_CLEAR,
    "no more than a nonce": lambda _n, value, _o: value[:HEAD_BYTES],
    "sealed by another": lambda name, _v, _o: Seal(b"another secret, long enough").close(
        name, ALL_CLEAR
    ),
    "sealed for another question": lambda _n, _v, other: other,
    "cut short": lambda _n, value, _o: value[:-1],
    "longer": lambda _n, value, _o: value + b"\0",
    "one bit turned": lambda _n, value, _o: value[:40] + bytes((value[40] ^ 1,)) + value[41:],
    "another format": lambda _n, value, _o: bytes((value[0] + 1,)) + value[1:],
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_all_clear_is_refused(
    edition: Edition, server: Server, forgery: Callable[[str, bytes, bytes], bytes]
) -> None:
    server.client.flushall()
    with Replica(edition, server.url).running() as replica:
        replica.remembers(0, 1)
        [(name, value)] = server.entries("reply").items()
        replica.remembers(1, 1)
        [other] = [entry for key, entry in server.entries("reply").items() if key != name]
        server.client.set(name, forgery(name.decode(), value, other))
        # `ask` compares with a fresh answer: the alerts are all there.
        assert replica.ask_many(0, 1) == ["evaluated"]
        assert replica.lookups()["corrupt"] == 1
        replica.remembers(0, 1)


def test_another_kind_of_value_is_no_answer_either(edition: Edition, server: Server) -> None:
    server.client.flushall()
    with Replica(edition, server.url).running() as replica:
        replica.remembers(0, 1)
        [name] = server.entries("reply")
        server.client.delete(name)
        server.client.lpush(name, "an element")
        assert replica.ask_many(0, 1) == ["evaluated"]
        assert replica.lookups()["error"] == 1


def test_replicas_with_other_secrets_do_not_meet(edition: Edition, server: Server) -> None:
    server.client.flushall()
    for secret in (SECRET, b"another secret, long enough"):
        with Replica(edition, server.url, secret=secret).running() as replica:
            assert replica.ask_many(0, 1) == ["evaluated"]
            replica.settled()
            assert replica.lookups()["corrupt"] == 0
    assert server.client.dbsize() == 2


def test_an_entry_ends_after_its_time_give_or_take_a_tenth(
    edition: Edition, server: Server
) -> None:
    server.client.flushall()
    with Replica(edition, server.url).running() as replica:
        replica.remembers(0, 40)
    left = [server.client.pttl(name) / 1000 for name in server.entries()]
    assert all(SECONDS * 0.9 - 60 < seconds <= SECONDS * 1.1 for seconds in left)
    assert max(left) - min(left) > SECONDS / 30
