"""The oracle: every rule against every exposure, without an index. Slow, and plainly right.

Tests hold it equal to the indexed screener; nothing else uses it.
"""

from lems_guard.clinical.alert import Screening, ScreeningRequest
from lems_guard.screening.collect import Collection
from lems_guard.screening.judge import judge
from lems_guard.screening.knowledge_base import NO_CLASSES, KnowledgeBase, named_by
from lems_guard.screening.screen import concerns, conclude, in_play
from lems_guard.screening.situation import Situation
from lems_guard.screening.tables import all_rows


class NaiveScreener:
    """A screener that asks every rule about every exposure and every possible partner."""

    def screen(self, request: ScreeningRequest, knowledge: KnowledgeBase) -> Screening:
        """Judge every rule on every exposure."""
        knowledge = knowledge.on(request.as_of)
        situation = Situation(request, knowledge)
        collection = Collection(situation)
        for rule in knowledge.rules:
            rows = all_rows(rule)
            for exposure in situation.exposures:
                name = exposure.ingredient.name
                via = named_by(rule, name, knowledge.classes_of.get(name, NO_CLASSES))
                if via is None or not concerns(rule, exposure, situation):
                    continue
                others = [
                    other
                    for other in situation.exposures
                    if rule.partners is not None
                    and rule.partners.include(
                        other.ingredient.name,
                        knowledge.classes_of.get(other.ingredient.name, NO_CLASSES),
                    )
                ]
                partners = in_play(rule, exposure, others, situation) if rule.partners else []
                if partners or rule.partners is None:
                    ruling = judge(rule, rows, exposure, situation, partners)
                    collection.add(rule, via, exposure, partners, ruling)
        return conclude(situation, collection)
