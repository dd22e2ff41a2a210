"""The oracle: every rule against every exposure, without an index. Slow, and plainly right.

Tests hold it equal to the indexed screener; nothing else uses it.
"""

import itertools

from lems_guard.clinical.alert import Exposure, Screening, ScreeningRequest, is_current
from lems_guard.clinical.medication import MedicationList
from lems_guard.clinical.rule import Drugs, Rule, RuleKind
from lems_guard.screening.collect import Collection
from lems_guard.screening.facts_beside import DrugPartners, Partners
from lems_guard.screening.judge import judge
from lems_guard.screening.knowledge_base import (
    NO_CLASSES,
    KnowledgeBase,
    is_in_scope,
    named_by,
)
from lems_guard.screening.screen import Opinion, conclude, is_in_place, opinion_of
from lems_guard.screening.situation import Situation
from lems_guard.screening.tables import all_rows


class NaiveScreener:
    """A screener that asks every rule about every exposure and every possible partner."""

    def screen(self, request: ScreeningRequest, knowledge: KnowledgeBase) -> Screening:
        """Judge every rule on every exposure."""
        knowledge = knowledge.on(request.as_of)
        situation = Situation(request, knowledge)
        drugs = {exposure.ingredient.name for exposure in situation.exposures}
        opinions = [_opinion_on(drug, situation, knowledge) for drug in sorted(drugs)]
        return conclude(opinions, situation, knowledge)


def _opinion_on(drug: str, situation: Situation, knowledge: KnowledgeBase) -> Opinion:
    collection = Collection(situation)
    for rule, exposure in itertools.product(knowledge.rules, situation.exposures):
        via = named_by(rule, drug, knowledge.classes_of.get(drug, NO_CLASSES))
        if exposure.ingredient.name != drug or via is None:
            continue
        order_list = situation.order_of(exposure).list
        if not is_in_scope(rule, situation.request.jurisdiction, order_list):
            continue
        if not is_in_place(rule, exposure, situation):
            continue
        partners = _partners_of(rule, exposure, situation) if rule.partners else None
        if partners or rule.partners is None:
            ruling = judge(rule, all_rows(rule), exposure, situation, partners)
            collection.add(rule, via, exposure, partners, ruling)
    return opinion_of(drug, collection, situation)


def _partners_of(rule: Rule, exposure: Exposure, situation: Situation) -> Partners | None:
    found = [
        other
        for other in situation.exposures
        if _is_named(rule.partners, other, situation)
        and (rule.partners is None or rule.partners.may_come_by(other.route))
        and is_current(situation.order_of(other).list)
        and other.ingredient.name != exposure.ingredient.name
        and situation.are_together(exposure, other)
        and not _offends(rule, other, exposure, situation)
    ]
    return Partners(DrugPartners(found), exposure.order) if found else None


def _is_named(drugs: Drugs | None, exposure: Exposure, situation: Situation) -> bool:
    name = exposure.ingredient.name
    return drugs is not None and drugs.include(name, situation.classes_of.get(name, NO_CLASSES))


def _offends(rule: Rule, other: Exposure, exposure: Exposure, situation: Situation) -> bool:
    """In a duplicate of a proposed and an active order the proposed one offends, if it can."""
    lists = situation.order_of(other).list, situation.order_of(exposure).list
    return (
        rule.kind is RuleKind.DUPLICATE
        and lists == (MedicationList.PROPOSED, MedicationList.ACTIVE)
        and MedicationList.PROPOSED in rule.lists
        and _is_named(rule.drugs, other, situation)
        and _is_named(rule.partners, exposure, situation)
    )
