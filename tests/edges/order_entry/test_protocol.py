"""The protocol around the cards: discovery, CORS, errors, and nothing of a body in any of them."""

import contextlib
import http.client
import json
import os
import signal
import subprocess

import pytest

from edges.order_entry.calling import ORDER_SIGN, order, send, sign
from edges.order_entry.schema import assert_nothing_is_empty, checked, outcome
from running import COMMAND, Running, start, stop
from waiting import PATIENCE

CANARY = "ZZCANARYZZ"


def test_discovery_lists_every_hook_under_stable_ids(service: Running) -> None:
    reply = send(service.http_at, "/cds-services")
    services = reply.json()["services"]
    assert_nothing_is_empty(reply.json())
    assert {each["hook"]: each["id"] for each in services} == {
        "order-select": "lems-guard-order-select",
        "order-sign": "lems-guard-order-sign",
        "patient-view": "lems-guard-patient-view",
        "medication-refill": "lems-guard-medication-refill",
        "medication-verify": "lems-guard-medication-verify",
    }
    assert all(each["description"] and each["title"] for each in services)


def test_prefetch_keeps_to_the_recommended_subset(service: Running) -> None:
    """Reads, and searches by `=`, `_count` and `_sort`; of tokens the patient's id alone.

    Beside it `_include`: an order that only refers to its drug tells nothing without it.
    """
    for each in send(service.http_at, "/cds-services").json()["services"]:
        for template in each["prefetch"].values():
            rest = template.replace("{{context.patientId}}", "")
            assert "{" not in rest
            path, _, query = rest.partition("?")
            if not query:
                assert path == "Patient/"
                continue
            names = {part.partition("=")[0] for part in query.split("&")}
            assert names <= {"patient", "status", "code", "_count", "_sort", "_include"}
            assert "," not in query


def test_a_browser_may_ask_before_it_calls(service: Running) -> None:
    reply = send(
        service.http_at,
        ORDER_SIGN,
        method="OPTIONS",
        Origin="https://ehr.example",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="authorization,content-type",
    )
    assert reply.status == 200
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "POST" in reply.headers["access-control-allow-methods"]
    assert "authorization" in reply.headers["access-control-allow-headers"].lower()


def test_answers_and_refusals_can_be_read_by_a_browser(service: Running) -> None:
    for body in (sign(order("metoprolol")), b"{"):
        reply = send(service.http_at, ORDER_SIGN, body, Origin="https://ehr.example")
        assert reply.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b'\xff{"hook": 1}', "no JSON"),
        (b"[" * 5000, ""),
        (b"[]", "its top"),
        ({}, "hook (missing)"),
        ({"hook": "order-sign"}, "hookInstance (missing)"),
        (sign() | {"hook": "order-select"}, "hook:"),
        (sign() | {"hook": 7}, "hook"),
        (sign() | {"context": None}, "context"),
        (sign() | {"context": {"patientId": 7}}, "context.patientId"),
        (sign() | {"context": {}}, "context.patientId (missing)"),
        (sign() | {"context": {"patientId": "p1"}}, "context.draftOrders"),
        (sign() | {"context": {"patientId": "p1", "draftOrders": []}}, "context.draftOrders"),
        (sign() | {"prefetch": []}, "prefetch"),
    ],
)
def test_a_body_at_fault_is_refused_with_its_place(
    service: Running, body: object, place: str
) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = send(service.http_at, ORDER_SIGN, content, method="POST")
    assert reply.status == 400
    assert reply.headers["content-type"] == "application/fhir+json"
    assert place in outcome(reply.content)


def test_a_byte_order_mark_before_the_body_does_no_harm(service: Running) -> None:
    body = json.dumps(sign(order("metoprolol"))).encode()
    plain, marked = (
        send(service.http_at, ORDER_SIGN, content, method="POST")
        for content in (body, b"\xef\xbb\xbf" + body)
    )
    assert marked.status == plain.status == 200
    assert json.loads(marked.content) == json.loads(plain.content) != {"cards": []}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/cds-services/none", 404),
        ("POST", "/cds-services/none/feedback", 404),
        ("GET", "/cds-services/a/b/c", 404),
        ("GET", "/cds-services/lems-guard-order-sign", 405),
        ("PUT", "/cds-services", 405),
    ],
)
def test_what_is_not_served_is_an_outcome(
    service: Running, method: str, path: str, status: int
) -> None:
    reply = send(service.http_at, path, b"{}" if method != "GET" else None, method=method)
    assert reply.status == status
    assert outcome(reply.content)


def test_a_slash_at_the_end_changes_nothing(service: Running) -> None:
    """Clients store the address that an operator typed."""
    plain, slashed = (send(service.http_at, path) for path in ("/cds-services", "/cds-services/"))
    assert slashed == plain
    assert send(service.http_at, f"{ORDER_SIGN}/", sign(order("metoprolol"))).status == 200
    assert send(service.http_at, "/cds-services-of-another").status == 404


@pytest.mark.parametrize("depth", [10, 100, 500, 700, 900])
@pytest.mark.parametrize("member", ["requester", "dosageInstruction", "reasonCode"])
def test_depth_is_answered_or_refused(service: Running, member: str, depth: int) -> None:
    body = json.dumps(sign(order("ciprofloxacin po", **{member: "@"})))
    reply = send(
        service.http_at, ORDER_SIGN, body.replace('"@"', "[" * depth + "]" * depth).encode()
    )
    assert reply.status == 400 or (reply.status == 200 and reply.json()["cards"])


def test_cards_are_json_and_errors_are_fhir(service: Running) -> None:
    """As CDS Hooks and FHIR name them; feedback is answered by nothing at all."""
    cards = send(service.http_at, ORDER_SIGN, sign(order("metoprolol")))
    assert cards.headers["content-type"] == "application/json"
    taken = send(service.http_at, f"{ORDER_SIGN}/feedback", {"feedback": []})
    assert (taken.status, taken.content) == (200, b"")
    assert "content-type" not in taken.headers
    wrong = send(service.http_at, ORDER_SIGN)
    assert wrong.status == 405
    assert wrong.headers["allow"] == "POST"
    assert wrong.headers["content-type"] == "application/fhir+json"


def test_a_body_may_come_in_pieces(service: Running) -> None:
    host, _, port = service.http_at.rpartition(":")
    content = json.dumps(sign(order("metoprolol"))).encode()
    pieces = (content[at : at + 100] for at in range(0, len(content), 100))
    with contextlib.closing(http.client.HTTPConnection(host, int(port))) as connection:
        connection.request("POST", ORDER_SIGN, pieces, encode_chunked=True)
        assert checked(connection.getresponse().read())


def test_too_large_a_body_is_refused(service: Running) -> None:
    reply = send(service.http_at, ORDER_SIGN, b" " * 8_000_001)
    assert reply.status == 413
    assert outcome(reply.content)


def test_more_parts_than_a_record_has_are_refused_before_they_are_made(service: Running) -> None:
    """Eight megabytes of empty entries took five seconds and 700 MB."""
    body = json.dumps(sign()).encode()[:-1] + b', "extension": [' + b"{}," * 300_000 + b"{}]}"
    reply = send(service.http_at, ORDER_SIGN, body)
    assert reply.status == 413
    assert "at most 200000 objects and lists" in outcome(reply.content)


def test_more_orders_than_can_be_screened_are_refused(service: Running) -> None:
    orders = [order("metoprolol", f"m{number}") for number in range(501)]
    reply = send(service.http_at, ORDER_SIGN, sign(*orders))
    assert reply.status == 400
    assert "500" in outcome(reply.content)


def test_nothing_of_a_body_is_echoed_or_logged() -> None:
    """Every error, every log line and every metric, after bodies full of canaries."""
    running = start(LEMS_GUARD_CDS_HOOKS_AUTH="off")
    said = b""
    try:
        full = json.dumps(sign(order(CANARY), user=CANARY, fhirServer=f"https://{CANARY}"))
        cut = [full.replace('"p1"', f'"{CANARY}"')[:length] for length in range(0, len(full), 7)]
        odd = sign(order(CANARY)) | {"hook": CANARY, "prefetch": {CANARY: 7}}
        strange = sign(order(CANARY)) | {"context": {CANARY: 1, "patientId": {CANARY: CANARY}}}
        missing = sign(order(CANARY)) | {"prefetch": {CANARY: {"resourceType": CANARY}}}
        told = {"feedback": [{"card": CANARY, "outcome": CANARY, "outcomeTimestamp": CANARY}]}
        bodies: list[object] = [each.encode() for each in cut]
        for body in [*bodies, odd, strange, missing]:
            reply = send(running.http_at, ORDER_SIGN, body, method="POST")
            assert reply.status in {400, 412}
            said += reply.content + str(reply.headers).encode()
        reply = send(running.http_at, f"{ORDER_SIGN}/feedback", told)
        assert reply.status == 400
        said += reply.content
        checked(send(running.http_at, ORDER_SIGN, json.loads(full)).content)
        said += send(running.http_at, "/metrics").content
    finally:
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(PATIENCE)
        assert running.process.stderr is not None
        said += running.process.stderr.read().encode()
        stop(running)
    assert CANARY.encode() not in said


def test_words_of_a_client_cannot_become_markup(service: Running) -> None:
    evil = "<img src=x onerror=alert(1)> [click](javascript:x) **zzyx**"
    cards = checked(send(service.http_at, ORDER_SIGN, sign(order(evil))).content)
    assert not any("<img" in card.detail for card in cards)
    assert any("\\[click\\](javascript" in card.detail for card in cards)


def test_off_says_so(service: Running) -> None:
    ready = send(service.http_at, "/readyz").json()
    assert ready["ready"]
    assert "authentication is off" in ready["notices"][0]


def test_off_is_for_this_machine_alone() -> None:

    settings = {
        "LEMS_GUARD_CDS_HOOKS_AUTH": "off",
        "LEMS_GUARD_HTTP_LISTEN": "0.0.0.0:0",
        "LEMS_GUARD_PLAINTEXT": "anywhere",
        "LEMS_GUARD_GRPC_LISTEN": "127.0.0.1:0",
    }
    ended = subprocess.run(
        [COMMAND, "serve"],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 2
    assert "LEMS_GUARD_CDS_HOOKS_AUTH" in ended.stderr


def test_without_an_issuer_every_call_is_refused() -> None:
    running = start()
    try:
        for path, body in (
            ("/cds-services", None),
            (ORDER_SIGN, sign(order("metoprolol"))),
            (f"{ORDER_SIGN}/feedback", {"feedback": []}),
        ):
            reply = send(running.http_at, path, body)
            assert reply.status == 401
            assert reply.headers["www-authenticate"] == "Bearer"
            assert outcome(reply.content)
    finally:
        stop(running)
