"""What a site has settled for each issuer: hooks, jurisdiction, severities, servers."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from callers.issuing import BASE, bearer, token, write_callers
from edges.order_entry.calling import ORDER_SIGN, order, searchset, send, sign
from edges.order_entry.desks import BASE as SERVER
from edges.order_entry.desks import Asked
from edges.order_entry.schema import outcome
from lems_guard.callers.profile import Caller, Profile
from lems_guard.editions.library import Edition
from running import Running, start, stop

THRICE = {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}}
THIRTY = [{"doseQuantity": {"value": 30, "unit": "mg"}}]
AMIFAMPRIDINE = order(
    "amifampridine", dosageInstruction=[{"doseAndRate": THIRTY, "timing": THRICE}]
)


def asked(edition: Edition, call: dict[str, Any], **profile: Any) -> Any:  # noqa: ANN401
    found = Asked(edition)
    found.caller = Caller("ehr", Profile(**profile))
    return found.say(call)


def test_labels_differ_by_jurisdiction(edition: Edition) -> None:
    """90 mg a day: within the US label's 100, beyond the 60 of Europe."""
    said = {
        place: "\n".join(card["summary"] for card in asked(
            edition, sign(AMIFAMPRIDINE), jurisdiction=place).cards)
        for place in ("US", "EU")
    }  # fmt: skip
    assert said["US"] != said["EU"]
    assert "60 mg" in said["EU"]


def test_brands_are_those_of_its_country(edition: Edition) -> None:
    """Urex is furosemide in Australia; where no country is said it may be methenamine too."""
    call = sign(order("Urex 40 mg po"))
    assert "Urex" in json.dumps([card["detail"] for card in asked(edition, call).cards])
    assert asked(edition, call, country="AU").cards == []


def test_less_than_the_least_severity_is_not_shown(edition: Edition) -> None:
    call = sign(order("metoprolol po"), order("prednisone 20 mg po"))
    usual = asked(edition, call).cards
    few = asked(edition, call, least_severity="AVOID").cards
    assert any("metoprolol" in card["summary"] for card in few)
    assert len(few) < len(usual)


def test_a_site_says_how_loudly(edition: Edition) -> None:
    call = sign(order("metoprolol po"))
    assert asked(edition, call).cards[0]["indicator"] == "warning"
    loud = asked(edition, call, indicators={"AVOID": "critical", "CAUTION": "info"}).cards[0]
    assert loud["indicator"] in {"critical", "warning"}
    quiet = asked(edition, call, indicators={"AVOID": "info", "CAUTION": "info"}).cards[0]
    assert quiet["indicator"] == "info"


def test_only_its_own_servers_are_asked(edition: Edition) -> None:
    found = Asked(edition, lambda _: httpx2.Response(200, json=searchset()))
    call = sign(order("metoprolol"), prefetch={}, fhirServer=SERVER)
    found.caller = Caller("ehr", Profile(fhir_servers=("other.example",)))
    assert (found.say(call).status, found.requests) == (412, [])
    found.caller = Caller("ehr", Profile(fhir_servers=("ehr.example",)))
    assert found.say(call).status == 200


@pytest.fixture(scope="module")
def restricted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    callers = write_callers(tmp_path_factory.mktemp("known"), profile={"hooks": ["order-sign"]})
    running = start(LEMS_GUARD_CALLERS=str(callers), LEMS_GUARD_CDS_HOOKS_URL=BASE)
    yield running
    stop(running)


def test_a_caller_gets_the_hooks_that_are_open_to_it(restricted: Running) -> None:
    listed = bearer(token(aud=f"{BASE}/cds-services"))
    services = send(restricted.http_at, "/cds-services", Authorization=listed).json()["services"]
    assert [each["hook"] for each in services] == ["order-sign"]
    signed = send(restricted.http_at, ORDER_SIGN, sign(order("x")), Authorization=bearer(token()))
    assert signed.status == 200
    select = "/cds-services/lems-guard-order-select"
    refused = send(
        restricted.http_at,
        select,
        sign(order("x"), hook="order-select"),
        Authorization=bearer(token(aud=f"{BASE}{select}")),
    )
    assert refused.status == 403
    assert "not open to this caller" in outcome(refused.content)
