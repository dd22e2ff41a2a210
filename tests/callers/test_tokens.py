"""Tokens: what is accepted, and each way in which one is not."""

import base64
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import pytest

from callers.issuing import (
    BASE,
    EC_KEY,
    ISS,
    JKU,
    OTHER_EC_KEY,
    PATH,
    RSA_KEY,
    SMALL_EC_KEY,
    bearer,
    jwks,
    token,
    write_issuers,
)
from lems_guard.callers.issuers import Fetched, Issuers
from lems_guard.callers.tokens import Replays, Verifier
from lems_guard.clinical.errors import InvalidSettings, Unauthenticated, Unavailable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_issuers(tmp_path)


def no_network(_: str) -> bytes:
    raise OSError


def verifier(folder: Path, get: Callable[[str], bytes] = no_network) -> Verifier:
    return Verifier(Issuers(folder / "issuers.json", get), f"{BASE}/")


@pytest.mark.parametrize(
    "made",
    [
        lambda: token(sub="x"),
        lambda: token({"alg": "RS384", "kid": "rsa"}, RSA_KEY),
        lambda: token(aud=["https://else.example", f"{BASE}{PATH}"]),
        lambda: token(tenant="north"),
    ],
)
def test_a_sound_token_tells_who_calls(folder: Path, made: Callable[[], str]) -> None:
    assert verifier(folder).token(bearer(made()), PATH).issuer == ISS


def unsigned() -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT","kid":"ec"}').rstrip(b"=")
    return f"{head.decode()}.{token().split('.')[1]}."


def by_public_key() -> str:
    """The old trick: HMAC with the public key as its secret."""
    parts = token().split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"HS384","typ":"JWT","kid":"ec"}').rstrip(b"=")
    return f"{head.decode()}.{parts[1]}.{parts[2]}"


def tampered() -> str:
    head, body, signature = token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["sub"] = "somebody else"
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{head}.{changed}.{signature}"


NOW = int(time.time())
FAULTS: dict[str, Callable[[], str]] = {
    "alg none": unsigned,
    "hmac": lambda: token({"alg": "HS384"}, "secret" * 20),
    "hmac with the public key": by_public_key,
    "RS256": lambda: token({"alg": "RS256", "kid": "rsa"}, RSA_KEY),
    "ES256": lambda: token({"alg": "ES256", "kid": "p256"}, SMALL_EC_KEY),
    "another's key": lambda: token(key=OTHER_EC_KEY),
    "a key of another kind": lambda: token({"kid": "rsa"}),
    "unknown key": lambda: token({"kid": "none"}),
    "no key id": lambda: token({"kid": ""}),
    "not a JWT": lambda: token({"typ": "at+jwt"}),
    "tampered": tampered,
    "other address": lambda: token(aud=f"{BASE}/cds-services"),
    "longer address": lambda: token(aud=f"{BASE}{PATH}/"),
    "base only": lambda: token(aud=BASE),
    "no audience": lambda: token(aud=None),
    "expired": lambda: token(iat=NOW - 900, exp=NOW - 600),
    "no end": lambda: token(exp=None),
    "too long a life": lambda: token(exp=int(time.time()) + 90_000),
    "no begin": lambda: token(iat=None),
    "of the future": lambda: token(iat=int(time.time()) + 600, exp=int(time.time()) + 900),
    "unknown issuer": lambda: token(iss="https://else.example"),
    "no issuer": lambda: token(iss=None),
    "issuer with a slash": lambda: token(iss=f"{ISS}/"),
    "no id": lambda: token(jti=None),
    "empty id": lambda: token(jti=""),
    "key address not allowed": lambda: token({"jku": "https://evil.example/jwks.json"}),
    "garbage": lambda: "a.b.c",
    "nothing": lambda: "",
    "huge": lambda: "x" * 10_000,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_token_at_fault_is_refused(folder: Path, fault: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier(folder).token(bearer(FAULTS[fault]()), PATH)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("expired", "exp has passed"),
        ("other address", "aud is not the address"),
        ("no audience", "aud is missing"),
        ("no begin", "iat is missing"),
        ("of the future", "iat or nbf is yet to come"),
        ("another's key", "signature is not of this key"),
        ("no id", "jti is missing"),
        ("unknown issuer", "issuer is not allowed"),
        ("too long a life", "lives longer than an hour"),
        ("garbage", "not valid here"),
    ],
)
def test_a_refusal_names_the_claim(folder: Path, fault: str, said: str) -> None:
    with pytest.raises(Unauthenticated, match=said):
        verifier(folder).token(bearer(FAULTS[fault]()), PATH)


@pytest.mark.parametrize("authorization", ["", "Basic abc", "Bearer", "bearer  "])
def test_what_is_no_bearer_token_is_refused(folder: Path, authorization: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier(folder).token(authorization, PATH)


def test_a_token_serves_once(folder: Path) -> None:
    known, text = verifier(folder), bearer(token())
    known.token(text, PATH)
    with pytest.raises(Unauthenticated):
        known.token(text, PATH)


def test_too_many_tokens_let_nobody_in() -> None:
    replays = Replays(2)
    assert replays.claim("a", "1", 10, 0)
    assert replays.claim("b", "1", 10, 0)
    with pytest.raises(Unavailable):
        replays.claim("c", "1", 10, 0)
    assert replays.claim("c", "1", 30, 20)


def test_keys_rotate_with_the_file(folder: Path) -> None:
    known = verifier(folder)
    with pytest.raises(Unauthenticated):
        known.token(bearer(token({"kid": "new"}, OTHER_EC_KEY)), PATH)
    (folder / "ehr.json").write_bytes(jwks(new=OTHER_EC_KEY))
    known.token(bearer(token({"kid": "new"}, OTHER_EC_KEY)), PATH)
    with pytest.raises(Unauthenticated):
        known.token(bearer(token()), PATH)


def test_a_file_that_breaks_leaves_the_last_good_keys(folder: Path) -> None:
    known = verifier(folder)
    known.token(bearer(token()), PATH)
    (folder / "ehr.json").write_text("{")
    (folder / "issuers.json").write_text("{")
    known.token(bearer(token()), PATH)


def test_an_issuer_leaves_with_the_file(folder: Path) -> None:
    known = verifier(folder)
    (folder / "issuers.json").write_text('{"issuers": []}')
    with pytest.raises(Unauthenticated):
        known.token(bearer(token()), PATH)


def test_keys_come_from_the_address_of_the_token(folder: Path) -> None:
    asked: list[str] = []

    def get(url: str) -> bytes:
        asked.append(url)
        return jwks(new=OTHER_EC_KEY)

    known = verifier(folder, get)
    for _ in range(3):
        known.token(bearer(token({"kid": "new", "jku": JKU}, OTHER_EC_KEY)), PATH)
    assert asked == [JKU]


def test_an_address_is_asked_again_when_a_key_is_unknown_but_not_at_once() -> None:
    sets, clock = [jwks(a=EC_KEY), jwks(a=EC_KEY, b=OTHER_EC_KEY)], [0.0]
    fetched = Fetched(JKU, lambda _: sets.pop(0), lambda: clock[0])

    def kids(kid: str) -> list[str]:
        return [key["kid"] for key in fetched.keys(kid)]

    assert kids("a") == ["a"]
    assert kids("b") == ["a"]
    clock[0] = 11
    assert kids("b") == ["a", "b"]


def test_old_keys_end_when_their_address_stays_away() -> None:
    clock, sets = [0.0], [jwks(a=EC_KEY)]

    def get(_: str) -> bytes:
        return sets.pop(0)

    fetched = Fetched(JKU, get, lambda: clock[0])
    assert fetched.keys("a")
    clock[0] = 3000
    assert fetched.keys("a")
    clock[0] = 3700
    assert not fetched.keys("a")


class Hanging:
    """An address that gives one set of keys, and then hangs until it is let go."""

    def __init__(self, *keys: bytes) -> None:
        self.keys, self.asked, self.free = list(keys), 0, threading.Event()

    def get(self, _: str) -> bytes:
        self.asked += 1
        if not self.keys:
            self.free.wait(20)
            raise OSError
        return self.keys.pop()


def test_keys_that_are_held_are_given_at_once_while_their_address_hangs() -> None:
    clock, address = [0.0], Hanging(jwks(a=EC_KEY))
    fetched = Fetched(JKU, address.get, lambda: clock[0])
    assert fetched.keys("a")
    clock[0] = 1000  # old: asked for anew, behind
    assert fetched.keys("a")
    assert fetched.keys("a")
    address.free.set()


def test_a_key_of_the_file_needs_no_address(folder: Path) -> None:
    address = Hanging()
    known = verifier(folder, address.get)
    known.token(bearer(token({"jku": JKU})), PATH)
    assert address.asked == 0


def test_only_a_few_wait_for_a_key_that_is_not_held() -> None:
    address = Hanging()
    fetched = Fetched(JKU, address.get)
    with ThreadPoolExecutor(3) as threads:
        asked = [threads.submit(fetched.keys, "new") for _ in range(3)]
        refused = next(each for each in as_completed(asked))
        address.free.set()
        assert isinstance(refused.exception(), Unavailable)
        assert sum(each.exception() is None for each in asked) == 2


def test_a_file_that_is_none_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "issuers.json").write_text('{"issuer": 1}')
    with pytest.raises(InvalidSettings, match="LEMS_GUARD_CDS_HOOKS_ISSUERS"):
        Issuers(tmp_path / "issuers.json", no_network)


@pytest.mark.parametrize(
    ("issuer", "keys", "told", "why"),
    [
        ({}, "", f"{ISS} has neither jwksFile nor jku", "every token would be refused"),
        ({"jku": []}, "", f"{ISS} has neither jwksFile nor jku", "no address is none"),
        ({"jwksFile": "none.json"}, "", "none.json, cannot be read: No such file", "misspelt"),
        ({"jwksFile": "keys.json", "jku": [JKU]}, "{", "keys.json, is no JWKS", "cut off"),
        ({"jwksFile": "keys.json"}, '{"keys": []}', "keys.json, holds no key", "empty"),
        (
            {"jwksFile": "\0", "jku": [JKU]},
            "",
            "jwksFile is no name of a file",
            "a sign that none has",
        ),
    ],
)
def test_an_issuer_that_nobody_could_call_for_is_told_at_the_start(
    tmp_path: Path, issuer: dict[str, Any], keys: str, told: str, why: str
) -> None:
    (tmp_path / "keys.json").write_text(keys)
    (tmp_path / "issuers.json").write_text(json.dumps({"issuers": [{"iss": ISS, **issuer}]}))
    with pytest.raises(InvalidSettings) as refused:
        Issuers(tmp_path / "issuers.json", no_network)
    assert str(refused.value).startswith("LEMS_GUARD_CDS_HOOKS_ISSUERS: "), why
    assert told in str(refused.value), why
