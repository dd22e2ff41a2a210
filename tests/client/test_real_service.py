"""Client and service together, each method once, and what the page of the contract says of both."""

import asyncio
from collections.abc import Iterator

import pytest

from lems_guard.answering.in_service import CONTRACT
from lems_guard_client import (
    AsyncClient,
    Client,
    InvalidRequestError,
    Item,
    NotFoundError,
)
from lems_guard_client.v1.alert_service_pb2 import (
    ALERT_VERDICT_ACCEPTED,
    RecordAlertOutcomeRequest,
    RecordShownRequest,
)
from lems_guard_client.v1.knowledge_service_pb2 import ListRulesRequest, ResolveMedicationRequest
from lems_guard_client.v1.prescription_pb2 import CheckPrescriptionRequest, Medication
from lems_guard_client.v1.terms_pb2 import SEVERITY_CONTRAINDICATED
from running import start, stop
from waiting import PATIENCE

REQUEST = CheckPrescriptionRequest(
    proposed=[Medication(id="1", text="metoprolol 50 mg po bid")],
    active=[Medication(id="2", text="Firdapse 20 mg 4x/day")],
    as_of="2026-11-21",
)
BAD = CheckPrescriptionRequest(proposed=[Medication(text="metoprolol")], as_of="yesterday")
AT_FAULT = {"as_of", "proposed[0].id"}


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    service = start()
    try:
        yield service.grpc_at
    finally:
        stop(service)


@pytest.fixture
def client(target: str) -> Iterator[Client]:
    with Client(target, deadline=PATIENCE) as client:
        yield client


def test_a_prescription_is_checked(client: Client) -> None:
    assert {alert.drug for alert in client.check(REQUEST).alerts} >= {"metoprolol"}


def test_every_field_at_fault_is_named(client: Client) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        client.check(BAD)
    assert {each.field for each in raised.value.violations} == AT_FAULT


def test_a_cohort_is_checked_and_a_bad_one_fails_alone(client: Client) -> None:
    items = list(client.check_all([REQUEST, BAD] * 20))
    assert len(items) == 40
    assert all(item.checked() == client.check(REQUEST) for item in items[::2])
    for item in items[1::2]:
        assert isinstance(item.outcome, InvalidRequestError)
        assert {each.field for each in item.outcome.violations} == AT_FAULT


def test_all_rules_come_page_by_page(client: Client) -> None:
    rules = list(client.rules(ListRulesRequest(page_size=50)))
    assert len(rules) == client.knowledge_base().rule_count
    assert client.rule(rules[-1].id).id == rules[-1].id


def test_a_rule_that_is_not_there_is_told(client: Client) -> None:
    with pytest.raises(NotFoundError):
        client.rule("nothing-of-the-kind")


def test_a_server_tells_what_it_understands(client: Client) -> None:
    assert client.knowledge_base().contract == CONTRACT


def test_a_drug_is_resolved(client: Client) -> None:
    answer = client.resolve(ResolveMedicationRequest(medication=Medication(text="Firdapse")))
    assert [each.name for each in answer.ingredients] == ["amifampridine"]


def test_an_outcome_counts_once(client: Client) -> None:
    alert = client.check(REQUEST).alerts[0]
    report = RecordAlertOutcomeRequest(
        outcome_id="once",
        alert_id=alert.id,
        rule_ids=sorted({each.rule_id for each in alert.findings}),
        verdict=ALERT_VERDICT_ACCEPTED,
    )
    assert not client.record_outcome(report).repeated
    assert client.record_outcome(report).repeated


def test_a_repeat_is_told_but_never_of_a_contraindication(client: Client) -> None:
    alerts = client.check(REQUEST).alerts
    asked = RecordShownRequest(client="ward", clinician="c7", patient="p1")
    for alert in alerts:
        asked.alerts.add(alert_id=alert.id, severity=alert.severity)
    assert not client.record_shown(asked).repeated_alert_ids
    repeated = client.record_shown(asked).repeated_alert_ids
    assert list(repeated) == sorted(
        each.id for each in alerts if each.severity != SEVERITY_CONTRAINDICATED
    )


def test_awaited_it_is_the_same(client: Client, target: str) -> None:
    async def items(awaiting: AsyncClient) -> list[Item]:
        return [item async for item in awaiting.check_all([REQUEST, BAD, REQUEST])]

    async def all_of_it() -> None:
        async with AsyncClient(target, deadline=PATIENCE) as awaiting:
            expected = client.check(REQUEST)
            assert await awaiting.check(REQUEST) == expected
            first, bad, last = await items(awaiting)
            assert first.checked() == last.checked() == expected
            assert isinstance(bad.outcome, InvalidRequestError)
            rules = [rule async for rule in awaiting.rules(ListRulesRequest(page_size=50))]
            assert rules == list(client.rules())
            assert await awaiting.rule(rules[0].id) == client.rule(rules[0].id)
            assert (await awaiting.knowledge_base()).contract == CONTRACT
            asked = ResolveMedicationRequest(medication=Medication(text="Firdapse"))
            assert await awaiting.resolve(asked) == client.resolve(asked)
            with pytest.raises(InvalidRequestError):
                await awaiting.record_outcome(RecordAlertOutcomeRequest())
            with pytest.raises(InvalidRequestError):
                await awaiting.record_shown(RecordShownRequest())

    asyncio.run(all_of_it())
