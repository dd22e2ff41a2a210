"""The rules as FHIR R4B ClinicalUseDefinitions: a Bundle that other systems can read."""

import datetime
from typing import Any, TypeAlias

from lems_guard.clinical.rule import Rule, RuleKind
from lems_guard.clinical.severity import Severity
from lems_guard.clinical.words import REVIEW_STATES
from lems_guard.papers.words import drugs_in_words, in_words, row_in_words, worst_of
from lems_guard.screening.knowledge_base import KnowledgeBase

Resource: TypeAlias = dict[str, Any]

LEMS = "Lambert-Eaton myasthenic syndrome"
LONGEST_ID = 64
OWN_RULES = "urn:lems-guard:rule"


def rules_as_fhir(knowledge: KnowledgeBase, today: datetime.date) -> Resource:
    """A collection with one ClinicalUseDefinition for each rule, by id."""
    titles = {each.id: each.title for each in knowledge.classes}
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": "urn:lems-guard:knowledge-base", "value": knowledge.digest},
        "entry": [
            {"fullUrl": f"{OWN_RULES}:{rule.id}", "resource": _resource(rule, titles, today)}
            for rule in knowledge.rules
        ],
    }


def _resource(rule: Rule, titles: dict[str, str], today: datetime.date) -> Resource:
    kind = _kind(rule)
    return {
        "resourceType": "ClinicalUseDefinition",
        "id": rule.id[:LONGEST_ID],
        "identifier": [{"system": OWN_RULES, "value": rule.id}],
        "type": kind,
        "category": [{"text": in_words(rule.concern)}],
        "status": {"text": REVIEW_STATES[rule.review.on(today)]},
        **_content(rule, kind, titles),
    }


def _kind(rule: Rule) -> str:
    """What of a ClinicalUseDefinition's kinds a rule is."""
    if rule.kind is RuleKind.INTERACTION and rule.partners is not None:
        return "interaction"
    if rule.kind is RuleKind.DRUG_DISEASE and worst_of(rule) is Severity.CONTRAINDICATED:
        return "contraindication"
    return "warning"


def _content(rule: Rule, kind: str, titles: dict[str, str]) -> Resource:
    first = rule.outcomes[0].advice
    drugs = drugs_in_words(rule.drugs, titles) or rule.title
    if kind == "interaction" and rule.partners is not None:
        partners = drugs_in_words(rule.partners, titles)
        return {
            "interaction": {
                "interactant": [
                    {"itemCodeableConcept": {"text": each}} for each in (drugs, partners)
                ],
                "type": {"text": in_words(rule.concern)},
                "effect": {"concept": {"text": first.consequence}},
                "management": [{"text": _rows(rule)}],
            }
        }
    if kind == "contraindication":
        return {
            "contraindication": {"diseaseSymptomProcedure": {"concept": {"text": LEMS}}},
            "warning": {"description": f"{drugs}. {_rows(rule)}"},
        }
    return {"warning": {"description": f"{drugs}. {_rows(rule)}", "code": {"text": rule.title}}}


def _rows(rule: Rule) -> str:
    """The decision table in words, a line for each row."""
    return "\n".join(
        f"{row.severity.name} where {row_in_words(row)}: {row.advice.action}"
        for row in rule.outcomes
    )
