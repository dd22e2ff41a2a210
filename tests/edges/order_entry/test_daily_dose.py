"""A daily dose above the licensed one is warned of, however its timing is written."""

from typing import Any

import pytest

from edges.order_entry.calling import LEMS, ORDER_SIGN, order, searchset, send, sign
from edges.order_entry.schema import Card, checked
from running import Running

PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1965-02-03"}
AMIFAMPRIDINE_TAKEN = {"reference": "MedicationRequest/0"}


def cards_of(service: Running, timing: dict[str, Any]) -> list[Card]:
    dosage = {
        "doseAndRate": [{"doseQuantity": {"value": 20, "unit": "mg"}}],
        "route": {"text": "oral"},
        "timing": timing,
    }
    ordered = order(
        "amifampridine", dosageInstruction=[dosage], priorPrescription=AMIFAMPRIDINE_TAKEN
    )
    prefetch = {"patient": PATIENT, "conditions": searchset(LEMS), "medications": None}
    return checked(send(service.http_at, ORDER_SIGN, sign(ordered, prefetch=prefetch)).content)


def dose_topics(cards: list[Card]) -> list[str]:
    return [card.source.topic.code for card in cards if card.source.topic.code != "not-checked"]


@pytest.mark.parametrize(
    "repeat",
    [
        {"frequency": 6, "period": 1, "periodUnit": "d"},
        {"frequency": "6", "period": 1, "periodUnit": "d"},
        {"frequency": 1, "period": 4, "periodUnit": "hour"},
        {"frequency": 1, "period": 4, "periodUnit": "H"},
        {"frequency": 1, "period": "4", "periodUnit": "h"},
        {"when": ["AC", "PC", "HS"]},
    ],
)
def test_six_doses_of_20_mg_are_too_many(service: Running, repeat: dict[str, Any]) -> None:
    assert "dose" in dose_topics(cards_of(service, {"repeat": repeat}))


def test_a_frequency_that_cannot_be_read_is_asked_for(service: Running) -> None:
    cards = cards_of(service, {"repeat": {"frequency": "six", "period": 1, "periodUnit": "d"}})
    asked = [card for card in cards if card.source.topic.code == "not-checked"]
    assert any("How many doses a day?" in card.detail for card in asked)


def test_a_usual_daily_dose_is_not_warned_of(service: Running) -> None:
    repeat = {"frequency": 3, "period": 1, "periodUnit": "d"}
    assert dose_topics(cards_of(service, {"repeat": repeat})) == []
