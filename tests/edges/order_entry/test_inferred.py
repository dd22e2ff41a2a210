"""What a drug on the list tells of LEMS: amifampridine does, its relative does not."""

import pytest

from edges.order_entry.calling import LEMS, ORDER_SIGN, order, searchset, send, sign
from edges.order_entry.schema import Card, checked
from lems_guard.editions.library import Edition
from lems_guard.fhir.about_lems import INFERRED, MAY_BE_TOLD, NOT_TOLD
from lems_guard.fhir.allergies import AMINOPYRIDINE
from lems_guard.fhir.patients import AMIFAMPRIDINE
from lems_guard.screening.screen import LEMS_ABSENT
from running import Running

WEAKNESS, SEIZURE = "neuromuscular-weakness", "seizure"
SCLEROSIS = {
    "resourceType": "Condition",
    "id": "ms",
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "G35"}]},
}


def cards_of(service: Running, ordered: str, taken: str, *conditions: object) -> list[Card]:
    prefetch = {
        "conditions": searchset(*conditions),
        "medications": searchset(order(taken, "a1") | {"status": "active"}),
    }
    return checked(
        send(service.http_at, ORDER_SIGN, sign(order(ordered), prefetch=prefetch)).content
    )


@pytest.mark.parametrize(
    ("taken", "ordered", "warned_of", "why"),
    [
        ("Firdapse 10 mg tablet", "ciprofloxacin 500 mg", WEAKNESS, "LEMS is inferred"),
        ("3,4-DAP compounded", "ciprofloxacin 500 mg", WEAKNESS, "a compounded product tells it"),
        ("Firdapse 10 mg tablet", "bupropion 150 mg", SEIZURE, "both provoke seizures"),
        ("dalfampridine 10 mg", "ciprofloxacin 500 mg", SEIZURE, "no LEMS, but seizures"),
        ("4-aminopyridine", "ciprofloxacin 500 mg", SEIZURE, "the same substance, compounded"),
        ("dalfampridine 10 mg", "bupropion 150 mg", SEIZURE, "both provoke seizures"),
        ("dalfampridine 10 mg", "gentamicin 80 mg IV", "", "weakens in LEMS alone"),
        ("dalfampridine 10 mg", "rocuronium 50 mg IV", "", "too strong in LEMS alone"),
        ("prednisone 10 mg", "bupropion 150 mg", "", "neither LEMS nor an aminopyridine"),
    ],
)
def test_what_is_warned_of_without_a_diagnosis(
    service: Running, taken: str, ordered: str, warned_of: str, why: str
) -> None:
    cards = cards_of(service, ordered, taken, SCLEROSIS)
    loud = [card.source.topic.code for card in cards if card.indicator != "info"]
    assert loud == ([warned_of] if warned_of else []), (why, [card.summary for card in cards])


@pytest.mark.parametrize(
    ("ordered", "is_inferred"),
    [("ciprofloxacin 500 mg", False), ("bupropion 150 mg", False), ("Firdapse 10 mg", True)],
)
def test_a_relative_of_amifampridine_is_not_taken_for_it(
    service: Running, ordered: str, is_inferred: bool
) -> None:
    said = "\n".join(
        card.detail for card in cards_of(service, ordered, "dalfampridine 10 mg", SCLEROSIS)
    )
    assert (INFERRED in said) is is_inferred
    assert (NOT_TOLD in said) is not is_inferred
    assert LEMS_ABSENT not in said


def test_with_lems_a_relative_of_amifampridine_takes_nothing_away(service: Running) -> None:
    cards = cards_of(service, "ciprofloxacin 500 mg", "dalfampridine 10 mg", SCLEROSIS, LEMS)
    assert WEAKNESS in [card.source.topic.code for card in cards]
    assert not any(NOT_TOLD in card.detail or INFERRED in card.detail for card in cards)


def test_amifampridine_is_an_aminopyridine_by_the_rules(edition: Edition) -> None:
    for name in AMIFAMPRIDINE:
        assert AMINOPYRIDINE in edition.knowledge.classes_of[name]


def test_who_is_known_by_an_order_that_is_too_long_is_not_passed_over(service: Running) -> None:
    codes = [{"system": "http://snomed.info/sct", "code": str(n)} for n in range(200)]
    concept = {"text": "Firdapse 10 mg tablet", "coding": codes}
    taken = order("", "a1", medicationCodeableConcept=concept) | {"status": "active"}
    prefetch = {"conditions": searchset(SCLEROSIS), "medications": searchset(taken)}
    call = sign(order("ciprofloxacin 500 mg"), prefetch=prefetch)
    alert, unread = checked(send(service.http_at, ORDER_SIGN, call).content)
    assert alert.source.topic.code == WEAKNESS, "who may have LEMS is checked as one who has"
    assert MAY_BE_TOLD in alert.detail
    assert "an order has more words or codes than are read" in unread.summary
