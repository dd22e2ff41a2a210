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
    KEYS,
    OTHER_EC_KEY,
    PATH,
    RSA_KEY,
    SMALL_EC_KEY,
    jwks,
    token,
    write,
    write_callers,
)
from lems_guard.callers.issuers import Fetched, IssuerKeys
from lems_guard.callers.known import KnownCallers
from lems_guard.callers.tokens import Replays, Verifier
from lems_guard.clinical.errors import Unauthenticated, Unavailable
from waiting import PATIENCE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_callers(tmp_path)
    return tmp_path


def no_network(_: str) -> bytes:
    raise OSError


class NobodyElse:
    """No other replica has heard of any token."""

    @staticmethod
    def claim(_: object) -> bool:
        return True


class Verifying(Verifier):
    """A verifier of a file's issuers that looks at the file each time."""

    def __init__(self, folder: Path, get: Callable[[str], bytes]) -> None:
        self.known = KnownCallers(folder / "callers.yaml")
        elsewhere: Any = NobodyElse()
        super().__init__(lambda: self.known.directory, IssuerKeys(get), f"{BASE}/", elsewhere)

    def caller(self, text: str, path: str = PATH) -> str:
        self.known.look()
        return self.verified(text, path).caller.name


def verifier(folder: Path, get: Callable[[str], bytes] = no_network) -> Verifying:
    return Verifying(folder, get)


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
    assert verifier(folder).caller(made()) == "ehr"


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
        verifier(folder).caller(FAULTS[fault]())


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
        verifier(folder).caller(FAULTS[fault]())


def test_a_token_serves_once(folder: Path) -> None:
    known, text = verifier(folder), token()
    known.caller(text)
    with pytest.raises(Unauthenticated):
        known.caller(text)


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
        known.caller(token({"kid": "new"}, OTHER_EC_KEY))
    (folder / "ehr.json").write_bytes(jwks(new=OTHER_EC_KEY))
    known.caller(token({"kid": "new"}, OTHER_EC_KEY))
    with pytest.raises(Unauthenticated):
        known.caller(token())


def test_a_file_that_breaks_leaves_the_last_good_keys(folder: Path) -> None:
    known = verifier(folder)
    known.caller(token())
    (folder / "ehr.json").write_text("{")
    (folder / "callers.yaml").write_text("{")
    known.caller(token())


def test_an_issuer_leaves_with_the_file(folder: Path) -> None:
    known = verifier(folder)
    (folder / "callers.yaml").write_text("callers: []\n")
    with pytest.raises(Unauthenticated):
        known.caller(token())


def test_keys_come_from_the_address_of_the_token(folder: Path) -> None:
    asked: list[str] = []

    def get(url: str) -> bytes:
        asked.append(url)
        return jwks(new=OTHER_EC_KEY)

    known = verifier(folder, get)
    for _ in range(3):
        known.caller(token({"kid": "new", "jku": JKU}, OTHER_EC_KEY))
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
            self.free.wait(PATIENCE)
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
    known.caller(token({"jku": JKU}))
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


AUDIENCE = "https://guard.example.org"


@pytest.fixture
def access(tmp_path: Path) -> Verifying:
    """An issuer of access tokens, for one client and for one subject."""
    (tmp_path / "ehr.json").write_bytes(jwks(**KEYS))
    issuer = {"iss": ISS, "jwks_file": "ehr.json", "audience": AUDIENCE}
    write(
        tmp_path,
        {"name": "app", "issuer": issuer | {"client_id": "app-1"}, "roles": ["check"]},
        {"name": "nurse", "issuer": issuer | {"sub": "nurse-1"}, "roles": ["check"]},
    )
    return verifier(tmp_path)


def access_token(**claims: object) -> str:
    return token({"typ": "at+jwt"}, **{"aud": AUDIENCE, "client_id": "app-1", "jti": None} | claims)


def test_an_access_token_serves_until_it_ends_and_tells_which_client(access: Verifying) -> None:
    text = access_token()
    assert [access.caller(text) for _ in range(3)] == ["app"] * 3
    assert access.caller(access_token(client_id=None, azp="app-1")) == "app"
    assert access.caller(access_token(client_id=None, sub="nurse-1")) == "nurse"
    rs256 = token({"alg": "RS256", "kid": "rsa"}, RSA_KEY, aud=AUDIENCE, client_id="app-1")
    assert access.caller(rs256) == "app"


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"client_id": "app-2"}, "another client of the same issuer"),
        ({"client_id": None}, "nobody is named"),
        ({"client_id": ["app-1"]}, "a list is no name"),
        ({"aud": f"{BASE}{PATH}"}, "for another audience"),
        ({"exp": int(time.time()) + 100_000}, "it lives longer than a day"),
        ({"exp": int(time.time()) - 100}, "it has ended"),
    ],
)
def test_an_access_token_that_names_no_caller_is_refused(
    access: Verifying, claims: dict[str, Any], why: str
) -> None:
    with pytest.raises(Unauthenticated):
        pytest.fail(f"{why}: {access.caller(access_token(**claims))}")


def test_an_access_token_of_another_key_is_refused(access: Verifying) -> None:
    with pytest.raises(Unauthenticated):
        access.caller(token(key=OTHER_EC_KEY, aud=AUDIENCE, client_id="app-1"))
