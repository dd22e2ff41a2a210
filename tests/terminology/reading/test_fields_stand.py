"""What a field says stands beside words that nobody knows; more readings than are judged are said.

The last column is the clinical reason.
"""

import pytest

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import Medication, MedicationList, Phase
from lems_guard.clinical.route import Route
from lems_guard.editions.library import Edition
from lems_guard.terminology.reading.drugs import TOO_MANY
from lems_guard.terminology.resolver import Resolver


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Firdapse zzq", "a word behind the name"),
        ("zzq Firdapse", "a word before it"),
        ("Firdapse zzq 10 mg tid", "a word before the sig"),
        ("Firdapse 10 mg tid zzq", "a word behind the sig"),
        ("Firdapse (zzq qqz)", "in brackets"),
        ("Firdapse 10-20 zzq tid", "a number beside it"),
        ("Firdapse; zzq 5 mg daily", "a second order that is not known"),
        ("Firdapse für den Zzq", "in another language"),
        ("Firdapse 30.000 zzq", "a number of two readings"),
        ("Firdapse prn zzq", "behind as needed"),
        ("Firdapse tab zzq tab", "between forms"),
        ("Firdapse ❷zzq", "behind a bullet"),
    ],
)
def test_a_field_stands_beside_unknown_words(resolver: Resolver, text: str, reason: str) -> None:
    order = Medication("1", MedicationList.PROPOSED, text)._replace(
        dose=Dose(60, "mg"),
        doses_per_day=4.0,
        route=Route.ENTERAL_TUBE,
        as_needed=YesNo.YES,
        phase=Phase.START,
    )
    answer = resolver.understand(order)
    assert answer.dose == Dose(60, "mg"), reason
    assert answer.doses_per_day == 4.0, reason
    assert Route.ENTERAL_TUBE in (answer.route, *answer.routes), reason
    assert (answer.as_needed, answer.phase) == (YesNo.YES, Phase.START), reason
    assert any("amifampridine" in {each.name for each in names} for names in answer.readings)


@pytest.mark.parametrize(
    ("text", "least", "reason"),
    [
        ("contrast and dialysate", 4, "each name has two meanings"),
        ("contrast and dialysate and cardioplegia", 8, "as many as were judged once"),
        ("contrast and dialysate and cardioplegia and balanced crystalloid", 16, "beyond eight"),
        ("balanced crystalloid/cardioplegia/dialysate/contrast", 16, "in another order"),
        ("contrast + dialysate + cardioplegia + balanced crystalloid", 16, "joined by a plus"),
        ("contrast, dialysate, cardioplegia, balanced crystalloid", 16, "joined by commas"),
        ("contrast, dialysate, cardioplegia, balanced crystalloid and Telma", 32, "one more"),
        ("contrast dialysate cardioplegia Telma", 16, "not joined at all"),
        ("cardioplegia with balanced crystalloid with Telma", 8, "with"),
        ("contrast iv with cardioplegia with Telma", 8, "a route between them"),
        ("Telma and contrast", 4, "a brand and a name"),
    ],
)
def test_no_reading_falls_off_unsaid(edition: Edition, text: str, least: int, reason: str) -> None:
    answer = edition.understand(Medication("1", MedicationList.PROPOSED, text))
    assert len(set(answer.readings)) == least, reason
    assert answer.doubts, reason


def test_more_readings_than_are_judged_are_said(edition: Edition) -> None:
    bags = "contrast and dialysate and cardioplegia and balanced crystalloid"
    text = f"{bags} and Telma and Sominex and Proflox"
    answer = edition.understand(Medication("1", MedicationList.PROPOSED, text))
    assert len(answer.readings) == 64
    assert TOO_MANY in answer.notes
