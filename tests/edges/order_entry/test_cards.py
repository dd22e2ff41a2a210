"""Cards that are read: a deed, a reason, what instead, what to watch; or an open question."""

import re
from typing import Any

import pytest

from edges.order_entry.calling import LEMS, order, searchset, sign
from edges.order_entry.desks import Asked
from lems_guard.clinical.outcome import OverrideReason
from lems_guard.edges.order_entry.card_shapes import CardStyle
from lems_guard.edges.order_entry.hooks import ReasonCoding
from lems_guard.edges.order_entry.override_reasons import HL7, SYSTEM, offered, reason_of
from lems_guard.editions.library import Edition
from lems_guard.settings import Settings
from lems_guard.v1 import terms_pb2 as terms

PAGES = "https://guard.example.org"
FIRDAPSE = order("Firdapse 10 mg po tid", "a1", status="active")
NOTHING_ASKED = "LEMS check incomplete: "


def cards(
    edition: Edition, *drafts: object, taken: object = None, style: CardStyle | None = None
) -> list[dict[str, Any]]:
    asked = Asked(edition)
    asked.style = style or asked.style
    prefetch = {"conditions": searchset(LEMS), "medications": searchset(*[taken] if taken else [])}
    return asked.say(sign(*drafts, prefetch=prefetch)).cards


def test_a_card_says_what_to_do_first(edition: Edition) -> None:
    [card] = cards(edition, order("metoprolol tartrate 50 mg po bid"))
    labels = re.findall(r"^\*+(\w[\w ]+):\*+", card["detail"], re.MULTILINE)
    assert labels == ["Do", "Why", "Read as", "Instead", "Watch"]
    assert card["detail"].startswith("**AVOID** (established): neuromuscular weakness.")
    assert "metoprolol · oral · 50 mg \N{MULTIPLICATION SIGN} 2 = 100 mg/day" in card["detail"]
    assert "unreviewed by clinicians" in card["detail"]
    assert card["source"]["url"].startswith("https://")


def test_every_rule_of_the_packaged_ones_fits(edition: Edition) -> None:
    """Deed and reason of any outcome leave room for what else must be said."""
    long = [
        rule.id
        for rule in edition.knowledge.rules
        for outcome in rule.outcomes
        if len(f"{outcome.advice.deed} {outcome.advice.consequence.split('. ')[0]}".split()) > 45
    ]
    assert not long


def test_links_lead_to_the_pages_of_the_rules(edition: Edition) -> None:
    style = CardStyle(pages=PAGES)
    [card, *_] = cards(edition, order("tramadol 50 mg po q6h"), taken=FIRDAPSE, style=style)
    assert card["links"]
    known = {rule.id for rule in edition.knowledge.rules}
    for link in card["links"]:
        assert link["type"] == "absolute"
        assert link["url"].removeprefix(f"{PAGES}/rules/") in known
        assert link["url"].rpartition("/")[2] in link["label"]


def test_without_an_address_there_is_no_link(edition: Edition) -> None:
    assert all("links" not in each for each in cards(edition, order("metoprolol po")))


@pytest.mark.parametrize(
    ("draft", "taken", "question", "why"),
    [
        ("metoprolol 50 mg po bid", None, "", "nothing that is not known bears on it"),
        ("paracetamol 500 mg po", None, "", "nothing that is not known bears on it"),
        ("paracetamol 500 mg po", FIRDAPSE, "?", "a seizure would contraindicate what is taken"),
        ("Firdapse 10 mg po tid", None, "?", "and what is ordered the more"),
    ],
)
def test_a_question_is_asked_where_its_answer_would_change_a_card(
    edition: Edition, draft: str, taken: object, question: str, why: str
) -> None:
    asked = [
        each["summary"].removeprefix(NOTHING_ASKED)
        for each in cards(edition, order(draft), taken=taken)
        if each["summary"].startswith(NOTHING_ASKED)
    ]
    assert len(asked) == bool(question), (asked, why)
    assert all(question in each for each in asked), why


def test_a_draft_without_a_drug_is_not_spoken_of(edition: Edition) -> None:
    begun = order("") | {"medicationCodeableConcept": {}}
    prefetch = {"conditions": searchset(LEMS), "medications": searchset(FIRDAPSE)}
    call = sign(begun, hook="order-select", prefetch=prefetch)
    assert Asked(edition).say(call).cards == []
    assert Asked(edition).say(call | {"hook": "order-sign"}).cards, "at signing it is"


def test_hl7_codes_are_offered_where_there_are_some() -> None:
    found = offered(terms.CONCERN_NEUROMUSCULAR_WEAKNESS)
    assert {each.system for each in found} == {HL7, SYSTEM}
    assert ("risk-benefit-ratio", "Recipient assessment of risk/benefit ratio") in {
        (each.code, each.display) for each in found
    }


@pytest.mark.parametrize("concern", terms.Concern.values())
def test_what_is_offered_comes_back_as_what_was_meant(concern: terms.Concern) -> None:
    found = offered(concern)
    meant = [reason_of(ReasonCoding(each.code, each.system)) for each in found]
    assert 0 < len(found) <= 5
    assert len(set(meant)) == len(meant)
    assert not {None, OverrideReason.OTHER} & set(meant)


def test_a_site_names_its_reasons() -> None:
    settings = Settings.from_environment(
        {"LEMS_GUARD_CDS_HOOKS_REASONS": "emergency, dose-adjusted"}
    )
    reasons = settings.cds_hooks_reasons
    assert reasons == (OverrideReason.EMERGENCY, OverrideReason.DOSE_ADJUSTED)
    weakness = offered(terms.CONCERN_NEUROMUSCULAR_WEAKNESS, reasons)
    assert [each.code for each in weakness] == ["emergency"]
    duplicate = offered(terms.CONCERN_LABEL, reasons)
    assert [each.code for each in duplicate] == ["emergency", "dose-adjusted"], "none fits: all"
