"""What the rules offer instead fits the patient: screened by the rules, for eight people.

An alternative is offered where no condition of its own speaks against it; here each that is offered
is put on the patient's list, and the rules must not say of it that it is to be avoided.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import pytest

from builders import Order, order, request
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.facts import Interval, YesNo
from lems_guard.clinical.medication import MedicationList, Phase
from lems_guard.clinical.patient import NO_ALLERGIES_TOLD, Allergies, Patient
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import Alternative, Rule
from lems_guard.clinical.severity import Jurisdiction, Severity
from lems_guard.editions.library import Edition, browse_edition, packaged_rules
from lems_guard.knowledge.meaning import drugs_meant
from lems_guard.screening.screen import RuleScreener

ADULT = Patient(
    age_years=Interval(61, 61),
    weight_kg=Interval(70, 70),
    creatinine_clearance_ml_min=Interval(90, 90),
    seizure_history=YesNo.NO,
    epilepsy=YesNo.NO,
    respiratory_compromise=YesNo.NO,
    ventilated=YesNo.NO,
    pregnant=YesNo.NO,
)
BETA_LACTAMS = {"amoxicillin", "cefuroxime", "ceftriaxone", "piperacillin", "meropenem"}
ACE_AND_ARB = {"lisinopril", "ramipril", "losartan", "candesartan"}


class Person(NamedTuple):
    """A patient, and what must never be offered to them."""

    name: str
    patient: Patient
    never: frozenset[str] = frozenset()
    allergies: Allergies = NO_ALLERGIES_TOLD
    takes: bool = False
    """Whether they take each alternative already."""
    by_vein: bool = False


PEOPLE = [
    Person(
        "pregnant",
        replace(ADULT, age_years=Interval(30, 30), pregnant=YesNo.YES),
        frozenset({*ACE_AND_ARB, "doxycycline", "naproxen"}),
    ),
    Person(
        "child of 6",
        replace(ADULT, age_years=Interval(6, 6), weight_kg=Interval(20, 20)),
        frozenset({"doxycycline", "nicotine", "sertraline", "mirtazapine"}),
    ),
    Person(
        "penicillin allergy",
        ADULT,
        frozenset(BETA_LACTAMS),
        Allergies(frozenset(BETA_LACTAMS)),
    ),
    Person(
        "small-cell lung cancer",
        replace(ADULT, small_cell_lung_cancer=YesNo.YES),
        frozenset({"hydrochlorothiazide"}),
    ),
    Person(
        "renal failure",
        replace(ADULT, creatinine_clearance_ml_min=Interval(12, 12)),
        frozenset({"naproxen", "nitrofurantoin", "magnesium oxide", "colchicine"}),
    ),
    Person("on the alternative already", ADULT, takes=True),
    Person(
        "intensive care, by vein",
        replace(ADULT, ventilated=YesNo.YES, respiratory_compromise=YesNo.YES),
        by_vein=True,
    ),
    Person("none of these", ADULT),
]


class Offer(NamedTuple):
    """A rule's drug, and what it offers instead of it in some jurisdiction."""

    rule: str
    drug: str
    jurisdiction: Jurisdiction
    offered: Alternative


@cache
def edition() -> Edition:
    """The packaged rules."""
    return browse_edition(packaged_rules())


def offers_of(rule: Rule) -> Iterator[Offer]:
    """Every drug that any row of a rule offers, for one of the rule's own drugs."""
    classes = {each.id: each for each in edition().knowledge.classes}
    drug = min(drugs_meant(rule.drugs, classes), default="")
    for outcome in rule.outcomes:
        for offered in outcome.advice.alternatives:
            if offered.ingredients and drug:
                for jurisdiction in sorted(offered.jurisdictions & rule.jurisdictions):
                    yield Offer(rule.id, drug, jurisdiction, offered)


OFFERS = [offer for rule in edition().knowledge.rules for offer in offers_of(rule)]


def asked(offer: Offer, person: Person, *more: Order) -> ScreeningRequest:
    """The offending drug proposed beside amifampridine, with what else is taken."""
    taken = order("amifampridine", MedicationList.ACTIVE, mg=10, per_day=3, phase=Phase.CONTINUE)
    given = order(offer.drug, route=Route.INTRAVENOUS if person.by_vein else Route.ORAL)
    asked = request(given, taken, *more, patient=person.patient, jurisdiction=offer.jurisdiction)
    return replace(asked, allergies=person.allergies)


def is_offered(offer: Offer, person: Person) -> bool:
    """Whether the alternative stands in any finding on the drug."""
    names = offer.offered.ingredients
    more = [order(name, MedicationList.ACTIVE) for name in names] if person.takes else []
    screening = RuleScreener().screen(asked(offer, person, *more), edition().knowledge)
    return any(
        offer.offered in finding.alternatives
        for alert in screening.alerts
        for finding in alert.findings
        if finding.rule.id == offer.rule
    )


def severity_of(name: str, offer: Offer, person: Person) -> Severity | None:
    """The worst that the rules say of a drug that is offered, newly given beside amifampridine."""
    route = offer.offered.route or Route.ORAL
    added = order(name, route=route, phase=Phase.START, medication_id="offered")
    screening = RuleScreener().screen(asked(offer, person, added), edition().knowledge)
    return max((each.severity for each in screening.alerts if each.drug == name), default=None)


def test_drugs_are_offered_by_name() -> None:
    assert len(OFFERS) > 100


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_no_offer_is_forbidden_by_rule_or_condition(person: Person) -> None:
    wrong: list[tuple[object, ...]] = []
    for offer in OFFERS:
        if not is_offered(offer, person):
            continue
        wrong += [(offer, name) for name in person.never.intersection(offer.offered.ingredients)]
        wrong += [(offer, "taken already")] if person.takes else []
        wrong += [
            (offer, name, found)
            for name in offer.offered.ingredients
            if (found := severity_of(name, offer, person)) is not None and found >= Severity.AVOID
        ]
    assert not wrong, "\n".join(map(str, wrong))


def test_something_is_offered_to_who_has_none_of_these() -> None:
    assert sum(is_offered(offer, PEOPLE[-1]) for offer in OFFERS) > 60


def test_every_class_member_and_offer_is_in_the_vocabulary() -> None:
    known = edition().vocabulary.ingredient_names()
    members = {name for each in edition().knowledge.classes for name in each.members}
    offered = {name for offer in OFFERS for name in offer.offered.ingredients}
    assert members | offered <= set(known)


def test_ids_are_unique() -> None:
    ids = [rule.id for rule in edition().knowledge.rules]
    assert len(set(ids)) == len(ids)
