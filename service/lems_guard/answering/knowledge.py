"""KnowledgeService: what is known, rule by rule, and what is made of a drug's name."""

import base64
import difflib
import hashlib

from lems_guard.answering import read, read_as
from lems_guard.answering.faults import faults_of_country, faults_of_enums
from lems_guard.answering.in_service import InService, name_of
from lems_guard.answering.rule_messages import rule_message, summary_message
from lems_guard.answering.terms import term
from lems_guard.clinical.errors import FieldViolation, InvalidRequest, NotFound
from lems_guard.clinical.rule import Rule
from lems_guard.screening.knowledge_base import NO_CLASSES, KnowledgeBase
from lems_guard.v1 import knowledge_service_pb2 as wire
from lems_guard.v1 import prescription_pb2, screening_pb2

DEFAULT_PAGE = 100
LARGEST_PAGE = 500

ORDERS_FIELD = 12  # of a ResolveMedicationResponse


def get_rule(request: wire.GetRuleRequest, knowledge: KnowledgeBase) -> wire.GetRuleResponse:
    """The rule of an id; raises `NotFound` with a near id, `InvalidRequest` without one."""
    if not request.id:
        raise InvalidRequest((FieldViolation("id", "the id of a rule, as ListRules gives it"),))
    rule = knowledge.rule(request.id)
    if rule is None:
        near = difflib.get_close_matches(request.id, [each.id for each in knowledge.rules], 1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise NotFound(f"no rule has this id{hint}")
    return wire.GetRuleResponse(
        rule=rule_message(rule, knowledge.overlay), knowledge_base=name_of(knowledge)
    )


def list_rules(request: wire.ListRulesRequest, knowledge: KnowledgeBase) -> wire.ListRulesResponse:
    """A page of the rules that pass; raises `InvalidRequest` for a bad page or filter."""
    violations = list(faults_of_enums(request, ""))
    if request.page_size < 0:
        violations.append(FieldViolation("page_size", "0 (for 100) to 500"))
    if violations:
        raise InvalidRequest(tuple(violations))
    passing = [rule for rule in knowledge.rules if passes(rule, request, knowledge)]
    first = _first(request, passing, knowledge)
    size = min(request.page_size or DEFAULT_PAGE, LARGEST_PAGE)
    page = passing[first : first + size]
    more = first + size < len(passing)
    return wire.ListRulesResponse(
        rules=[summary_message(rule) for rule in page],
        next_page_token=_token(page[-1].id, request, knowledge) if more else "",
        total_size=len(passing),
    )


def passes(rule: Rule, request: wire.ListRulesRequest, knowledge: KnowledgeBase) -> bool:
    """Whether a rule passes every filter given."""
    classes = knowledge.classes_of.get(request.ingredient, NO_CLASSES)
    return all(
        (
            not request.concern or int(rule.concern) == int(request.concern),
            max(outcome.severity for outcome in rule.outcomes) >= request.minimum_severity,
            not request.drug_class or request.drug_class in rule.drugs.classes,
            not request.ingredient or rule.drugs.include(request.ingredient, classes),
            not request.jurisdiction
            or int(request.jurisdiction) in {int(each) for each in rule.jurisdictions},
        )
    )


def _first(request: wire.ListRulesRequest, passing: list[Rule], knowledge: KnowledgeBase) -> int:
    """Where the page begins: after the rule that the token of the page before names."""
    if not request.page_token:
        return 0
    for index, rule in enumerate(passing):
        if request.page_token == _token(rule.id, request, knowledge):
            return index + 1
    raise InvalidRequest(
        (FieldViolation("page_token", "the next_page_token of the page before, same filters"),)
    )


def _token(last: str, request: wire.ListRulesRequest, knowledge: KnowledgeBase) -> str:
    filters = wire.ListRulesRequest()
    filters.CopyFrom(request)
    filters.page_token = ""
    filters.page_size = 0
    content = f"{knowledge.digest}|{last}|".encode() + filters.SerializeToString(deterministic=True)
    return base64.urlsafe_b64encode(hashlib.blake2b(content, digest_size=12).digest()).decode()


def resolve(
    request: wire.ResolveMedicationRequest, shown: InService
) -> wire.ResolveMedicationResponse:
    """What is made of a medication; raises `InvalidRequest` for one that cannot be read."""
    if request.jurisdiction not in read.JURISDICTIONS:
        raise InvalidRequest(tuple(faults_of_enums(request, "")))
    if not request.HasField("medication"):
        raise InvalidRequest((FieldViolation("medication", "the medication to be recognised"),))
    if faults := tuple(faults_of_country(request.country)):
        raise InvalidRequest(faults)
    country = read.country(request.country) or shown.country
    medication = read.lone_order(request.medication)._replace(country=country)
    jurisdiction = read.JURISDICTIONS[request.jurisdiction] or shown.jurisdiction
    explained = shown.edition.explain(medication)
    understood = explained.as_one() if explained.also else explained
    response = wire.ResolveMedicationResponse(
        disposition=term(understood.disposition),
        ingredients=[
            screening_pb2.Ingredient(
                name=each.name,
                rxcui=each.rxcui,
                classes=sorted(shown.edition.knowledge.classes_of.get(each.name, NO_CLASSES)),
            )
            for each in sorted({each for reading in understood.readings for each in reading})
        ],
        route=term(understood.route) if understood.route else None,
        matched_by=term(understood.matched_by) if understood.matched_by else None,
        suggestions=understood.suggestions,
        note="; ".join(understood.notes),
        doses_per_day=understood.doses_per_day,
        trail=understood.trail,
        jurisdiction=term(jurisdiction),
        knowledge_base=name_of(shown.edition.knowledge),
        phrases=[
            wire.Phrase(
                start=each.start,
                end=each.end,
                words=each.words,
                kind=each.kind,
                changes=each.changes,
            )
            for each in shown.edition.phrases(medication)
        ],
    )
    response.MergeFromString(read_as.orders(explained, ORDERS_FIELD))
    if understood.dose is not None:
        response.dose.CopyFrom(
            prescription_pb2.Dose(value=understood.dose.value, unit=understood.dose.unit)
        )
    return response
