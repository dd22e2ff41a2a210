"""Tokens over HTTP: at one service, and where several replicas stand behind one address."""

import time
from pathlib import Path

from callers.issuing import BASE, ISS, bearer, token, write_callers
from edges.order_entry.calling import ORDER_SIGN, Reply, order, send, sign
from edges.order_entry.schema import checked, outcome
from redis_servers import alone
from running import start, stop
from waiting import PATIENCE

TRIES = 5


def test_a_service_with_an_issuer_lets_it_in_and_nobody_else(tmp_path: Path) -> None:
    running = start(
        LEMS_GUARD_CALLERS=str(write_callers(tmp_path)),
        LEMS_GUARD_CDS_HOOKS_URL=BASE,
    )
    try:
        call = sign(order("metoprolol po"))
        text = bearer(token())
        assert checked(send(running.http_at, ORDER_SIGN, call, Authorization=text).content)
        again = send(running.http_at, ORDER_SIGN, call, Authorization=text)
        assert again.status == 401
        assert "used before" in outcome(again.content)
        elsewhere = send(running.http_at, "/cds-services", Authorization=bearer(token()))
        assert elsewhere.status == 401
        listed = bearer(token(aud=f"{BASE}/cds-services"))
        assert send(running.http_at, "/cds-services", Authorization=listed).status == 200
        assert "notices" not in send(running.http_at, "/readyz").json()
    finally:
        stop(running)


def test_a_token_serves_at_one_replica(tmp_path: Path) -> None:
    """Two replicas behind one address, and the Redis that they share."""
    with alone() as redis:
        settings = {
            "LEMS_GUARD_CALLERS": str(write_callers(tmp_path)),
            "LEMS_GUARD_CDS_HOOKS_URL": BASE,
            "LEMS_GUARD_REDIS_URL": redis.url,
            "LEMS_GUARD_CACHE_KEY": "a secret of both replicas, 32 long",
        }
        replicas = [start(**settings), start(**settings)]
        try:
            one, other = (replica.http_at for replica in replicas)
            for at in (one, other):
                until_shared(at)
            # Redis has twenty milliseconds: on a busy machine one token in a few may be missed.
            tried = (sent_twice(one, other) for _ in range(TRIES))
            again = next(each for each in tried if each.status == 401)
            assert "used before" in outcome(again.content)
            keys = b" ".join(redis.entries())
            assert ISS.encode() not in keys
        finally:
            for replica in replicas:
                stop(replica)


def sent_twice(one: str, other: str) -> Reply:
    """The second replica's reply to a token that the first has served."""
    text = bearer(token())
    assert send(one, ORDER_SIGN, sign(), Authorization=text).status == 200
    return send(other, ORDER_SIGN, sign(), Authorization=text)


def until_shared(at: str) -> None:
    """Call with new tokens until Redis is asked about them."""
    shared = b'lems_guard_shared_memory_total{memory="tokens",result="shared"} 0.0'
    ends = time.monotonic() + PATIENCE
    while shared in send(at, "/metrics").content:
        assert time.monotonic() < ends
        listed = bearer(token(aud=f"{BASE}/cds-services"))
        assert send(at, "/cds-services", Authorization=listed).status == 200
