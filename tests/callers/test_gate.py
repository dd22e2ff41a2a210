"""The gate: who is known, what they may, how often; and whence a call comes."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from callers.issuing import ISS, JKU, OTHER_EC_KEY, jwks, write, write_callers
from lems_guard.callers.gate import REMEMBERED_SECONDS, KnownGate, OpenGate, Shown, bearer
from lems_guard.callers.known import KnownCallers
from lems_guard.callers.limits import Limiter
from lems_guard.callers.profile import Allowed
from lems_guard.callers.proofs import Verified
from lems_guard.callers.roles import ALL, CHECKING, OPERATING, READING, REPORTING, roles_for
from lems_guard.callers.ways import is_from_here, is_proxied
from lems_guard.clinical.errors import Overloaded, PermissionDenied, Unauthenticated

SIGNED = "a.signed.token"
HERE, THERE = Shown(is_here=True), Shown(is_here=False)


class Counted:
    """Counts who came."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, str]] = Counter()

    def came(self, caller: str, outcome: str) -> None:
        self.seen[caller, outcome] += 1


class Signed:
    """Verifies one token, as often as it is asked, and counts that."""

    def __init__(self, known: KnownCallers) -> None:
        self.asked, self.known, self.until = 0, known, 100.0

    def verified(self, token: str, _: str) -> Verified:
        self.asked += 1
        if token != SIGNED:
            raise Unauthenticated("its signature is not of this key")
        return Verified(self.known.directory.callers["app"], self.until)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Site:
    """A gate before a file of callers."""

    def __init__(self, folder: Path) -> None:
        self.path = write(
            folder,
            {"name": "pharmacy", "token_sha256": digest("secret"), "roles": ["check"]},
            {"name": "ward", "certificate": {"san": "ward.example"}, "roles": ["feedback"]},
            {
                "name": "app",
                "issuer": {"iss": ISS, "jku": JKU, "audience": "x"},
                "roles": ["knowledge"],
            },
            {
                "name": "slow",
                "token_sha256": digest("slow"),
                "roles": ["check"],
                "calls_per_second": 0.001,
            },
        )
        self.known, self.counted, self.now = KnownCallers(self.path), Counted(), 0.0
        self.signed = Signed(self.known)
        self.gate = KnownGate(self.known, self.signed, self.counted, lambda: self.now)

    def name(self, **shown: Any) -> str:  # noqa: ANN401
        return self.gate.caller(Shown(**shown)).name


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_without_a_file_this_machine_may_do_all_and_others_what_the_site_says() -> None:
    closed, open_to_all = OpenGate(may_all_check=False), OpenGate(may_all_check=True)
    for gate in (closed, open_to_all):
        assert gate.caller(HERE).roles == ALL
        assert gate.at_once(Shown(is_here=None)) is None
    with pytest.raises(Unauthenticated):
        closed.caller(THERE)
    stranger = open_to_all.caller(THERE)
    open_to_all.admit(stranger, CHECKING)
    for roles in (READING, REPORTING, OPERATING):
        with pytest.raises(PermissionDenied):
            open_to_all.admit(stranger, roles)


def test_a_token_is_known_by_its_hash(site: Site) -> None:
    assert site.name(authorization="Bearer secret") == "pharmacy"
    assert site.name(authorization="bearer  secret") == "pharmacy"


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic c2VjcmV0",
        "secret",
        "Bearer Secret",
        "Bearer secret2",
        "Bearer secre",
        "Bearer " + digest("secret"),
        "Bearer a.b",
        "Bearer a.forged.token",
        "Bearer \udcff",
        "Bearer " + "x" * 100_000,
    ],
)
def test_nothing_else_is(site: Site, authorization: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        site.name(authorization=authorization)
    assert "secret" not in str(refused.value)
    assert site.counted.seen == {("", "unauthenticated"): 1}


def test_this_machine_is_asked_too_where_there_is_a_file(site: Site) -> None:
    with pytest.raises(Unauthenticated):
        site.name(is_here=True)


def test_a_certificate_is_known_by_its_alternative_name(site: Site) -> None:
    assert site.name(certificate=("other.example", "ward.example")) == "ward"
    assert site.gate.at_once(Shown(certificate=None)) is None
    for names in ((), ("Ward.example",), ("ward.example.evil",), ("*",)):
        with pytest.raises(Unauthenticated):
            site.name(certificate=names)


def test_a_token_that_is_shown_counts_and_not_the_certificate(site: Site) -> None:
    with pytest.raises(Unauthenticated):
        site.name(authorization="Bearer wrong", certificate=("ward.example",))


def test_a_signed_token_is_verified_once_while_it_lives(site: Site) -> None:
    shown = Shown("Bearer a.signed.token")
    assert site.gate.at_once(shown) is None
    for _ in range(3):
        assert site.gate.caller(shown).name == "app"
    assert site.signed.asked == 1
    assert site.gate.at_once(shown) is not None
    site.now = 101.0
    assert site.gate.at_once(shown) is None


def test_one_that_serves_once_is_verified_each_time(site: Site) -> None:
    site.signed.until = 0
    for _ in range(3):
        site.gate.caller(Shown("Bearer a.signed.token"))
    assert site.signed.asked == 3


def test_who_leaves_the_file_is_not_let_in_by_a_token_that_was_verified(site: Site) -> None:
    shown = Shown("Bearer a.signed.token")
    site.gate.caller(shown)
    write(site.path.parent)
    site.known.look()
    with pytest.raises(Unauthenticated):
        site.gate.caller(shown)


def test_a_verified_token_is_verified_again_before_it_ends(site: Site) -> None:
    """Its issuer may have taken back the key since."""
    site.signed.until = 86_400.0
    shown = Shown("Bearer a.signed.token")
    site.gate.caller(shown)
    site.now = REMEMBERED_SECONDS - 1
    assert site.gate.at_once(shown) is not None
    site.now = REMEMBERED_SECONDS
    assert site.gate.at_once(shown) is None


def test_a_token_that_was_verified_while_its_caller_left_is_not_remembered(site: Site) -> None:
    """The file is read again between the look at it and the end of a slow verification."""
    shown = Shown("Bearer a.signed.token")
    verified = site.signed.verified
    changed = json.loads(site.path.read_text())["callers"]

    def slowly(token: str, _: str) -> Verified:
        found = verified(token, _)
        write(site.path.parent, *[each | {"roles": ["operate"]} for each in changed])
        site.known.look()
        return found

    site.signed.verified = slowly  # type: ignore[method-assign]
    site.gate.caller(shown)
    assert site.gate.at_once(shown) is None, "what another file proved"


def test_what_a_key_proved_ends_with_the_file_of_keys(tmp_path: Path) -> None:
    path = write_callers(tmp_path)
    known = KnownCallers(path)
    before = known.directory
    known.look()
    assert known.directory is before
    (tmp_path / "ehr.json").write_bytes(jwks(ec=OTHER_EC_KEY))
    known.look()
    assert known.directory is not before
    assert known.directory.callers == before.callers


def test_each_role_opens_its_own_methods_alone(site: Site) -> None:
    caller = site.gate.caller(Shown("Bearer secret"))
    site.gate.admit(caller, CHECKING)
    for roles in (READING, REPORTING, OPERATING):
        with pytest.raises(PermissionDenied, match=r"role .* is missing"):
            site.gate.admit(caller, roles)
    assert site.counted.seen == {("pharmacy", "let_in"): 1, ("pharmacy", "denied"): 3}


@pytest.mark.parametrize(
    ("service", "method", "roles"),
    [
        ("lems_guard.v1.InteractionCheckService", "CheckPrescription", {"check"}),
        ("InteractionCheckService", "CheckPrescriptionStream", {"check"}),
        ("lems_guard.v1.KnowledgeService", "GetRule", {"knowledge", "review"}),
        ("lems_guard.v1.KnowledgeService", "ResolveMedication", {"knowledge", "review"}),
        ("lems_guard.v1.AlertService", "RecordAlertOutcome", {"feedback"}),
        (
            "lems_guard.v1.KnowledgeService",
            "GetKnowledgeBase",
            {"check", "knowledge", "feedback", "review", "operate"},
        ),
    ],
)
def test_which_roles_a_method_asks_for(service: str, method: str, roles: set[str]) -> None:
    assert {role.value for role in roles_for(service, method)} == roles


def test_one_who_asks_too_often_takes_nothing_from_the_others(site: Site) -> None:
    slow = site.gate.caller(Shown("Bearer slow"))
    site.gate.admit(slow, CHECKING)
    for _ in range(5):
        with pytest.raises(Overloaded, match="NOT checked"):
            site.gate.admit(slow, CHECKING)
    other = site.gate.caller(Shown("Bearer secret"))
    for _ in range(5):
        site.gate.admit(other, CHECKING)
    assert site.counted.seen["slow", "limited"] == 5


def test_so_many_calls_in_a_second_and_no_more() -> None:
    now = [0.0]
    limiter = Limiter(Allowed(calls_per_second=10), lambda: now[0])

    def let_in() -> int:
        number = 0
        try:
            while True:
                limiter.enter()
                number += 1
        except Overloaded:
            return number

    assert let_in() == 10
    now[0] = 0.5
    assert let_in() == 5
    now[0] = 100
    assert let_in() == 10


def test_so_many_calls_at_once() -> None:
    limiter = Limiter(Allowed(in_flight=2))
    limiter.enter()
    limiter.enter()
    with pytest.raises(Overloaded, match="under way"):
        limiter.enter()
    limiter.leave()
    limiter.enter()


def test_items_of_a_stream_wait_for_their_turn() -> None:
    now = [0.0]
    limiter = Limiter(Allowed(calls_per_second=2), lambda: now[0])
    assert [limiter.take() for _ in range(4)] == [0, 0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("forwarded", "RFC 7239"),
        ("via", "RFC 9110"),
        ("x-forwarded-for", "most proxies"),
        ("x-forwarded-proto", "most proxies"),
        ("x-forwarded-server", "Apache"),
        ("x-real-ip", "nginx, as its manual has it"),
        ("cf-connecting-ip", "Cloudflare"),
        ("true-client-ip", "Akamai"),
        ("x-client-ip", "others"),
        ("x-envoy-external-address", "Envoy"),
        ("x-envoy-attempt-count", "Envoy"),
    ],
)
def test_what_proxies_add_tells_them(header: str, why: str) -> None:
    assert is_proxied(["host", header]), why


@pytest.mark.parametrize(
    ("client", "host", "version", "is_here", "why"),
    [
        ("127.0.0.1", "127.0.0.1:8080", "1.1", True, "a program of this machine"),
        ("127.0.0.1", "localhost:8080", "1.1", True, "by its name"),
        ("::1", "[::1]:8080", "1.1", True, "by IPv6"),
        ("::1", "[::1]", "1.1", True, "without a port"),
        ("10.0.0.1", "127.0.0.1:8080", "1.1", False, "from elsewhere, whatever it says"),
        ("127.0.0.1", "evil.example", "1.1", False, "a name bound to this machine's address"),
        ("127.0.0.1", "localhost.evil.example", "1.1", False, "the same"),
        ("127.0.0.1", "127.0.0.1.evil.example", "1.1", False, "the same"),
        ("127.0.0.1", "", "1.1", False, "no name at all"),
        ("127.0.0.1", "127.0.0.1:8080", "1.0", False, "nginx as it comes"),
        (None, "127.0.0.1:8080", "1.1", False, "a peer that is gone"),
    ],
)
def test_whence_an_http_request_comes(
    client: str | None, host: str, version: str, why: str, *, is_here: bool
) -> None:
    scope = {
        "http_version": version,
        "client": client and (client, 4711),
        "server": ("127.0.0.1", 8080),
    }
    assert is_from_here(scope, {"host": host}) is is_here, why


def test_a_unix_socket_is_of_this_machine() -> None:
    scope = {"http_version": "1.1", "client": None, "server": ("/run/http.sock", None)}
    assert is_from_here(scope, {"host": "guard"})
    assert not is_from_here(scope, {"host": "guard", "x-forwarded-for": "10.0.0.1"})


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer a", "a"), ("bearer a", "a"), ("BEARER  a ", "a"), ("Bearer", None), ("", None)],
)
def test_a_bearer_token(header: str, token: str | None) -> None:
    assert bearer(header) == token
