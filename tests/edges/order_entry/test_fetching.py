"""Fetching what was not sent: from allowed hosts alone, and within bounds."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from edges.order_entry.calling import LEMS, searchset, sign
from edges.order_entry.desks import Uncounted
from lems_guard.clinical.medication import Disposition, Understood
from lems_guard.edges.order_entry.chart import Chart, Extent
from lems_guard.edges.order_entry.discovery import PREFETCH
from lems_guard.edges.order_entry.fetching import Bounds, Fetcher
from lems_guard.edges.order_entry.hooks import read_call
from lems_guard.fhir.orders import OrderReader

BASE = "https://ehr.example/fhir"
Handler = Callable[[httpx2.Request], httpx2.Response]


def fetched(
    handler: Handler,
    base: str = BASE,
    hosts: str = "ehr.example",
    prefetch: dict[str, Any] | None = None,
    orders: tuple[object, ...] = (),
    token: str = "t0k",  # noqa: S107 - a made-up one
) -> tuple[Chart, list[httpx2.Request]]:
    asked: list[httpx2.Request] = []

    def heard(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return handler(request)

    call = sign(
        *orders,
        fhirServer=base,
        fhirAuthorization={"access_token": token, "token_type": "Bearer", "expires_in": 300},
        prefetch=prefetch or {},
    )
    chart = Chart()
    chart.take_prefetch(prefetch or {})
    chart.take_drafts(call["context"]["draftOrders"])
    bounds = Bounds(seconds=0.3, pages=2, page_bytes=2000, medications=3)
    fetcher = Fetcher(frozenset(hosts.split(",")), Uncounted(), bounds, httpx2.MockTransport(heard))

    async def run() -> None:
        read = read_call(json.dumps(call).encode())
        if fetcher.may_ask(read):
            await fetcher.begin(read).complete(chart, PREFETCH)
        await fetcher.close()

    asyncio.run(run())
    return chart, asked


def answer(request: httpx2.Request) -> httpx2.Response:
    if "Condition" in request.url.path:
        return httpx2.Response(200, json=searchset(LEMS))
    return httpx2.Response(200, json=searchset())


def test_everything_missing_is_asked_for_with_the_token() -> None:
    chart, asked = fetched(answer)
    assert len(asked) == len(PREFETCH)
    assert {each.headers["authorization"] for each in asked} == {"Bearer t0k"}
    assert all(str(each.url).startswith(f"{BASE}/") for each in asked)
    assert chart.conditions_read is chart.medications_read is Extent.WHOLE
    assert chart.record.of_kind("Condition") == [LEMS]


def test_what_was_sent_is_not_asked_for() -> None:
    _, asked = fetched(answer, prefetch=dict.fromkeys(PREFETCH))
    assert asked == []


def test_what_failed_is_asked_for_again() -> None:
    failed = {"resourceType": "OperationOutcome", "issue": []}
    chart, asked = fetched(answer, prefetch=(dict.fromkeys(PREFETCH) | {"conditions": failed}))
    assert len(asked) == 1
    assert chart.conditions_read is Extent.WHOLE


@pytest.mark.parametrize(
    ("base", "hosts"),
    [
        (BASE, "other.example"),
        (BASE, ""),
        ("http://ehr.example/fhir", "ehr.example"),
        ("https://ehr.example.evil.example/fhir", "ehr.example"),
        ("https://ehr.example@evil.example/fhir", "ehr.example"),
        ("https://user@ehr.example/fhir", "ehr.example"),
        ("https://ehr.example/fhir?x=", "ehr.example"),
        ("ftp://ehr.example/fhir", "ehr.example"),
        ("https://ehr.example:99999/", "ehr.example"),
        ("", "ehr.example"),
    ],
)
def test_nobody_else_is_ever_asked(base: str, hosts: str) -> None:
    chart, asked = fetched(answer, base, hosts)
    assert asked == []
    assert chart.conditions_read is Extent.MISSING


def test_this_machine_may_be_asked_without_tls() -> None:
    assert fetched(answer, "http://127.0.0.1:9/fhir", "127.0.0.1:9")[1]


@pytest.mark.parametrize(
    "broken",
    [
        lambda _: httpx2.Response(500),
        lambda _: httpx2.Response(302, headers={"location": "https://evil.example"}),
        lambda _: httpx2.Response(200, content=b"{"),
        lambda _: httpx2.Response(200, content=b" " * 3000),
        lambda _: httpx2.Response(200, json={"resourceType": "OperationOutcome"}),
    ],
)
def test_a_server_at_fault_leaves_it_missing(broken: Handler) -> None:
    chart, _ = fetched(broken)
    assert chart.conditions_read is Extent.MISSING


@pytest.mark.parametrize("token", ["é", "💊"])
def test_a_token_that_no_header_can_hold_leaves_it_missing(token: str) -> None:
    chart, asked = fetched(answer, token=token, prefetch={"medications": None})
    assert asked == []
    assert chart.conditions_read is Extent.MISSING
    assert chart.medications_read is Extent.PART


def test_what_nobody_foresaw_leaves_it_missing() -> None:
    def broken(_: httpx2.Request) -> httpx2.Response:
        raise AssertionError

    chart, _ = fetched(broken)
    assert chart.conditions_read is Extent.MISSING


def test_pages_are_followed_on_the_same_server_and_to_a_bound() -> None:
    def paged(request: httpx2.Request) -> httpx2.Response:
        if "Condition" not in request.url.path:
            return httpx2.Response(200, json=searchset())
        page = int(request.url.params.get("page", "1"))
        condition = LEMS | {"id": f"c{page}"}
        link = [{"relation": "next", "url": f"{BASE}/Condition?page={page + 1}"}]
        return httpx2.Response(200, json=searchset(condition) | {"link": link})

    chart, asked = fetched(paged)
    assert sum("Condition" in each.url.path for each in asked) == 2
    assert len(chart.record.of_kind("Condition")) == 2
    assert chart.conditions_read is Extent.PART


def test_a_last_page_makes_it_whole() -> None:
    first = searchset(LEMS) | {
        "total": 2,
        "link": [{"relation": "next", "url": f"{BASE}/Condition?page=2"}],
    }

    def last(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=searchset(LEMS | {"id": "c2"}) | {"total": 2})

    chart, asked = fetched(last, prefetch=(dict.fromkeys(PREFETCH) | {"conditions": first}))
    assert [str(each.url) for each in asked] == [f"{BASE}/Condition?page=2"]
    assert chart.conditions_read is Extent.WHOLE


def test_a_link_to_another_server_is_not_followed() -> None:
    link = [{"relation": "next", "url": "https://evil.example/fhir/Condition?page=2"}]
    chart, asked = fetched(
        answer,
        prefetch=(dict.fromkeys(PREFETCH) | {"conditions": searchset(LEMS) | {"link": link}}),
    )
    assert asked == []
    assert chart.conditions_read is Extent.PART


def referring(reference: str, **more: object) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "medicationReference": {"reference": reference, **more},
    }


AS_IN_R5 = {
    "resourceType": "MedicationRequest",
    "medication": {"reference": {"reference": "Medication/7"}},
}


def a_medication(request: httpx2.Request) -> httpx2.Response:
    content = {"resourceType": "Medication", "id": "any", "code": {"text": request.url.path}}
    return httpx2.Response(200, json=content)


@pytest.mark.parametrize(
    ("order", "asked_for"),
    [
        (referring("Medication/7"), "Medication/7"),
        (referring("Medication/7/_history/2"), "Medication/7"),
        (referring(f"{BASE}/Medication/7"), "Medication/7"),
        (AS_IN_R5, "Medication/7"),
        (referring("Medication/7", display="metoprolol"), ""),
        (referring("Medication/7") | {"medicationCodeableConcept": {"text": "metoprolol"}}, ""),
        (referring("https://evil.example/fhir/Medication/7"), ""),
        (referring("Medication/../Patient"), ""),
        (referring("Patient/7"), ""),
        (referring("#7"), ""),
        (referring("urn:uuid:0c6b1b0a-7a1d-4f0c-8a52-6a4b1f3a7a10"), ""),
    ],
)  # fmt: skip
def test_a_drug_that_is_only_referred_to_is_read_where_it_is(
    order: dict[str, Any], asked_for: str
) -> None:
    chart, asked = fetched(a_medication, prefetch=dict.fromkeys(PREFETCH), orders=(order,))
    assert [str(each.url) for each in asked] == ([f"{BASE}/{asked_for}"] if asked_for else [])
    found = OrderReader(lambda _: Understood(Disposition.UNRESOLVED)).line(
        order, chart.record.shelf
    )
    assert found.name.endswith(asked_for or found.name)


def test_a_medication_that_came_along_is_not_asked_for() -> None:
    came = {"resourceType": "Medication", "id": "7", "code": {"text": "metoprolol"}}
    _, asked = fetched(
        a_medication,
        prefetch=dict.fromkeys(PREFETCH) | {"more": came},
        orders=(referring("Medication/7"),),
    )
    assert asked == []


def test_drugs_that_are_referred_to_are_read_to_a_bound() -> None:
    orders = tuple(referring(f"Medication/{number}") for number in range(9))
    _, asked = fetched(a_medication, prefetch=dict.fromkeys(PREFETCH), orders=(*orders, *orders))
    assert len(asked) == 3


def test_a_server_that_hangs_is_given_up() -> None:
    call = read_call(json.dumps(sign(fhirServer=BASE, prefetch={})).encode())
    chart = Chart()

    async def hang(_: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(30)
        return httpx2.Response(200)

    fetcher = Fetcher(
        frozenset({"ehr.example"}), Uncounted(), Bounds(seconds=0.1), httpx2.MockTransport(hang)
    )

    async def run() -> None:
        assert fetcher.may_ask(call)
        await fetcher.begin(call).complete(chart, PREFETCH)

    asyncio.run(run())
    assert chart.conditions_read is Extent.MISSING
