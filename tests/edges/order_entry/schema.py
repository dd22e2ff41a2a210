"""What CDS Hooks asks of a response, as types and invariants; and FHIR's models for what it holds.

Restated from the specification (2.0 and the 3.0 ballot): field tables, the invariants cds-resp-1 to
cds-resp-7, and "no null or empty members".
"""

import re
import uuid
from typing import Any, Literal

import msgspec
from fhir.resources.detectedissue import DetectedIssue as DetectedIssueR5
from fhir.resources.medicationrequest import MedicationRequest as MedicationRequestR5
from fhir.resources.R4B.detectedissue import DetectedIssue as DetectedIssueR4
from fhir.resources.R4B.medicationrequest import MedicationRequest as MedicationRequestR4
from fhir.resources.R4B.operationoutcome import OperationOutcome

from lems_guard.fhir.codes import OWN, RXNORM, SNOMED_CT

MOST_WORDS = 90
MOST_REASONS = 5
KNOWN_SYSTEMS = {RXNORM, SNOMED_CT, "http://terminology.hl7.org/CodeSystem/v3-ActCode"}


class Strict(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    pass


class Coding(Strict):
    system: str
    code: str
    display: str


class Source(Strict):
    label: str
    topic: Coding
    url: str = ""
    icon: str = ""


class Action(Strict):
    type: Literal["create", "update", "delete"]
    description: str
    resource: dict[str, Any] | None = None
    resource_id: str | None = None


class Suggestion(Strict):
    label: str
    uuid: str
    actions: list[Action]
    is_recommended: bool = False


class Link(Strict):
    label: str
    url: str
    type: Literal["absolute"]


class Card(Strict):
    uuid: str
    summary: str
    indicator: Literal["info", "warning", "critical"]
    source: Source
    detail: str
    suggestions: list[Suggestion] = []
    selection_behavior: Literal["at-most-one", "any"] | None = None
    override_reasons: list[Coding] = []
    links: list[Link] = []


class Response(Strict):
    cards: list[Card]
    extension: dict[str, Any] = {}


def checked(content: bytes) -> list[Card]:
    """The cards of a response that keeps every rule."""
    response = msgspec.json.decode(content, type=Response)
    assert_nothing_is_empty(msgspec.json.decode(content), top=True)
    for card in response.cards:
        assert_card(card)
    uuids = [card.uuid for card in response.cards]
    uuids += [each.uuid for card in response.cards for each in card.suggestions]
    assert len(uuids) == len(set(uuids))
    return response.cards


def assert_nothing_is_empty(value: Any, *, top: bool = False) -> None:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        for name, each in value.items():
            assert (top and name == "cards") or each not in (None, "", [], {}), name
            assert_nothing_is_empty(each)
    elif isinstance(value, list):
        for each in value:
            assert each not in (None, "", [], {})
            assert_nothing_is_empty(each)


def assert_card(card: Card) -> None:
    uuid.UUID(card.uuid)
    assert 0 < len(card.summary) < 140
    assert "\n" not in card.summary
    assert 0 < len(card.detail.split()) <= MOST_WORDS
    assert len(card.override_reasons) <= MOST_REASONS
    assert "<" not in re.sub(r"&lt;", "", card.detail), "raw HTML in markdown"
    assert card.source.topic.system.startswith(OWN)
    # cds-resp-1 and cds-resp-6: how to choose is said exactly where there is a choice.
    assert (card.selection_behavior is not None) == bool(card.suggestions)
    if card.selection_behavior == "at-most-one":
        assert sum(each.is_recommended for each in card.suggestions) <= 1
    for reason in card.override_reasons:
        assert reason.code
        assert reason.display
    for suggestion in card.suggestions:
        assert_suggestion(suggestion)


def assert_suggestion(suggestion: Suggestion) -> None:
    uuid.UUID(suggestion.uuid)
    assert suggestion.actions
    for action in suggestion.actions:
        if action.type == "delete":
            assert action.resource is None
            assert action.resource_id is not None
            assert re.fullmatch(r"[A-Z][A-Za-z]+/[A-Za-z0-9.\-]{1,64}", action.resource_id)
        else:
            assert action.resource_id is None
            assert action.resource is not None
            assert_resource(action.resource)


def assert_resource(resource: dict[str, Any]) -> None:
    """The resource fits FHIR's model of its release, and its codes are of known systems."""
    kind = resource["resourceType"]
    if kind == "DetectedIssue":
        release: Any = DetectedIssueR4 if "patient" in resource else DetectedIssueR5
        release.model_validate(resource)
        assert_systems(resource)
    elif kind == "MedicationRequest":
        request: Any = MedicationRequestR5 if "medication" in resource else MedicationRequestR4
        request.model_validate(resource)
    else:
        assert kind == "MedicationOrder"


def assert_systems(value: Any) -> None:  # noqa: ANN401 - any JSON
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, dict | list):
            assert_systems(each)
    if isinstance(value, dict) and "system" in value:
        assert value["system"] in KNOWN_SYSTEMS or value["system"].startswith(OWN)


def outcome(content: bytes) -> str:
    """What a FHIR OperationOutcome tells; it is one, by FHIR's model."""
    value = msgspec.json.decode(content)
    OperationOutcome.model_validate(value)
    assert_nothing_is_empty(value)
    return str(value["issue"][0]["diagnostics"])
