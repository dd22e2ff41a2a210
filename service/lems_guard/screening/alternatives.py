"""Alternatives: which of those that a rule offers fit this patient."""

from collections.abc import Iterable

from lems_guard.clinical.alert import Exposure, Finding, Gap, is_current
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.route import PARENTERAL, Route
from lems_guard.clinical.rule import Alternative, Outcome
from lems_guard.clinical.severity import Severity
from lems_guard.screening.situation import Situation

ALLERGIES = "allergies"
ASK_ALLERGIES = "Which drugs is the patient allergic to? An entry was not understood."


def fitting(
    outcome: Outcome, exposures: Iterable[Exposure], situation: Situation
) -> tuple[Alternative, ...]:
    """The alternatives of an outcome that suit every one of these exposures to a drug."""
    offered = outcome.advice.alternatives
    if not offered:
        return offered
    asked = tuple(exposures)
    fit = tuple(each for each in offered if _fits(each, asked, situation))
    return offered if len(fit) == len(offered) else fit


def _fits(one: Alternative, exposures: tuple[Exposure, ...], situation: Situation) -> bool:
    if situation.request.jurisdiction not in one.jurisdictions:
        return False
    if one.ingredients and not _may_be_given(one, exposures, situation):
        return False
    for condition, wrong in ((one.unless, True), (one.suits, False)):
        if condition is None:
            continue
        verdicts = [condition.judge(situation.facts_of(each)).truth for each in exposures]
        if wrong in verdicts:
            return False
    return True


def _may_be_given(one: Alternative, exposures: tuple[Exposure, ...], situation: Situation) -> bool:
    """Whether its drugs are no allergens, are not taken already, and can be taken by its route."""
    allergies = situation.request.allergies
    if allergies.has_unclear or not allergies.ingredients.isdisjoint(one.ingredients):
        return False
    if any(_is_taken(name, situation) for name in one.ingredients):
        return False
    by_vein = all(each.route in PARENTERAL for each in exposures)
    swallows = situation.patient.ventilated is not YesNo.YES
    return swallows or not by_vein or one.route is not Route.ORAL


def _is_taken(name: str, situation: Situation) -> bool:
    taken = situation.by_ingredient.get(name, ())
    return any(is_current(situation.order_of(each).list) for each in taken)


def gap_of(findings: Iterable[Finding], situation: Situation) -> tuple[Gap, ...]:
    """The question about allergies, where an entry that was not understood held offers back."""
    if not situation.request.allergies.has_unclear:
        return ()
    rules = {
        finding.rule.id
        for finding in findings
        if any(each.ingredients for each in finding.outcome.advice.alternatives)
    }
    if not rules:
        return ()
    return (Gap(ALLERGIES, tuple(sorted(rules)), Severity.INFORMATION, ASK_ALLERGIES, ()),)
