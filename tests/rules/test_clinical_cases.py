"""A pharmacist's cases over the wire: what must be said of an order, and of what nothing may be.

`clinical/cases.ndjson` holds the request, the severities that are right and the source that says
so; `null` among them is silence. `clinical/lists.json` holds whole lists with the most alerts that
may interrupt the prescriber. Requests and replies are bytes, as a client sends and reads them.
"""

import datetime
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from google.protobuf import json_format

from lems_guard.answering.answer import Answerer
from lems_guard.clinical.severity import Jurisdiction, Severity
from lems_guard.editions.library import load_edition, packaged_rules
from lems_guard.screening.screen import RuleScreener
from lems_guard.v1 import prescription_pb2, screening_pb2, terms_pb2

HERE = Path(__file__).parent / "clinical"
ON = datetime.date(2026, 11, 30)
# A case that asks that an order be not passed over: an alert, or that it was not understood.
NOT_SILENT = "NOTSILENT"


class Expectation(NamedTuple):
    """The severities that are right for one order and concern; `None` is silence."""

    case: str
    request: dict[str, object]
    medication: str
    concern: str
    severities: list[str | None]
    source: str


@cache
def answerer() -> Answerer:
    """The packaged rules, asked as an edge asks them."""
    edition = load_edition(packaged_rules()).edition
    return Answerer(
        edition.knowledge,
        edition,
        RuleScreener(),
        jurisdiction=Jurisdiction.US,
        today=lambda: ON,
    )


def reply_to(request: dict[str, object]) -> screening_pb2.CheckPrescriptionResponse:
    """The reply to a request written as proto3 JSON."""
    message = json_format.ParseDict(request, prescription_pb2.CheckPrescriptionRequest())
    reply = answerer().answer(message.SerializeToString()).reply
    return screening_pb2.CheckPrescriptionResponse.FromString(reply)


def worst_said(reply: screening_pb2.CheckPrescriptionResponse, one: Expectation) -> str | None:
    """The worst severity of the findings on an order for a concern (any, where none is named)."""
    found = [
        finding.severity
        for alert in reply.alerts
        if one.medication in alert.medication_ids
        for finding in alert.findings
        if one.concern in terms_pb2.Concern.Name(finding.concern)
    ]
    return Severity(max(found)).name if found else None


def expectations() -> list[Expectation]:
    """Every expectation of every case."""
    lines = (HERE / "cases.ndjson").read_text(encoding="utf-8").splitlines()
    return [
        Expectation(
            case["name"],
            case["request"],
            expected["medication"],
            expected["concern"] or "",
            expected["severity"],
            case["source"],
        )
        for case in map(json.loads, lines)
        for expected in case["expect"]
    ]


EXPECTATIONS = expectations()
LISTS = json.loads((HERE / "lists.json").read_text(encoding="utf-8"))


def test_the_cases_are_whole() -> None:
    assert len({one.case for one in EXPECTATIONS}) == 160
    assert all(one.source for one in EXPECTATIONS)


@pytest.mark.parametrize("one", EXPECTATIONS, ids=lambda one: f"{one.case}, {one.concern or 'any'}")
def test_an_order_gets_the_severity_that_its_source_tells(one: Expectation) -> None:
    reply = reply_to(one.request)
    if one.concern == NOT_SILENT:
        found = {each.id: each.disposition for each in reply.medications}[one.medication]
        assert reply.alerts or found != terms_pb2.DISPOSITION_EVALUATED, one.source
    else:
        assert worst_said(reply, one) in one.severities, one.source


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one["name"])
def test_a_list_interrupts_no_more_often_than_it_must(one: dict[str, object]) -> None:
    request, most = one["request"], one["most_interruptive"]
    assert isinstance(request, dict)
    alerts = reply_to(request).alerts
    interruptive = [alert.drug for alert in alerts if alert.severity >= Severity.AVOID]
    assert len(interruptive) == most, f"{interruptive}: {one['note']}"
