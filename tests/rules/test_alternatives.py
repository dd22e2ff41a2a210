"""What the rules offer instead is no worse: screened by the rules themselves."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

from builders import order, request
from lems_guard.clinical.facts import Answer, Span
from lems_guard.clinical.medication import MedicationList, Phase
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Jurisdiction, Severity
from lems_guard.editions.library import Edition, browse_edition, packaged_rules
from lems_guard.screening.screen import RuleScreener

PATIENT = Patient(
    age_years=Span(61, 61),
    creatinine_clearance_ml_min=Span(90, 90),
    seizure_history=Answer.NO,
    epilepsy=Answer.NO,
    respiratory_compromise=Answer.NO,
)


class Offer(NamedTuple):
    """A drug that a rule offers instead, and where."""

    rule: str
    ingredient: str
    route: Route
    jurisdiction: Jurisdiction


@cache
def edition() -> Edition:
    """The packaged rules."""
    return browse_edition(packaged_rules())


def offers_of(rule: Rule) -> Iterator[Offer]:
    """Every drug that any row of a rule offers."""
    for outcome in rule.outcomes:
        for offered in outcome.advice.alternatives:
            for ingredient in offered.ingredients:
                for jurisdiction in sorted(offered.jurisdictions & rule.jurisdictions):
                    route = offered.route or Route.ORAL
                    yield Offer(rule.id, ingredient, route, jurisdiction)


def severity_of(offer: Offer) -> Severity | None:
    """The worst that the rules say of the offer, newly given beside amifampridine."""
    taken = order("amifampridine", MedicationList.ACTIVE, mg=10, per_day=3, phase=Phase.CONTINUE)
    offered = order(offer.ingredient, route=offer.route, phase=Phase.START)
    asked = request(offered, taken, patient=PATIENT, jurisdiction=offer.jurisdiction)
    alerts = RuleScreener().screen(asked, edition().knowledge).alerts
    return max((each.severity for each in alerts if each.drug == offer.ingredient), default=None)


OFFERS = sorted({offer for rule in edition().knowledge.rules for offer in offers_of(rule)})


def test_drugs_are_offered_by_name() -> None:
    assert len(OFFERS) > 100


@pytest.mark.parametrize("jurisdiction", Jurisdiction, ids=lambda each: each.name)
def test_no_offer_is_to_be_avoided_itself(jurisdiction: Jurisdiction) -> None:
    worse = [
        (offer, found)
        for offer in OFFERS
        if offer.jurisdiction is jurisdiction
        and (found := severity_of(offer)) is not None
        and found >= Severity.AVOID
    ]
    assert not worse, "\n".join(map(str, worse))


def test_every_class_member_and_offer_is_in_the_vocabulary() -> None:
    known = edition().vocabulary.ingredient_names()
    members = {name for each in edition().knowledge.classes for name in each.members}
    assert members | {offer.ingredient for offer in OFFERS} <= set(known)


def test_ids_are_unique() -> None:
    ids = [rule.id for rule in edition().knowledge.rules]
    assert len(set(ids)) == len(ids)
