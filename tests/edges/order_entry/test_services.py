"""The pharmacist's hook, and all hooks under one id."""

from collections.abc import Iterator
from typing import Any

import pytest

from edges.order_entry.calling import LEMS, ORDER_SIGN, order, searchset, send, sign
from edges.order_entry.schema import checked
from lems_guard import __version__
from running import Running, start, stop

VERIFY = "/cds-services/lems-guard-medication-verify"
SIGNED = order("metoprolol 50 mg po bid", "m1") | {"status": "active"}
AMIFAMPRIDINE = order("amifampridine 10 mg po tid", "m1") | {"status": "active"}


def verifying(**context: object) -> dict[str, Any]:
    call = sign(hook="medication-verify")
    call["context"] = {"userId": "Practitioner/7", "patientId": "p1", **context}
    return call


@pytest.mark.parametrize(
    ("context", "why"),
    [
        ({"medication": SIGNED}, "as the hook's table has it"),
        ({"order": {"resource": SIGNED}}, "as its example has it"),
        ({"medication": searchset(SIGNED)}, "as the other hooks have theirs"),
    ],
)
def test_one_signed_order_is_checked(
    service: Running, context: dict[str, object], why: str
) -> None:
    cards = checked(send(service.http_at, VERIFY, verifying(**context)).content)
    assert [card.indicator for card in cards if "metoprolol" in card.summary] == ["warning"], why


def test_an_order_that_is_verified_is_new_although_it_is_on_record(service: Running) -> None:
    """A first dose of amifampridine is asked about seizures, and no treatment that goes on."""
    call = verifying(medication=AMIFAMPRIDINE)
    call["prefetch"] = {"conditions": searchset(LEMS), "medications": searchset(AMIFAMPRIDINE)}
    verified = checked(send(service.http_at, VERIFY, call).content)
    call["prefetch"]["medications"] = searchset()
    alone = checked(send(service.http_at, VERIFY, call).content)
    assert [card.summary for card in verified] == [card.summary for card in alone]


def test_no_order_is_a_fault(service: Running) -> None:
    assert send(service.http_at, VERIFY, verifying()).status == 400


def test_discovery_tells_the_version(service: Running) -> None:
    services = send(service.http_at, "/cds-services").json()["services"]
    assert {each["version"] for each in services} == {__version__}


@pytest.fixture(scope="module")
def one_id() -> Iterator[Running]:
    running = start(LEMS_GUARD_CDS_HOOKS_AUTH="off", LEMS_GUARD_CDS_HOOKS_ONE_ID="on")
    yield running
    stop(running)


def test_all_hooks_may_have_one_id(one_id: Running) -> None:
    services = send(one_id.http_at, "/cds-services").json()["services"]
    assert {each["id"] for each in services} == {"lems-guard"}
    assert len({each["hook"] for each in services}) == len(services)
    for hook in ("order-sign", "order-select"):
        call = sign(order("metoprolol po"), hook=hook)
        assert checked(send(one_id.http_at, "/cds-services/lems-guard", call).content)
    unknown = send(one_id.http_at, "/cds-services/lems-guard", sign(hook="order-dispatch"))
    assert unknown.status == 400
    told: dict[str, list[object]] = {"feedback": []}
    assert send(one_id.http_at, "/cds-services/lems-guard/feedback", told).status == 200


def test_ids_that_clients_have_stored_stay(one_id: Running) -> None:
    assert checked(send(one_id.http_at, ORDER_SIGN, sign(order("metoprolol po"))).content)


def test_one_id_is_an_option(service: Running) -> None:
    reply = send(service.http_at, "/cds-services/lems-guard", sign(order("metoprolol po")))
    assert reply.status == 404
