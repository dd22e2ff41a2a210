"""What a clinician was shown already, and what became of it."""

import json
import uuid
from typing import Any

import pytest

from edges.order_entry.calling import ORDER_SIGN, order, send, sign
from edges.order_entry.schema import checked, outcome
from running import Running

ORDER_SELECT = "/cds-services/lems-guard-order-select"
REMEMBER = {"pddi-configuration-items": {"cache-for-order-sign-filtering": True}}
FILTER = {"pddi-configuration-items": {"filter-out-repeated-alerts": True}}
REPEATED = "lems-guard.repeated-alerts"


def asked(hook: str, clinician: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    call = sign(order("metoprolol 50 mg po bid"), order("frobnicol", "m2"), hook=hook)
    call["context"] |= {"userId": clinician, "selections": ["MedicationRequest/m1"]}
    call["context"] |= changes.pop("context", {})
    return call | changes


def shown(service: Running, call: dict[str, Any]) -> tuple[list[str], list[Any]]:
    path = ORDER_SELECT if call["hook"] == "order-select" else ORDER_SIGN
    reply = send(service.http_at, path, call)
    cards = checked(reply.content)
    return [card.source.topic.code for card in cards], reply.json().get("extension", {}).get(
        REPEATED, []
    )


BOTH, UNCHECKED = ["neuromuscular-weakness", "not-checked"], ["not-checked"]


def test_what_was_shown_is_left_out_when_the_client_asks(service: Running) -> None:
    assert shown(service, asked("order-select", "A", extension=REMEMBER)) == (BOTH, [])
    topics, repeated = shown(service, asked("order-sign", "A", extension=FILTER))
    assert topics == UNCHECKED, "what was not checked is never filtered"
    assert "metoprolol" in repeated[0]["summary"], "and what was left out can be looked up"


@pytest.mark.parametrize(
    ("select", "signed"),
    [
        ({"extension": REMEMBER}, {}),
        ({}, {"extension": FILTER}),
        ({"extension": {}}, {"extension": {"com.example.x": 1}}),
        ({"extension": REMEMBER}, {"extension": FILTER, "clinician": "other"}),
        ({"extension": REMEMBER}, {"extension": FILTER, "context": {"encounterId": "e2"}}),
        ({"extension": REMEMBER}, {"extension": FILTER, "context": {"patientId": "p2"}}),
        ({"extension": REMEMBER}, {"extension": FILTER, "context": {"userId": None}}),
        ({"extension": REMEMBER}, {"extension": FILTER, "fhirServer": "https://b.example"}),
    ],
)
def test_anything_else_shows_it_again(
    service: Running, select: dict[str, Any], signed: dict[str, Any]
) -> None:
    clinician = f"Practitioner/{uuid.uuid4()}"
    shown(service, asked("order-select", clinician, **select))
    other = dict(signed)
    who = other.pop("clinician", clinician)
    assert shown(service, asked("order-sign", who, **other)) == (BOTH, [])


def test_a_changed_urgency_shows_it_again(service: Running) -> None:
    first = asked("order-select", "C", extension=REMEMBER)
    shown(service, first)
    second = asked("order-sign", "C", extension=FILTER)
    second["context"]["draftOrders"]["entry"][0]["resource"] = order("metoprolol eye drops")
    assert shown(service, second)[1] == []


def card_of(service: Running, name: str) -> str:
    call = sign(order(name)) | {"hookInstance": str(uuid.uuid4())}
    return checked(send(service.http_at, ORDER_SIGN, call).content)[0].uuid


def told(card: str, verdict: str = "overridden", **reason: object) -> dict[str, object]:
    item: dict[str, object] = {
        "card": card,
        "outcome": verdict,
        "outcomeTimestamp": "2026-11-21T12:00:00Z",
    }
    return item | ({"overrideReason": reason} if reason else {})


def counted(service: Running, rule: str, verdict: str) -> float:
    name = f'lems_guard_alert_outcomes_total{{rule="{rule}",verdict="{verdict}"}}'
    return metric(service, name)


def metric(service: Running, name: str) -> float:
    for line in send(service.http_at, "/metrics").content.decode().splitlines():
        if line.startswith(f"{name} "):
            return float(line.rsplit(" ", 1)[1])
    raise AssertionError(name)


def feed(service: Running, *items: object) -> int:
    return send(service.http_at, f"{ORDER_SIGN}/feedback", {"feedback": items}).status


def test_an_override_counts_for_its_rule_once(service: Running) -> None:
    rule = "beta-blocker-weakness"
    card = card_of(service, "metoprolol po")
    before = counted(service, rule, "overridden")
    reason = {"code": "emergency", "system": "urn:lems-guard:override-reason", "display": "x"}
    for _ in range(3):
        assert feed(service, told(card, reason=reason)) == 200
    assert feed(service, told(card, reason=reason), told(card, reason=reason)) == 200
    assert counted(service, rule, "overridden") == before + 1


def test_another_card_of_the_same_rule_counts_again(service: Running) -> None:
    rule = "beta-blocker-weakness"
    before = counted(service, rule, "accepted")
    for _ in range(2):
        assert feed(service, told(card_of(service, "metoprolol po"), "accepted")) == 200
    assert counted(service, rule, "accepted") == before + 2


def test_of_a_comment_only_its_length_is_kept(service: Running) -> None:
    name = "lems_guard_cds_hooks_comment_characters_total"
    before = metric(service, name)
    card = card_of(service, "metoprolol po")
    assert feed(service, told(card, userComment="not this patient")) == 200
    assert metric(service, name) == before + len("not this patient")
    assert "not this patient" not in send(service.http_at, "/metrics").content.decode()


def test_feedback_on_an_unknown_card_is_taken_and_counts_for_no_rule(service: Running) -> None:
    assert feed(service, told(str(uuid.UUID(int=0)))) == 200


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "feedback (missing)"),
        ({"feedback": [{"card": "x"}]}, "feedback[0].outcome (missing)"),
        ({"feedback": [told("x")]}, "feedback[0].card"),
        ({"feedback": [told(str(uuid.UUID(int=1)), "ignored")]}, "feedback[0].outcome"),
    ],
)
def test_feedback_at_fault_is_refused_with_its_place(
    service: Running, body: object, place: str
) -> None:
    reply = send(service.http_at, f"{ORDER_SIGN}/feedback", json.dumps(body).encode())
    assert reply.status == 400
    assert place in outcome(reply.content)


def test_filtered_alerts_are_counted(service: Running) -> None:
    name = 'lems_guard_cds_hooks_repeated_alerts_total{rule="beta-blocker-weakness"}'
    before = metric(service, name)
    shown(service, asked("order-select", "D", extension=REMEMBER))
    shown(service, asked("order-sign", "D", extension=FILTER))
    assert metric(service, name) == before + 1


def suggested(service: Running, kind: str) -> float:
    return metric(service, f'lems_guard_cds_hooks_suggestions_total{{kind="{kind}"}}')


@pytest.mark.parametrize("kind", ["remove", "replace", "keep"])
def test_what_was_taken_of_a_card_is_counted_by_its_kind(service: Running, kind: str) -> None:
    call = sign(order("metoprolol po")) | {"hookInstance": str(uuid.uuid4())}
    card = checked(send(service.http_at, ORDER_SIGN, call).content)[0]
    taken = next(each for each in card.suggestions if each.label.lower().startswith(kind))
    item = told(card.uuid, "accepted") | {"acceptedSuggestions": [{"id": taken.uuid}]}
    before = suggested(service, kind)
    for _ in range(2):
        assert feed(service, item) == 200
    assert suggested(service, kind) == before + 1


def test_a_suggestion_that_is_none_of_ours_has_no_kind(service: Running) -> None:
    before = suggested(service, "other")
    item = told(card_of(service, "metoprolol po"), "accepted")
    assert feed(service, item | {"acceptedSuggestions": [{"id": str(uuid.UUID(int=7))}]}) == 200
    assert suggested(service, "other") == before + 1


@pytest.mark.parametrize(
    ("reason", "counted_as", "why"),
    [
        ({"code": "emergency", "system": "urn:lems-guard:override-reason"}, "emergency", "ours"),
        ({"code": "x", "system": "urn:ehr"}, "other", "a client's own"),
        (None, "none", "none was given"),
    ],
)
def test_reasons_are_counted(
    service: Running, reason: dict[str, str] | None, counted_as: str, why: str
) -> None:
    name = f'lems_guard_override_reasons_total{{reason="{counted_as}"}}'
    before = metric(service, name)
    given = {"reason": reason} if reason else {"userComment": "not told"}
    assert feed(service, told(card_of(service, "metoprolol po"), **given)) == 200
    assert metric(service, name) == before + 1, why


def test_few_reasons_are_offered_and_those_that_fit(service: Running) -> None:
    def offered(*orders: object) -> list[str]:
        cards = checked(send(service.http_at, ORDER_SIGN, sign(*orders)).content)
        return [each.code for each in cards[0].override_reasons]

    weakness, seizure = offered(order("metoprolol po")), offered(order("amifampridine 10 mg po"))
    assert "action-performed-no-adverse-effect" in weakness
    assert "patient-data-wrong" in seizure
    assert len(weakness) == len(seizure) == 5


def test_a_card_names_a_source_that_can_be_read(service: Running) -> None:
    card = checked(send(service.http_at, ORDER_SIGN, sign(order("metoprolol po"))).content)[0]
    assert card.source.url.startswith("https://")


def test_a_refill_is_not_repeated_where_the_client_asks(service: Running) -> None:
    both = {"pddi-configuration-items": {**REMEMBER["pddi-configuration-items"],
                                         **FILTER["pddi-configuration-items"]}}  # fmt: skip
    call = asked("medication-refill", "R", extension=both)
    call["context"]["medications"] = call["context"].pop("draftOrders")

    def refilled() -> list[str]:
        reply = send(service.http_at, "/cds-services/lems-guard-medication-refill", call)
        return [card.source.topic.code for card in checked(reply.content)]

    assert (refilled(), refilled()) == (BOTH, UNCHECKED)
