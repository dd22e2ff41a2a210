"""Why a rule spoke, and why it did not: the fate of each rule that names a drug on the lists.

It asks the very functions that screening asks, in their order, and says where each rule ended.
"""

from collections.abc import Iterator
from typing import NamedTuple

from lems_guard.clinical.alert import Exposure, ScreeningRequest
from lems_guard.clinical.facts import HOLDS
from lems_guard.clinical.patient import LemsStatus
from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Certainty, Severity
from lems_guard.screening.facts_beside import Partners
from lems_guard.screening.judge import applies, judge, route_verdict
from lems_guard.screening.knowledge_base import NO_CLASSES, KnowledgeBase, named_by
from lems_guard.screening.partners import partners_of
from lems_guard.screening.screen import is_in_place
from lems_guard.screening.situation import Situation
from lems_guard.screening.tables import Row, rows_in

EXCEPTED = "exclusion: this drug is excepted from the rule"
SAYS_OTHER = "another order: it speaks of another order for the same drug instead of this one"
NO_LEMS = "fact: LEMS is stated to be absent"


class RuleFate(NamedTuple):
    """What became of one rule for one drug of one order; without a severity it was silent."""

    order: str
    drug: str
    rule: Rule
    severity: Severity | None
    certainty: Certainty | None
    why: str

    @property
    def said(self) -> str:
        """What it said, in words."""
        if self.severity is None or self.certainty is None:
            return "silent"
        return f"{self.severity.name} {self.certainty.name}"


def fates_of(request: ScreeningRequest, knowledge: KnowledgeBase) -> tuple[RuleFate, ...]:
    """The fate of every rule that names a drug on the lists, by order, what spoke first."""
    today = knowledge.on(request.as_of)
    situation = Situation(request, today)
    found = [
        _fate(rule, exposure, situation, today)
        for exposure in situation.exposures
        for rule in knowledge.rules
        if _names(rule, exposure, knowledge)
    ]
    return tuple(sorted(found, key=lambda each: (each.order, -(each.severity or 0), each.rule.id)))


def _names(rule: Rule, exposure: Exposure, knowledge: KnowledgeBase) -> bool:
    """Whether a rule is about the drug, or would be but for an exception."""
    name = exposure.ingredient.name
    classes = knowledge.classes_of.get(name, NO_CLASSES)
    is_excepted = name in rule.drugs.excepted and not classes.isdisjoint(rule.drugs.classes)
    return is_excepted or named_by(rule, name, classes) is not None


def _fate(rule: Rule, exposure: Exposure, situation: Situation, today: KnowledgeBase) -> RuleFate:
    order, drug = situation.order_of(exposure).id, exposure.ingredient.name
    silent = next(_barred(rule, exposure, situation, today), "")
    if silent:
        return RuleFate(order, drug, rule, None, None, silent)
    rule = today.rule(rule.id) or rule
    partners = partners_of(rule, exposure, situation) if rule.partners else None
    rows = rows_in(rule, situation.request.jurisdiction)
    ruling = judge(rule, rows, exposure, situation, partners)
    if ruling.judgement is not None:
        said = ruling.judgement
        lacks = ", ".join(sorted(map(str, said.missing)))
        why = f"not known: {lacks}" if lacks else "its row holds"
        return RuleFate(order, drug, rule, said.severity, said.certainty, why)
    if ruling.doubts:
        asked = ", ".join(sorted({str(each.lack) for each in ruling.doubts}))
        return RuleFate(order, drug, rule, None, None, f"question: it asks for {asked}")
    why = "; ".join(_rows(rows, exposure, situation, partners))
    return RuleFate(order, drug, rule, None, None, why or "no row is for this jurisdiction")


def _barred(
    rule: Rule, exposure: Exposure, situation: Situation, today: KnowledgeBase
) -> Iterator[str]:
    """Why a rule is not even judged."""
    own = [each for each in today.overlay if each.rule == rule.id]
    yield from (f"overlay: {each.words()}" for each in own if each.severity is None)
    if exposure.ingredient.name in rule.drugs.excepted:
        yield EXCEPTED
    if situation.request.jurisdiction not in rule.jurisdictions:
        places = ", ".join(each.name for each in sorted(rule.jurisdictions))
        yield f"jurisdiction: it speaks in {places} alone"
    if situation.order_of(exposure).list not in rule.lists:
        lists = ", ".join(each.name.lower() for each in sorted(rule.lists))
        yield f"list: it speaks of {lists} orders alone"
    if rule.needs_lems and situation.patient.lems_status is LemsStatus.ABSENT:
        yield NO_LEMS
    if not is_in_place(rule, exposure, situation):
        yield SAYS_OTHER
    if rule.partners is not None and not partners_of(rule, exposure, situation):
        named = sorted(rule.partners.ingredients | rule.partners.classes)
        yield f"partner: none of {', '.join(named)} is on the lists beside it"


def _rows(
    rows: tuple[Row, ...], exposure: Exposure, situation: Situation, partners: Partners | None
) -> Iterator[str]:
    """Why each row failed: its route, or its condition."""
    facts = situation.facts_of(exposure, partners)
    for number, (outcome, when) in enumerate(rows, start=1):
        routes = outcome.routes
        by_route = route_verdict(routes, exposure.route, exposure.routes) if routes else HOLDS
        if routes is not None and by_route.truth is False:
            named = ", ".join(each.name.lower() for each in sorted(routes))
            by = exposure.route.name.lower() if exposure.route else "one of several routes"
            yield f"route: row {number} is for {named}, this is {by}"
        elif applies(outcome, when, exposure, facts).truth is False and when:
            yield f"fact: row {number} wants {when.words()}, which does not hold"
