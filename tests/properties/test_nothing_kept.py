"""After a call nothing of its patient is left in memory, outside serialised replies."""

import asyncio
import gc
import json
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from edges.order_entry.desks import AtOnce
from lems_guard.answering.answer import Answer
from lems_guard.caching.replies import Replies, ReplyCache
from lems_guard.callers.profile import ANYBODY
from lems_guard.clinical.errors import CallerGone, InvalidRequest
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.edges.order_entry.card_shapes import CardStyle
from lems_guard.edges.order_entry.desk import Desk
from lems_guard.edges.order_entry.discovery import SERVICES
from lems_guard.edges.order_entry.engine import Engine
from lems_guard.edges.order_entry.repeats import RepeatFilter
from lems_guard.editions.library import load_edition, packaged_rules
from lems_guard.sharing.memory import Memory
from lems_guard.sharing.repeats import Repeats
from lems_guard.store.entries import NoStore
from lems_guard.telemetry.cache_metrics import CacheMetrics
from lems_guard.v1 import prescription_pb2 as wire
from replicas import TODAY, answerer_of

MARK = "canary-"
WEIGHT = 73.062519
BORN = "1956-02-13"


def asked(number: int, *, sound: bool) -> bytes:
    patient = wire.Patient(birth_date=BORN, weight_kg=WEIGHT)
    patient.conditions.add(code=f"{MARK}code")
    return wire.CheckPrescriptionRequest(
        patient=patient,
        proposed=[
            wire.Medication(id=f"{MARK}{number}", text="metoprolol 50 mg po bid"),
            wire.Medication(id=f"{MARK}{number}b" if sound else "", text="no such drug"),
        ],
        active=[wire.Medication(id=f"{MARK}a{number}", text="Firdapse 20 mg 4x/day")],
    ).SerializeToString()


def is_marked(value: object) -> bool:
    match value:
        case str():
            return MARK in value or value == BORN
        case bytes():
            return MARK.encode() in value
        case float():
            return value == WEIGHT
    return False


def marked() -> Iterator[object]:
    """Every marked value that is reachable from what the garbage collector walks, but our own.

    What it does not track itself (a tuple of texts) is found from what holds it.
    """
    gc.collect()
    waiting = gc.get_objects()
    seen = set(map(id, (MARK, WEIGHT, BORN)))
    while waiting:
        for each in gc.get_referents(waiting.pop()):
            if id(each) in seen:
                continue
            if is_marked(each):
                yield each
            elif isinstance(each, tuple | dict) and not gc.is_tracked(each):
                seen.add(id(each))
                waiting.append(each)


def test_neither_patient_nor_id_is_left_of_calls_answered_and_refused() -> None:
    answerer = answerer_of(load_edition(packaged_rules()).edition)
    edition, replies = (answerer.knowledge.digest, Jurisdiction.US), Replies(10**7, lambda: None)
    metrics = CacheMetrics(CollectorRegistry())
    cache = ReplyCache(answerer, replies, edition, lambda: TODAY, metrics)

    def call(number: int) -> None:
        for _ in range(2):
            reply = cache.answer(asked(number, sound=True)).reply
            assert MARK.encode() in reply
            with pytest.raises(InvalidRequest):
                cache.answer(asked(number, sound=False))

    for number in range(4):
        call(number)
    assert len(replies) == 4
    assert list(marked()) == []


def test_nor_of_calls_broken_off_wherever_they_stood() -> None:
    answerer = answerer_of(load_edition(packaged_rules()).edition)

    def call(number: int) -> None:
        looks = iter(range(number))

        def in_time() -> None:
            if next(looks, None) is None:
                raise CallerGone

        with pytest.raises(CallerGone):
            answerer.answer(asked(number, sound=True), in_time)

    for number in range(4):
        call(number)
    assert list(marked()) == []


class Uncounted:
    """Counts nothing."""

    def observe(self, answer: Answer, seconds: float) -> None:
        pass

    def shown(self, hook: str, indicator: str) -> None:
        pass

    def repeated(self, rule_id: str) -> None:
        pass


def hook_call(number: int) -> bytes:
    """An order-sign call whose every identifier is marked."""

    def resource(kind: str, **members: object) -> dict[str, object]:
        return {"resourceType": kind, "id": f"{MARK}{kind}{number}", **members}

    def order(words: str, status: str) -> dict[str, object]:
        return resource(
            "MedicationRequest",
            status=status,
            subject={"reference": f"Patient/{MARK}Patient{number}"},
            medicationCodeableConcept={"text": words},
        )

    def bundle(*resources: object) -> dict[str, object]:
        return {"resourceType": "Bundle", "entry": [{"resource": each} for each in resources]}

    lems = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "G70.80"}]}
    call = {
        "hook": "order-sign",
        "hookInstance": f"{MARK}{number}",
        "context": {
            "userId": f"Practitioner/{MARK}u",
            "patientId": f"{MARK}Patient{number}",
            "draftOrders": bundle(order("ciprofloxacin 500 mg po bid", "draft")),
        },
        "prefetch": {
            "patient": resource("Patient", birthDate=BORN),
            "conditions": bundle(resource("Condition", code=lems)),
            "medications": bundle(order("Firdapse 20 mg 4x/day", "active")),
        },
    }
    return json.dumps(call).encode()


def test_nor_of_a_hook_call() -> None:
    edition = load_edition(packaged_rules()).edition
    engine = Engine(answerer_of(edition), edition)
    repeats = RepeatFilter(Repeats(NoStore(), Memory(600), lambda *_: None))
    desk = Desk(lambda: engine, lambda: TODAY, None, repeats, Uncounted(), CardStyle())
    services = {"order-sign": SERVICES["lems-guard-order-sign"]}

    def call(number: int) -> None:
        reply = asyncio.run(desk.answer(hook_call(number), services, ANYBODY, AtOnce()))
        assert b"amifampridine" in reply

    for number in range(3):
        call(number)
    assert list(marked()) == []


def test_what_is_marked_is_found_wherever_it_is_held() -> None:
    held = [(f"{MARK}id",), {"weight": (WEIGHT * 1,)}]
    assert {type(each) for each in marked()} >= {str, float}
    assert len(held) == 2
