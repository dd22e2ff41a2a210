"""Calling the service as a CDS client does, and the calls that tests share."""

import copy
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple

REQUESTS = sorted((Path(__file__).parent / "requests").glob("*.json"))
LEMS = {
    "resourceType": "Condition",
    "id": "lems",
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "G70.80"}]},
}
ORDER_SIGN = "/cds-services/lems-guard-order-sign"


class Reply(NamedTuple):
    """A status, the headers and the content."""

    status: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.content)


def send(at: str, path: str, body: object = None, *, method: str = "", **headers: str) -> Reply:
    """Send a body (bytes as they are, anything else as JSON); nothing is raised for a status."""
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(
        f"http://{at}{path}", content, named, method=method or ("POST" if content else "GET")
    )
    try:
        with urllib.request.urlopen(request) as response:  # noqa: S310
            return Reply(response.status, lower(response.headers), response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, lower(error.headers), error.read())


def lower(headers: Any) -> dict[str, str]:  # noqa: ANN401 - two types of one interface
    return {name.lower(): value for name, value in headers.items()}


def searchset(*resources: object) -> dict[str, object]:
    return {"resourceType": "Bundle", "entry": [{"resource": each} for each in resources]}


def order(text: str, order_id: str = "m1", **members: object) -> dict[str, object]:
    return {
        "resourceType": "MedicationRequest",
        "id": order_id,
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": text},
        **members,
    }


def sign(*orders: object, hook: str = "order-sign", **members: object) -> dict[str, Any]:
    """A call for a patient with LEMS, all data in prefetch."""
    return {
        "hook": hook,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {
            "userId": "Practitioner/7",
            "patientId": "p1",
            "encounterId": "e1",
            "draftOrders": searchset(*orders),
        },
        "prefetch": {"conditions": searchset(LEMS), "medications": None},
        **members,
    }


def written(path: Path, *, lems: bool) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A request of the collection: its path, the call, and what is expected of it."""
    told = json.loads(path.read_text("utf-8"))
    call = copy.deepcopy(told["call"])
    if told["conditions"] is not None:
        conditions = told["conditions"] + ([told["lems"]] if lems else [])
        call["prefetch"]["conditions"] = searchset(*conditions) if conditions else None
    expected = told["with_lems" if lems else "without_lems"]
    return f"/cds-services/{told['service']}", call, expected
