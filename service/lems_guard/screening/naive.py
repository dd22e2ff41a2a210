"""The oracle: every rule against every exposure, without an index. Slow, and plainly right.

Tests hold it equal to the indexed screener; nothing else uses it.
"""

import itertools

from lems_guard.clinical.alert import Exposure, Screening, ScreeningRequest
from lems_guard.clinical.rule import Rule
from lems_guard.screening.collect import Collection
from lems_guard.screening.judge import judge
from lems_guard.screening.knowledge_base import (
    NO_CLASSES,
    KnowledgeBase,
    is_in_scope,
    named_by,
)
from lems_guard.screening.screen import Opinion, conclude, in_play, is_in_place, opinion_of
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
        partners = _partners_of(rule, exposure, situation) if rule.partners else []
        if partners or rule.partners is None:
            ruling = judge(rule, all_rows(rule), exposure, situation, partners)
            collection.add(rule, via, exposure, partners, ruling)
    return opinion_of(drug, collection, situation)


def _partners_of(rule: Rule, exposure: Exposure, situation: Situation) -> list[Exposure]:
    others = [
        other
        for other in situation.exposures
        if rule.partners is not None
        and rule.partners.include(
            other.ingredient.name,
            situation.classes_of.get(other.ingredient.name, NO_CLASSES),
        )
    ]
    return in_play(rule, exposure, others, situation)
