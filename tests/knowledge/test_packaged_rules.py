"""The rules that are shipped: they compile, pass their cases, and say what they rest on."""

import pytest

from builders import note, request
from lems_guard.cli.rule_card import as_json, card_of
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.facts import Interval, YesNo
from lems_guard.clinical.medication import Medication, MedicationList
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.rule import RuleKind
from lems_guard.clinical.severity import Concern
from lems_guard.editions.library import Draft, Edition, draft_edition, edition_of, packaged_rules
from lems_guard.knowledge.cases import run_suites
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.naive import NaiveScreener
from lems_guard.screening.screen import RuleScreener


@pytest.fixture(scope="module")
def draft() -> Draft:
    return draft_edition(packaged_rules())


@pytest.fixture(scope="module")
def edition(draft: Draft) -> Edition:
    assert not draft.problems, "\n".join(draft.problems)
    return edition_of(draft)


def test_every_case_passes(draft: Draft, edition: Edition) -> None:
    results = list(run_suites(draft.rules.suites, edition.knowledge, edition.understand))
    failed = [str(result.problem()) for result in results if result.differences]
    assert results
    assert not failed, "\n".join(failed)


def test_every_case_is_judged_alike_with_and_without_the_index(
    draft: Draft, edition: Edition
) -> None:
    for suite in draft.rules.suites:
        for case in suite.cases:
            orders = tuple((order, edition.understand(order)) for order in case.orders)
            request = ScreeningRequest(case.patient, orders, case.jurisdiction, case.as_of)
            indexed = RuleScreener().screen(request, edition.knowledge)
            assert indexed == NaiveScreener().screen(request, edition.knowledge), case.name


def test_no_rule_claims_a_review_that_nobody_made(edition: Edition) -> None:
    assert [rule.id for rule in edition.knowledge.rules if rule.review.reviewer] == []


def test_every_class_is_used_by_a_rule(edition: Edition) -> None:
    used = set[str]()
    for rule in edition.knowledge.rules:
        used |= rule.drugs.classes | (rule.partners.classes if rule.partners else frozenset())
    unused = [found for found in edition.knowledge.classes if found.id not in used]
    assert [found.id for found in unused if not found.allergy_words] == []


def test_every_rule_can_be_shown(edition: Edition) -> None:
    classes = {found.id: found for found in edition.knowledge.classes}
    for rule in edition.knowledge.rules:
        assert card_of(rule, classes)
        assert as_json(rule)["id"] == rule.id


def test_a_note_leaves_what_each_drug_does_as_it_is(edition: Edition) -> None:
    """Of five drugs beside amifampridine the first alert gets it, not that of ciprofloxacin."""
    known = edition.knowledge
    notes = [note(concern, f"note-{concern}") for concern in Concern]
    rules = [each for each in known.rules if each.kind is not RuleKind.CUMULATIVE]
    with_notes = KnowledgeBase.of(known.version, known.digest, (*rules, *notes), known.classes)
    texts = ("metoprolol", "gentamicin iv", "azithromycin", "ciprofloxacin", "magnesium sulfate iv")
    orders = [Medication(text, MedicationList.PROPOSED, text) for text in texts]
    orders.append(Medication("old", MedicationList.ACTIVE, "Firdapse 20 mg 4x/day"))
    understood = [(order, edition.understand(order)) for order in orders]
    patient = Patient(age_years=Interval(61, 61), seizure_history=YesNo.NO)
    asked = request(*understood, patient=patient)
    alerts = {alert.drug: alert for alert in RuleScreener().screen(asked, with_notes).alerts}
    first = next(iter(alerts.values()))
    assert RuleKind.CUMULATIVE in {found.rule.kind for found in first.findings}
    found = {each.rule.kind for each in alerts["ciprofloxacin"].findings}
    assert RuleKind.CUMULATIVE not in found
