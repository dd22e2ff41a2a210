"""Partners: the other drugs on a list that a drug interacts with by a rule."""

from collections.abc import Iterable

from lems_guard.clinical.alert import Exposure, is_current
from lems_guard.clinical.medication import MedicationList
from lems_guard.clinical.rule import Drugs, Rule, RuleKind
from lems_guard.screening.facts_beside import DrugPartners, Partners
from lems_guard.screening.knowledge_base import NO_CLASSES
from lems_guard.screening.situation import Situation


def partners_of(rule: Rule, exposure: Exposure, situation: Situation) -> Partners | None:
    """The current exposures that the drug interacts with by a rule that names partners, if any."""
    of_drug = _of_drug(rule, exposure, situation)
    left_out = tuple(
        other
        for other in (() if exposure.sure else of_drug.of_order.get(exposure.order, ()))
        if not situation.are_together(exposure, other)
    )
    if len(of_drug.exposures) == len(left_out):
        return None
    return Partners(of_drug, exposure.order, left_out)


def _of_drug(rule: Rule, exposure: Exposure, situation: Situation) -> DrugPartners:
    """The partners of all orders of a drug alike, gathered once.

    Drugs that are no partners under the rule themselves share them too.
    """
    is_one = _names(rule.partners, exposure, situation)
    offends = is_one and may_offend(rule, exposure, situation)
    key = (rule.id, offends, exposure.ingredient.name if is_one else "")
    found = situation.partners.get(key)
    if found is None:
        found = situation.partners[key] = DrugPartners(
            other
            for other in _named(rule, situation)
            if other.ingredient.name != key[2]
            and not (offends and is_offending(rule, other, situation))
        )
    return found


def _named(rule: Rule, situation: Situation) -> Iterable[Exposure]:
    """The current exposures that a rule names as partners; perhaps twice."""
    drugs = rule.partners
    if drugs is None:
        return
    by_name = situation.by_ingredient, drugs.ingredients
    by_class = situation.by_class, drugs.classes
    for exposures, names in (by_name, by_class):
        for name in sorted(names & exposures.keys()):
            for other in exposures[name]:
                is_named = other.ingredient.name not in drugs.excepted
                is_named = is_named and drugs.may_come_by(other.route)
                if is_named and is_current(situation.order_of(other).list):
                    yield other


def may_offend(rule: Rule, exposure: Exposure, situation: Situation) -> bool:
    """Whether a duplicate of an active order may be proposed: then the proposed one offends."""
    return (
        rule.kind is RuleKind.DUPLICATE
        and situation.order_of(exposure).list is MedicationList.ACTIVE
        and MedicationList.PROPOSED in rule.lists
    )


def is_offending(rule: Rule, other: Exposure, situation: Situation) -> bool:
    """Whether another order is the proposed duplicate, in whose place an active one is silent."""
    is_proposed = situation.order_of(other).list is MedicationList.PROPOSED
    return is_proposed and _names(rule.drugs, other, situation)


def _names(drugs: Drugs | None, exposure: Exposure, situation: Situation) -> bool:
    name = exposure.ingredient.name
    return drugs is not None and drugs.include(name, situation.classes_of.get(name, NO_CLASSES))
