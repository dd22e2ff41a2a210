"""What to do speaks of the drug at hand: a rule over several drugs names none of them there."""

import re

import pytest

from lems_guard.clinical.rule import Rule
from lems_guard.editions.library import browse_edition, packaged_rules
from lems_guard.knowledge.meaning import drugs_meant

KNOWLEDGE = browse_edition(packaged_rules()).knowledge
CLASSES = {each.id: each for each in KNOWLEDGE.classes}
# Magnesium is an element, and amifampridine is both sides of a rule on its own dose.
SAID_OF_ALL = {"magnesium", "amifampridine"}


def of_several(rule: Rule) -> bool:
    """Whether a rule speaks of more drugs than one."""
    return len(drugs_meant(rule.drugs, CLASSES)) > 1


@pytest.mark.parametrize(
    "rule", [each for each in KNOWLEDGE.rules if of_several(each)], ids=lambda rule: rule.id
)
def test_the_deed_names_no_one_of_several_drugs(rule: Rule) -> None:
    drugs = drugs_meant(rule.drugs, CLASSES) - SAID_OF_ALL
    named = [
        (outcome.advice.deed, drug)
        for outcome in rule.outcomes
        for drug in drugs
        if re.search(rf"\b{re.escape(drug)}\b", outcome.advice.deed, re.IGNORECASE)
    ]
    assert not named


def test_no_deed_is_a_statement_of_a_label() -> None:
    deeds = [outcome.advice.deed for rule in KNOWLEDGE.rules for outcome in rule.outcomes]
    assert not [deed for deed in deeds if deed.startswith(("The EU label", "The US label"))]
