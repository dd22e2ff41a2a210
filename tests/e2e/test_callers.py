"""Callers of a real service: by token, by certificate, by an issuer's token; roles and limits."""

import hashlib
import ssl
import threading
import time
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from callers.issuing import BASE, ISS, KEYS, jwks, token, write
from certificates import Authority, Pair
from e2e_calls import KNOWLEDGE, got, posted
from lems_guard_client import (
    Client,
    OverloadedError,
    PermissionDeniedError,
    Tls,
    UnauthenticatedError,
)
from lems_guard_client.v1 import alert_service_pb2 as alerts
from running import Running, ended, start, stop, trailing
from secured import REQUEST, checked, read
from waiting import PATIENCE, until

TOKENS = {name: f"{name}-token-of-this-test" for name in ("pharmacy", "reader", "operator", "slow")}


def by_token(name: str, *roles: str, **limits: float) -> dict[str, Any]:
    digest = hashlib.sha256(TOKENS[name].encode()).hexdigest()
    return {"name": name, "token_sha256": digest, "roles": list(roles), **limits}


def by_issuer(**issuer: str) -> dict[str, Any]:
    return {"iss": ISS, "jwks_file": "ehr.json", "audience": BASE, **issuer}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("callers")
    (folder / "ehr.json").write_bytes(jwks(**KEYS))
    return folder


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Running]:
    callers = write(
        folder,
        by_token("pharmacy", "check"),
        by_token("reader", "knowledge"),
        by_token("operator", "operate", "feedback"),
        by_token("slow", "check", calls_per_second=1, in_flight=1),
        {"name": "app", "issuer": by_issuer(client_id="app-1"), "roles": ["check"]},
    )
    running = start(LEMS_GUARD_CALLERS=str(callers))
    yield running
    stop(running)


def asking(service: Running, shown: str | None) -> Client:
    return Client(service.grpc_at, token=shown, deadline=20)


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        (None, "nobody says who it is, on this machine too"),
        ("pharmacy-token-of-this-tes", "a sign too few"),
        ("pharmacy-token-of-this-test2", "a sign too many"),
        (hashlib.sha256(TOKENS["pharmacy"].encode()).hexdigest(), "the hash is no token"),
        ("a.b.c", "no JWT"),
        (token(aud=BASE), "a client that is not named"),
        (token(aud="https://else.example", client_id="app-1"), "for somebody else"),
        (token(aud=BASE, client_id="app-1", exp=int(time.time()) - 100), "it has ended"),
    ],
)
def test_who_is_not_known_is_not_answered_over_either_port(
    service: Running, shown: str | None, why: str
) -> None:
    with asking(service, shown) as client, pytest.raises(UnauthenticatedError) as refused:
        client.check(REQUEST)
    reply = posted(service, shown)
    assert (reply.status, reply.value["code"]) == (401, 16), why
    assert reply.headers["www-authenticate"] == "Bearer"
    for said in (refused.value.message, reply.value["message"]):
        assert said
        assert not any(each in said for each in TOKENS.values())
        assert not shown or shown not in said


def test_a_known_token_is_answered_over_either_port(service: Running) -> None:
    with asking(service, TOKENS["pharmacy"]) as client:
        assert len(client.check(REQUEST).alerts) > 0
        assert [len(each.checked().alerts) for each in client.check_all([REQUEST] * 2)]
        assert client.knowledge_base().rule_count > 0
    assert posted(service, TOKENS["pharmacy"]).status == 200
    signed = token(aud=BASE, client_id="app-1", jti=None)
    with asking(service, signed) as client:
        assert all(len(client.check(REQUEST).alerts) > 0 for _ in range(3))
    assert posted(service, signed).status == 200


def test_each_role_opens_its_methods_over_either_port(service: Running) -> None:
    report = alerts.RecordAlertOutcomeRequest()
    with asking(service, TOKENS["reader"]) as client:
        assert any(client.rules())
        with pytest.raises(PermissionDeniedError, match="role check is missing"):
            client.check(REQUEST)
        with pytest.raises(PermissionDeniedError, match="role feedback is missing"):
            client.record_outcome(report)
    with asking(service, TOKENS["pharmacy"]) as client:
        with pytest.raises(PermissionDeniedError, match="knowledge or review is missing"):
            next(iter(client.rules()))
        with pytest.raises(PermissionDeniedError):
            client.record_outcome(report)
    denied = posted(service, TOKENS["reader"])
    assert (denied.status, denied.value["code"]) == (403, 7)
    assert posted(service, TOKENS["pharmacy"], f"{KNOWLEDGE}/ListRules").status == 403


def test_a_stream_asks_too(service: Running) -> None:
    for shown, kind in ((None, UnauthenticatedError), (TOKENS["reader"], PermissionDeniedError)):
        with asking(service, shown) as client, pytest.raises(kind):
            next(iter(client.check_all([REQUEST]))).checked()


def test_probes_ask_nobody(service: Running) -> None:
    assert got(service, "/livez").status == got(service, "/readyz").status == 200
    with service.channel() as channel:
        health: Any = channel.unary_unary("/grpc.health.v1.Health/Check")
        assert health(b"", timeout=PATIENCE)


def test_metrics_and_reflection_are_for_this_machine_or_who_operates(service: Running) -> None:
    assert got(service, "/metrics").status == 200
    there = {"host": "guard.example.org"}
    assert got(service, "/metrics", **there).status == 401
    assert got(service, "/metrics", TOKENS["pharmacy"], **there).status == 403
    assert got(service, "/metrics", TOKENS["operator"], **there).status == 200
    reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
    with service.channel() as channel:
        ask: Any = channel.stream_stream(reflection)
        assert list(ask(iter([b":\0"]), timeout=PATIENCE))
        proxied = (("x-forwarded-for", "10.0.0.1"),)
        with pytest.raises(grpc.RpcError, match="UNAUTHENTICATED"):
            list(ask(iter([b":\0"]), timeout=PATIENCE, metadata=proxied))


def test_a_flood_of_one_is_refused_and_starves_nobody(service: Running) -> None:
    over, codes = threading.Event(), list[str]()

    def flood() -> None:
        with asking(service, TOKENS["slow"]) as client:
            while not over.is_set():
                try:
                    client.check(REQUEST)
                except OverloadedError as fault:
                    codes.append(fault.message)

    flooding = [threading.Thread(target=flood) for _ in range(4)]
    for each in flooding:
        each.start()
    try:
        with asking(service, TOKENS["pharmacy"]) as client:
            assert all(len(client.check(REQUEST).alerts) > 0 for _ in range(30))
    finally:
        over.set()
        for each in flooding:
            each.join()
    assert codes
    assert all("than it may: NOT checked" in each for each in codes)


def test_who_is_refused_for_its_limits_hears_when_to_come_again(service: Running) -> None:
    metadata = (("authorization", f"Bearer {TOKENS['slow']}"),)
    with service.channel() as channel:
        check: Any = channel.unary_unary("/lems_guard.v1.InteractionCheckService/CheckPrescription")
        raw = REQUEST.SerializeToString()
        refused = None
        while refused is None:
            try:
                check(raw, timeout=PATIENCE, metadata=metadata)
            except grpc.RpcError as fault:
                refused = fault
        assert "RESOURCE_EXHAUSTED" in str(refused)
        assert trailing(refused)["grpc-retry-pushback-ms"] == "200"


def test_calls_of_nobody_take_no_place_and_are_counted(service: Running) -> None:
    """Ten times as many as there are places, headers alone: the known caller does not notice."""
    path = "/lems_guard.v1.InteractionCheckService/CheckPrescription"

    def endless() -> Iterator[bytes]:
        time.sleep(2)
        yield b""

    with service.channel() as channel, asking(service, TOKENS["pharmacy"]) as client:
        unasked: Any = channel.stream_unary(path)
        calls = [unasked.future(endless(), timeout=PATIENCE) for _ in range(100)]
        assert all(len(client.check(REQUEST).alerts) > 0 for _ in range(20))
        assert {each.code() for each in calls} == {grpc.StatusCode.UNAUTHENTICATED}
    told = got(service, "/metrics").text
    assert 'lems_guard_calls_by_caller_total{caller="unknown",outcome="unauthenticated"}' in told
    assert 'caller="pharmacy",outcome="let_in"' in told
    assert 'grpc_code="UNAUTHENTICATED"' in told


def test_no_token_is_ever_logged(service: Running) -> None:
    posted(service, TOKENS["pharmacy"])
    posted(service, "a-wrong-token-of-this-test")
    assert not any("token-of-this-test" in line for line in service.log)


def test_the_file_is_read_again_and_a_wrong_one_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "ehr.json").write_bytes((folder / "ehr.json").read_bytes())
    path = write(tmp_path, by_token("reader", "knowledge"))
    running = start(LEMS_GUARD_CALLERS=str(path))

    def answers(status: int) -> None:
        until(lambda: posted(running, TOKENS["pharmacy"]).status == status)

    def refused_is(value: str) -> None:
        told = f"lems_guard_callers_refused {value}"
        until(lambda: told in got(running, "/metrics").text)

    try:
        answers(401)
        write(tmp_path, by_token("pharmacy", "check"))
        answers(200)
        path.write_text("callers: [")
        refused_is("1.0")
        answers(200)
        write(tmp_path)
        answers(401)
        refused_is("0.0")
    finally:
        stop(running)
    assert any("callers not read again" in line for line in running.log)


@pytest.fixture(scope="module")
def mutual(authority: Authority, server: Pair, tmp_path_factory: Any) -> Iterator[Running]:  # noqa: ANN401
    known = {"name": "ward", "certificate": {"san": "ward-7.example.org"}, "roles": ["check"]}
    path = write(tmp_path_factory.mktemp("mutual"), known, by_token("reader", "knowledge"))
    running = start(
        **server.settings(),
        LEMS_GUARD_TLS_CLIENT_CA=str(authority.certificate),
        LEMS_GUARD_CALLERS=str(path),
    )
    yield running
    stop(running)


@pytest.mark.parametrize(
    ("names", "is_known"),
    [
        (("DNS:ward-7.example.org",), True),
        (("DNS:other.example.org", "DNS:ward-7.example.org"), True),
        (("URI:ward-7.example.org",), True),
        (("DNS:ward-7.example.org.evil.example",), False),
        (("DNS:ward-8.example.org",), False),
        (("DNS:*.example.org",), False),
    ],
)
def test_a_certificate_says_who_calls_over_either_port(
    mutual: Running, authority: Authority, names: tuple[str, ...], *, is_known: bool
) -> None:
    shown = authority.issued("caller", *names)
    files = {"ca": authority.certificate, "certificate": shown.certificate, "key": shown.key}
    context = ssl.create_default_context(cafile=authority.certificate)
    context.load_cert_chain(shown.certificate, shown.key)
    if is_known:
        assert checked(mutual, Tls.of_files(**files), 20) > 0
        assert "LEMS Guard" in read(mutual.http_at, "/", context)
        return
    with pytest.raises(UnauthenticatedError, match="certificate that is known"):
        checked(mutual, Tls.of_files(**files), 20)
    with pytest.raises(urllib.error.HTTPError, match="401"):
        read(mutual.http_at, "/", context)


def test_what_the_command_line_is_told(service: Running, tmp_path: Path) -> None:
    def asked(**files: str) -> tuple[int, str]:
        options = [part for name, value in files.items() for part in (f"--{name}", value)]
        ran = ended("check", "metoprolol 50 mg po", "--server", service.grpc_at, *options)
        return ran.returncode, ran.stderr

    held = {name: tmp_path / name for name in TOKENS}
    for name, path in held.items():
        path.write_text(TOKENS[name] + "\n")
    assert asked(token=str(held["pharmacy"]))[0] == 1
    code, said = asked()
    assert (code, "a bearer token is missing" in said) == (2, True)
    code, said = asked(token=str(held["reader"]))
    assert (code, "the role check is missing" in said) == (2, True)
