"""A FHIR server that has no MedicationStatements is told from one whose answer failed."""

import asyncio
from typing import Any

import httpx2
import pytest

from edges.order_entry.calling import LEMS, order, searchset, sign
from edges.order_entry.desks import BASE, Asked
from lems_guard.edges.order_entry.capabilities import KEPT_SECONDS, RETRY_SECONDS, Capabilities
from lems_guard.editions.library import Edition

HELD = ["Patient", "Condition", "MedicationRequest", "AllergyIntolerance", "Observation"]


def stating(types: list[str], kind: str = "CapabilityStatement") -> dict[str, Any]:
    held = [{"type": each} for each in types]
    return {"resourceType": kind, "rest": [{"mode": "server", "resource": held}]}


def server(
    edition: Edition, metadata: httpx2.Response, refusal: httpx2.Response, *, lems: bool = False
) -> Asked:
    """A desk whose FHIR server refuses MedicationStatements."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        kind = request.url.path.removeprefix("/fhir/").partition("/")[0]
        if kind in {"metadata", "MedicationStatement"}:
            return metadata if kind == "metadata" else refusal
        conditions = [LEMS] if lems and kind == "Condition" else []
        return httpx2.Response(200, json=searchset(*conditions))

    return Asked(edition, answer, seconds=0.5)


CALL = sign(order("metoprolol 50 mg po bid"), prefetch={}, fhirServer=BASE)
UNKNOWN = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "processing", "diagnostics": "Unknown resource type"}],
}


@pytest.mark.parametrize("kind", ["CapabilityStatement", "Conformance"])
@pytest.mark.parametrize(
    "refusal",
    [
        httpx2.Response(404),
        httpx2.Response(404, json=UNKNOWN),
        httpx2.Response(400, json=UNKNOWN),
        httpx2.Response(404, content=b"<html>"),
        httpx2.Response(501),
    ],
    ids=lambda each: f"{each.status_code}-{len(each.content)}",
)
def test_a_type_that_a_server_says_it_has_not_is_none(
    edition: Edition, kind: str, refusal: httpx2.Response
) -> None:
    metadata = httpx2.Response(200, json=stating(HELD, kind))
    asked = server(edition, metadata, refusal)
    assert asked.say(CALL) == (200, [])
    assert server(edition, metadata, refusal, lems=True).say(CALL).cards


@pytest.mark.parametrize(
    ("metadata", "status", "why"),
    [
        (httpx2.Response(200, json=stating([*HELD, "MedicationStatement"])), 404, "it has them"),
        (httpx2.Response(404), 404, "it does not say what it holds"),
        (httpx2.Response(200, content=b"<html>"), 404, "it says nothing that can be read"),
        (httpx2.Response(200, json=stating([])), 404, "it names no type at all"),
        (httpx2.Response(200, json=searchset()), 404, "no statement of what it holds"),
        (httpx2.Response(599), 404, "it hangs"),
        (httpx2.Response(200, json=stating(HELD)), 403, "withheld is not absent"),
        (httpx2.Response(200, json=stating(HELD)), 500, "a fault is no absence"),
    ],
)
def test_anything_else_is_an_answer_that_failed(
    edition: Edition, metadata: httpx2.Response, status: int, why: str
) -> None:
    assert server(edition, metadata, httpx2.Response(status)).say(CALL).status == 412, why


@pytest.mark.parametrize("missing", ["Condition", "MedicationRequest"])
def test_without_what_tells_of_lems_nothing_is_checked(edition: Edition, missing: str) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/metadata"):
            return httpx2.Response(200, json=stating([each for each in HELD if each != missing]))
        if request.url.path.endswith(missing):
            return httpx2.Response(404)
        return httpx2.Response(200, json=searchset())

    assert Asked(edition, answer).say(CALL).status == 412


def test_a_server_is_asked_once_an_hour_and_a_silent_one_again_soon() -> None:
    now, asked, said = [0.0], [], stating(HELD)

    async def ask(url: str) -> Any:  # noqa: ANN401 - any JSON
        asked.append(url)
        return said if "told" in url else None

    async def lacks(base: str) -> bool:
        return await capabilities.lacks(base, "MedicationStatement")

    async def run() -> None:
        for base, lasts in (("https://told/fhir", KEPT_SECONDS), ("https://mute", RETRY_SECONDS)):
            asked.clear()
            begun = now[0]
            for seconds, times in ((0.0, 1), (lasts, 1), (lasts + 1, 2)):
                now[0] = begun + seconds
                assert await lacks(base) is ("told" in base)
                assert asked == [f"{base}/metadata"] * times

    capabilities = Capabilities(ask, lambda: now[0])
    asyncio.run(run())
