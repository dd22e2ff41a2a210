"""Bodies that were answered wrongly once, and their like, each with its right answer."""

import copy
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from edges.order_entry.calling import LEMS, ORDER_SIGN, order, searchset, send, sign
from edges.order_entry.desks import BASE, Asked
from edges.order_entry.schema import checked, outcome
from lems_guard.editions.library import Edition
from running import Running

FAULTS = Path(__file__).parent / "faults"
BETA_BLOCKER = "metoprolol: a β-blocker"
INCOMPLETE = "LEMS check incomplete: "
ENTRY = "an entry of the orders held no resource"
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}


def body(name: str) -> dict[str, Any]:
    [path] = FAULTS.glob(f"{name}-*.json")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


@pytest.mark.parametrize(
    ("name", "status", "loud", "why"),
    [
        ("F1a", 412, [], "a key of the client's own is not the whole of our list"),
        ("F1b", 412, [], "what is taken was not sent"),
        ("F2a", 412, [], "statements were asked for, and failed"),
        ("F2b", 412, [], "the same failure in a Bundle"),
        ("F3", 200, [BETA_BLOCKER], "the entry is itself the order"),
        ("F3b", 200, [BETA_BLOCKER], "the entry is itself the order"),
        ("F4", 412, [], "the drug of an active order did not come"),
        ("F5", 200, [BETA_BLOCKER], "ICD-9-CM has a code for LEMS"),
        ("F8", 412, [], "a total that is no number is no total"),
        ("F9", 400, [], "the Patient is another one"),
        ("F10", 200, [], "a draft that has no drug yet"),
        ("F11", 200, [f"{INCOMPLETE}not understood: a code of a system not read here"], "said so"),
        ("F12", 200, [BETA_BLOCKER], "a category that is no list"),
        ("F13", 200, [], "a DetectedIssue is no order"),
        ("F14", 200, [BETA_BLOCKER], "no token is none"),
    ],
)
def test_a_body_gets_its_right_answer(
    service: Running, name: str, status: int, loud: list[str], why: str
) -> None:
    call = body(name)
    reply = send(service.http_at, f"/cds-services/lems-guard-{call['hook']}", call)
    assert reply.status == status, why
    if status != 200:
        assert outcome(reply.content)
        return
    cards = [card for card in checked(reply.content) if card.indicator != "info"]
    assert len(cards) == len(loud), why
    assert all(card.summary.startswith(said) for card, said in zip(cards, loud, strict=True)), why


def in_a_group(**members: object) -> dict[str, Any]:
    return {"resourceType": "RequestGroup", "id": "g", "status": "draft", **members}


@pytest.mark.parametrize(
    ("entries", "loud", "why"),
    [
        ([{"fullUrl": "urn:uuid:1"}], [ENTRY], "no resource"),
        ([{"resource": {"resourceType": ["MedicationRequest"], "id": "2"}}], [ENTRY], "of no kind"),
        ([{"resource": "MedicationRequest/1"}], [ENTRY], "only its name"),
        ([7], [ENTRY], "no entry at all"),
        ([order("metoprolol po")], [BETA_BLOCKER], "the resource in place of its entry"),
        (
            [{"resource": in_a_group(contained=[order("metoprolol po", "m1")],
                                     action=[{"resource": {"reference": "#m1"}}])}],
            [BETA_BLOCKER], "an order that a group holds",
        ),
        (
            [{"resource": in_a_group(action=[{"resource": {"reference": "MedicationRequest/9"}}])}],
            ["an order that a group refers to was not sent"], "an order that a group refers to",
        ),
        (
            [{"resource": in_a_group(action=[{"resource": {"reference": "MedicationRequest/m1"}}])},
             {"resource": order("metoprolol po", "m1")}],
            [BETA_BLOCKER], "an order that a group refers to, which is there",
        ),
        ([{"resource": {"resourceType": "ServiceRequest", "id": "s"}}], [], "of no drug"),
    ],
)  # fmt: skip
def test_what_may_have_been_an_order_is_warned_of(
    service: Running, entries: list[Any], loud: list[str], why: str
) -> None:
    call = sign()
    call["context"]["draftOrders"]["entry"] = entries
    cards = checked(send(service.http_at, ORDER_SIGN, call).content)
    said = [card.summary for card in cards if card.indicator == "warning"]
    assert len(said) == len(loud), (why, said)
    assert all(each.removeprefix(INCOMPLETE).startswith(words)
               for each, words in zip(said, loud, strict=True)), (why, said)  # fmt: skip


def test_a_replacement_is_created_before_the_order_is_deleted(service: Running) -> None:
    """Clients act on the first action; and what is copied has the shape of its release."""
    cards = checked(send(service.http_at, ORDER_SIGN, body("F12")).content)
    replacing = [each for each in cards[0].suggestions if each.label.startswith("Replace")]
    assert replacing
    for each in replacing:
        assert [action.type for action in each.actions] == ["create", "delete"]
        made = each.actions[0].resource
        assert made
        assert isinstance(made["category"], list)


def test_a_contraindication_is_never_filtered_out(service: Running) -> None:
    for name in ("F15a", "F15b"):
        call = body(name)
        reply = send(service.http_at, f"/cds-services/lems-guard-{call['hook']}", call)
        assert next(card.indicator for card in checked(reply.content)) == "critical", name


def test_keeping_an_order_is_an_override(service: Running) -> None:
    call = body("F7")["hook call"]
    card = checked(send(service.http_at, ORDER_SIGN, call).content)[0]
    kept = next(each for each in card.suggestions if each.label.startswith("Keep it"))
    told = {"card": card.uuid, "outcome": "accepted", "outcomeTimestamp": "2026-11-30T10:00:00Z",
            "acceptedSuggestions": [{"id": kept.uuid}]}  # fmt: skip
    before = outcomes_of(service, "overridden")
    for _ in range(2):
        assert send(service.http_at, f"{ORDER_SIGN}/feedback", {"feedback": [told]}).status == 200
    assert outcomes_of(service, "overridden") == before + 1


def outcomes_of(service: Running, verdict: str) -> float:
    pages = send(service.http_at, "/metrics").content.decode().splitlines()
    name = f'lems_guard_alert_outcomes_total{{rule="beta-blocker-weakness",verdict="{verdict}"'
    return sum(float(line.rsplit(" ", 1)[1]) for line in pages if line.startswith(name))


@pytest.mark.parametrize(
    ("name", "said", "why"),
    [
        ("dispense_9999", "gentamicin", "an open end, as many systems write it"),
        ("resourceType_list", "gentamicin", "a kind that is a list"),
        ("dose_1e308_g", "amifampridine", "a dose beyond all numbers"),
    ],
)
def test_one_odd_entry_never_fails_a_call(service: Running, name: str, said: str, why: str) -> None:
    content = (FAULTS / f"hardening-{name}.json").read_bytes()
    cards = checked(send(service.http_at, ORDER_SIGN, content).content)
    assert any(said in card.summary for card in cards), why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the body as it was found"),
        ('{"hook": "order-sign", "hook": "order-sign"}', "equal ones too"),
        ('{"a": {"b": [{"\\u0063": 1, "c": 2}]}}', "written in two ways"),
        ('{"prefetch": {"conditions": null, "conditions": {}}}', "a key of prefetch"),
    ],
)
def test_a_name_that_stands_twice_is_refused(service: Running, text: str, why: str) -> None:
    content = text.encode() or (FAULTS / "hardening-duplicate-keys.txt").read_bytes()
    reply = send(service.http_at, ORDER_SIGN, content)
    assert reply.status == 400, why
    assert "stands twice" in outcome(reply.content), why


def test_quotes_and_backslashes_are_no_names(service: Running) -> None:
    """What is written in other ways than ours is read with more care, not refused."""
    call = sign(order('metoprolol "retard" \\ 50 mg po'))
    plain = json.dumps(call).replace("\\\\", "\\u005c").replace('\\"', "\\u0022").encode()
    assert checked(send(service.http_at, ORDER_SIGN, plain).content)


FOREIGN = {"Origin": "https://evil.example"}


@pytest.mark.parametrize(
    ("headers", "status", "why"),
    [
        ({}, 200, "no page at all"),
        ({"Origin": "http://localhost:8080"}, 200, "a page of this machine"),
        ({"Origin": "http://127.0.0.1:3000"}, 200, "a page of this machine"),
        (FOREIGN, 403, "a page from elsewhere"),
        (FOREIGN | {"Content_Type": "text/plain"}, 403, "which needs no permission to send it"),
        ({"Origin": "null"}, 403, "a page of nowhere"),
        ({"Sec_Fetch_Site": "cross-site"}, 403, "a page whose origin is withheld"),
    ],
)
def test_without_authentication_feedback_is_of_no_foreign_page(
    service: Running, headers: dict[str, str], status: int, why: str
) -> None:
    reply = send(service.http_at, f"{ORDER_SIGN}/feedback", {"feedback": []}, **headers)
    assert reply.status == status, why


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},  # a name that was given this machine's address
        {"X_Forwarded_For": "192.0.2.7"},
        {"Via": "1.1 proxy"},
        {"Forwarded": "for=192.0.2.7"},
    ],
)
def test_without_authentication_only_this_machine_may_call(
    service: Running, headers: dict[str, str]
) -> None:
    """A proxy on this machine brings strangers, and "this machine alone" is not they."""
    body = sign(order("metoprolol 50 mg po bid"))
    assert send(service.http_at, ORDER_SIGN, body).status == 200
    for path, sent in (
        ("/cds-services", None),
        (ORDER_SIGN, body),
        (f"{ORDER_SIGN}/feedback", {"feedback": []}),
    ):
        reply = send(service.http_at, path, sent, **headers)
        assert reply.status == 401, path
        assert b"only this machine" in reply.content


def test_any_header_may_be_sent_by_a_page(service: Running) -> None:
    reply = send(service.http_at, ORDER_SIGN, method="OPTIONS", Origin="https://ehr.example",
                 Access_Control_Request_Method="POST",
                 Access_Control_Request_Headers="authorization,x-request-id")  # fmt: skip
    assert reply.status == 200
    assert "x-request-id" in reply.headers["access-control-allow-headers"].lower()


RECORD = {
    "Condition": searchset(LEMS),
    "MedicationRequest": searchset(
        order("Firdapse 10 mg tablet", "a1", subject={}) | {"status": "active"}
    ),
}


def serving(record: dict[str, Any], request: httpx2.Request) -> httpx2.Response:
    kind, _, own_id = request.url.path.removeprefix("/fhir/").partition("/")
    if own_id:
        return httpx2.Response(200, json={"resourceType": kind, "id": own_id})
    return httpx2.Response(200, json=record.get(kind, searchset()))


def test_a_server_is_asked_although_a_key_of_its_own_was_sent(edition: Edition) -> None:
    """F1c: HL7's own request generator sends the draft itself under a key of its own."""
    call = copy.deepcopy(body("F1c"))
    call["fhirServer"] = BASE
    asked = Asked(edition, lambda request: serving(RECORD, request))
    said = asked.say(call)
    assert any("bupropion" in card["summary"] for card in said.cards)
    assert any("MedicationRequest" in request.url.path for request in asked.requests)


NO_LEMS = {"conditions": searchset(), "medications": searchset(), "statements": searchset()}


def test_for_a_patient_without_lems_no_more_is_asked_than_what_tells_it(edition: Edition) -> None:
    asked = Asked(edition, lambda request: serving({}, request))
    said = asked.say(sign(order("metoprolol"), prefetch={}, fhirServer=BASE))
    kinds = sorted(request.url.path.rpartition("/")[2] for request in asked.requests)
    assert kinds == ["Condition", "MedicationRequest", "MedicationStatement"]
    assert (said, asked.counts.screened) == ((200, []), 0)


def test_for_a_patient_with_lems_the_rest_is_asked(edition: Edition) -> None:
    asked = Asked(edition, lambda request: serving(RECORD, request))
    asked.say(sign(order("metoprolol"), prefetch={}, fhirServer=BASE))
    kinds = {request.url.path.rpartition("/")[2] for request in asked.requests}
    assert {"AllergyIntolerance", "Observation"} <= kinds
    assert asked.counts.screened == 1


def test_a_server_that_hangs_costs_nothing_once_the_record_is_sent_whole(edition: Edition) -> None:
    asked = Asked(edition, lambda _: httpx2.Response(599), seconds=30)
    said = asked.say(sign(order("metoprolol"), prefetch=NO_LEMS, fhirServer=BASE))
    assert (said, asked.requests) == ((200, []), [])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_statements_that_a_server_refuses_are_a_part_that_is_lost(
    edition: Edition, status: int
) -> None:
    prefetch = NO_LEMS | {"statements": FAILED}
    asked = Asked(edition, lambda _: httpx2.Response(status))
    assert asked.say(sign(order("metoprolol"), prefetch=prefetch, fhirServer=BASE)).status == 412


def test_a_server_that_has_no_statements_says_so(edition: Edition) -> None:
    told = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "not-supported"}],
    }
    asked = Asked(edition, lambda _: httpx2.Response(404, json=told))
    prefetch = {"conditions": searchset(), "medications": searchset()}
    said = asked.say(sign(order("metoprolol"), prefetch=prefetch, fhirServer=BASE))
    assert (said, len(asked.requests)) == ((200, []), 1)


@pytest.mark.parametrize(
    ("status", "content", "result"),
    [(200, b'{"resourceType": "Bundle"}', "read"), (403, b"", "refused"),
     (200, b"<html>", "failed"),
     (500, json.dumps(FAILED).encode(), "refused"), (200, json.dumps(FAILED).encode(), "refused"),
     (599, b"", "failed")],
)  # fmt: skip
def test_what_came_of_a_fetch_is_counted(
    edition: Edition, status: int, content: bytes, result: str
) -> None:
    asked = Asked(edition, lambda _: httpx2.Response(status, content=content), seconds=0.2)
    asked.say(sign(order("metoprolol"), prefetch=NO_LEMS | {"statements": FAILED}, fhirServer=BASE))
    assert asked.counts.fetches == [("statements", result)]


def test_a_refusal_is_counted_by_its_reason_and_logged(service: Running) -> None:
    series = 'lems_guard_cds_hooks_refusals_total{hook="order-sign",reason="record_in_part"} '

    def counted() -> float:
        lines = send(service.http_at, "/metrics").content.decode().splitlines()
        return next(float(line.removeprefix(series)) for line in lines if line.startswith(series))

    before = counted()
    assert send(service.http_at, ORDER_SIGN, body("F2a")).status == 412
    assert counted() == before + 1
    assert any("hook call refused" in line and "read in part" in line for line in service.log)
