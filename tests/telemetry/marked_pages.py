"""The HTTP port's pages, asked with one word wherever a word may stand."""

import json
import urllib.error
import urllib.request
import uuid
from typing import Any

from running import Running


def order_sign(word: str) -> dict[str, Any]:
    """A hook call that is answered, with a word wherever one may stand."""
    patient = {"reference": f"Patient/{word}", "display": word}
    coding = {"system": f"urn:{word}", "code": word, "display": word}
    orders = [
        {
            "resourceType": "MedicationRequest",
            "id": f"{word}{drug}",
            "status": "draft",
            "intent": "order",
            "subject": patient,
            "note": [{"text": word}],
            "reasonCode": [{"text": word, "coding": [coding]}],
            "medicationCodeableConcept": {"text": drug},
            "dosageInstruction": [{"text": word, "route": {"text": word, "coding": [coding]}}],
        }
        for drug in (word, "metoprolol")
    ]
    lems = [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "G70.80", "display": word}]
    return {
        "hook": "order-sign",
        "hookInstance": str(uuid.uuid4()),
        "context": {"userId": f"Practitioner/{word}", "patientId": word, "encounterId": word}
        | {"draftOrders": bundle(orders)},
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": word, "name": [{"text": word}]},
            "conditions": bundle(
                [{"resourceType": "Condition", "subject": patient, "code": {"coding": lems}}]
            ),
            "medications": bundle([]),
        },
    }


def bundle(resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": each} for each in resources]}


def feedback(card: str, word: str) -> dict[str, Any]:
    """Why a card was overridden, in a word."""
    reason = {"code": word, "system": f"urn:{word}", "display": word}
    told = {"reason": reason, "userComment": f"{word} said so"}
    return {
        "feedback": [
            {"card": card, "outcome": "overridden", "overrideReason": told}
            | {"outcomeTimestamp": "2026-11-21T10:00:00Z"}
        ]
    }


def sent(service: Running, path: str, body: dict[str, Any], word: str) -> tuple[int, str]:
    """What a page answers."""
    asked = urllib.request.Request(  # a loopback address
        f"http://{service.http_at}{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "x-request-id": word, word: word},
    )
    try:
        with urllib.request.urlopen(asked) as page:  # noqa: S310
            return page.status, page.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def ask_by_http(service: Running, word: str) -> dict[str, tuple[int, str]]:
    """Pages that are there and pages that are not, with a word wherever it can be put."""
    hooks, check = "/cds-services", "/v1/lems_guard.v1.InteractionCheckService/CheckPrescription"
    sign = f"{hooks}/lems-guard-order-sign"
    signed = sent(service, sign, order_sign(word), word)
    card = json.loads(signed[1])["cards"][0]["uuid"]
    body = {"proposed": [{"id": word, "text": f"{word} po"}, {"id": "m", "text": "metoprolol"}]}
    return {
        "answered hook": signed,
        "feedback": sent(service, f"{sign}/feedback", feedback(card, word), word),
        "feedback on no card": sent(service, f"{sign}/feedback", feedback(word, word), word),
        "unread hook": sent(service, sign, {"hook": word, "hookInstance": word}, word),
        "other hook": sent(service, f"{hooks}/{word}", order_sign(word), word),
        "json": sent(service, check, body, word),
        "unread json": sent(service, check, {word: word, "asOf": word}, word),
        "other method": sent(service, f"/v1/lems_guard.v1.{word}/{word}", body, word),
        "other page": sent(service, f"/{word}?{word}={word}", {}, word),
    }
