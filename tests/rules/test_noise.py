"""How much a prescriber sees of the lists that had too many alerts: by patient, and in theatre."""

from typing import Any

import pytest

from lems_guard.clinical.severity import Severity
from rules.test_clinical_cases import LISTS, reply_to
from rules.test_corpus import CORPUS_LISTS, CorpusList, counts_of

LOBECTOMY_AT_MOST = 3
INTENSIVE_CARE_AT_MOST = 4
PALLIATIVE_AT_MOST = 3
ANY_AT_MOST = 4
PATIENT = {
    "ageYears": 61,
    "seizureHistory": "ANSWER_NO",
    "plannedAnaesthesia": "ANSWER_YES",
    "respiratoryCompromise": "ANSWER_NO",
}


def visible(request: dict[str, Any]) -> list[str]:
    """The drugs with an alert that is seen: CAUTION or worse."""
    return [each.drug for each in reply_to(request).alerts if each.severity >= Severity.CAUTION]


def of_topic(topic: str) -> list[CorpusList]:
    """The corpus's lists of a topic."""
    found = [one for one in CORPUS_LISTS if one.topic == topic]
    assert found
    return found


@pytest.mark.parametrize("one", of_topic("lung-and-theatre"), ids=lambda one: one.name)
def test_a_lobectomy_shows_few_alerts(one: CorpusList) -> None:
    assert counts_of(one).visible <= LOBECTOMY_AT_MOST


@pytest.mark.parametrize("one", of_topic("palliative"), ids=lambda one: one.name)
def test_palliative_care_shows_few_alerts(one: CorpusList) -> None:
    assert counts_of(one).visible <= PALLIATIVE_AT_MOST


def test_intensive_care_shows_few_alerts() -> None:
    [one] = [each for each in LISTS if each["name"].startswith("ICU")]
    assert len(visible(one["request"])) <= INTENSIVE_CARE_AT_MOST


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one["name"])
def test_no_list_shows_many_alerts(one: dict[str, Any]) -> None:
    assert len(visible(one["request"])) <= ANY_AT_MOST


@pytest.mark.parametrize(
    ("orders", "facts", "seen", "reason"),
    [
        (["midazolam 2 mg iv", "fentanyl 100 mcg iv", "propofol 150 mg iv"], {}, 1, "induction"),
        (["midazolam 2 mg iv", "lorazepam 1 mg iv", "fentanyl 100 mcg iv"], {}, 1, "sedation"),
        (
            ["midazolam 2 mg iv", "fentanyl 100 mcg iv", "ketamine 50 mg iv"],
            {"respiratoryCompromise": "ANSWER_YES"},
            1,
            "what speaks of breathing and of pressure is one drug's alert",
        ),
        (
            ["midazolam 2 mg iv", "fentanyl 100 mcg iv", "propofol 150 mg iv", "rocuronium 50 mg"],
            {},
            2,
            "a relaxant is told for itself: it is to be avoided",
        ),
    ],
)
@pytest.mark.parametrize("jurisdiction", ["JURISDICTION_US", "JURISDICTION_EU"])
def test_sedatives_and_an_opioid_in_theatre_are_one_alert(
    orders: list[str], facts: dict[str, str], seen: int, reason: str, jurisdiction: str
) -> None:
    request = {
        "patient": PATIENT | facts,
        "proposed": [{"id": f"p{number}", "text": text} for number, text in enumerate(orders)],
        "active": [{"id": "a0", "text": "Firdapse 10 mg 3x/day"}],
        "jurisdiction": jurisdiction,
    }
    drugs = [drug for drug in visible(request) if drug != "amifampridine"]
    assert len(drugs) == seen, f"{drugs}: {reason}"
