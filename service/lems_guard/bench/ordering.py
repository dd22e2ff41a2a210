"""Order entry against the plainest page of the same server: what reading, screening and cards take.

One connection, one call at a time, as an order screen waits. Every call orders other doses, so that
none of them is one that a cache knows.
"""

import contextlib
import http.client
import json
import statistics
import time
from pathlib import Path
from typing import Any

from lems_guard.bench import processes
from lems_guard.bench.figures import Figure, interleaved, ratio
from lems_guard.bench.serving import Sizes

PATH = "/cds-services/lems-guard-order-sign"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED_CT = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
DRUGS = (
    "ciprofloxacin",
    "metoprolol",
    "paracetamol",
    "amoxicillin",
    "omeprazole",
    "metformin",
    "lisinopril",
    "simvastatin",
    "levothyroxine",
    "folic acid",
)
CALLS_A_ROUND = 100


class NotAnswered(AssertionError):
    """The server did not answer with cards, so its time compares nothing."""


def vs_livez(rules: Path, sizes: Sizes) -> Figure:
    """The median time of an order-sign call with ten orders ÷ that of `/livez`."""
    with (
        processes.service(
            rules, "LEMS_GUARD_CDS_HOOKS_AUTH=off", "LEMS_GUARD_LOG_CALLS_PER_SECOND=0"
        ) as server,
        contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.http_port)) as connection,
    ):
        calls = Calls(connection)
        calls.signed()
        calls.live()
        return ratio(*interleaved(sizes.rounds, calls.signed, calls.live))


class Calls:
    """Calls on one connection, each unlike all before it."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        """None yet."""
        self._connection = connection
        self._number = 0

    def signed(self) -> float:
        """The median seconds of some order-sign calls."""
        bodies = [self._body() for _ in range(CALLS_A_ROUND)]
        return statistics.median(self._seconds("POST", PATH, body) for body in bodies)

    def live(self) -> float:
        """The median seconds of as many calls of `/livez`."""
        return statistics.median(self._seconds("GET", "/livez") for _ in range(CALLS_A_ROUND))

    def _body(self) -> bytes:
        self._number += 1
        return json.dumps(order_sign(self._number)).encode()

    def _seconds(self, method: str, path: str, body: bytes | None = None) -> float:
        begun = time.perf_counter()
        self._connection.request(method, path, body)
        response = self._connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - begun
        if response.status != http.client.OK or (body and b'"cards"' not in content):
            raise NotAnswered(f"{path} was answered with {response.status}, or without cards")
        return seconds


def order_sign(number: int) -> dict[str, Any]:
    """A call with ten orders, two of them to be warned of, for a patient with LEMS."""
    drafts = [_order(index, drug, 10 + number) for index, drug in enumerate(DRUGS)]
    lems = {
        "resourceType": "Condition",
        "code": {"coding": [{"system": ICD10CM, "code": "G70.80"}]},
    }
    return {
        "hook": "order-sign",
        "hookInstance": f"d1577c69-dfbe-44ad-ba6d-{number:012d}",
        "context": {"userId": "Practitioner/1", "patientId": "p1", "draftOrders": _bundle(drafts)},
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": "p1", "birthDate": "1965-02-03"},
            "conditions": _bundle([lems]),
            "medications": _bundle([_order(99, "amifampridine", 20, status="active")]),
        },
    }


def _bundle(resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": each} for each in resources]}


def _order(index: int, drug: str, milligrams: float, status: str = "draft") -> dict[str, Any]:
    route = {"system": SNOMED_CT, "code": "26643006", "display": "Oral route"}
    return {
        "resourceType": "MedicationRequest",
        "id": f"m{index}",
        "status": status,
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": drug},
        "dosageInstruction": [
            {
                "route": {"coding": [route]},
                "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": milligrams, "unit": "mg"}}],
            }
        ],
    }
