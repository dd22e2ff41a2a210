"""What a FHIR dosage says in words is heard beside its fields; a strength is no dose."""

from typing import Any

import pytest

from lems_guard.answering import read
from lems_guard.clinical.medication import MedicationList
from lems_guard.editions.library import Edition
from lems_guard.fhir.orders import OrderReader
from lems_guard.fhir.references import Shelf
from lems_guard.v1 import prescription_pb2 as wire
from orders_read import read_as

TABLETS = {"text": "Firdapse 10 mg tablet"}
METOPROLOL_50 = {
    "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "866514"}]
}
THRICE = {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}}


def quantity(value: float, unit: str = "") -> dict[str, Any]:
    said = {"value": value, "unit": unit} if unit else {"value": value}
    return {"doseAndRate": [{"doseQuantity": said}]}


@pytest.mark.parametrize(
    ("drug", "lines", "expected", "reason"),
    [
        (TABLETS, [], "amifampridine ORAL ? x?", "a product is ordered, its dose is not said"),
        (TABLETS, [{"timing": THRICE}], "amifampridine ORAL ? x3", "how often, and not how much"),
        (
            TABLETS,
            [{"text": "6 tablets tid", "timing": THRICE}],
            "amifampridine ORAL 60 mg x3",
            "words beside a timing are heard",
        ),
        (
            TABLETS,
            [{"text": "take 6 tablets", "timing": THRICE, **quantity(1, "TAB")}],
            "amifampridine ORAL 10 mg x3 *",
            "one tablet in the field, six in words: both are judged",
        ),
        (
            TABLETS,
            [{"timing": THRICE, **quantity(2)}],
            "amifampridine ORAL 20 mg x3 *",
            "a quantity without a unit may count tablets",
        ),
        (
            TABLETS,
            [{"timing": THRICE, **quantity(2, "TAB")}],
            "amifampridine ORAL 20 mg x3",
            "two tablets of the strength that is named",
        ),
        (
            TABLETS,
            [{"patientInstruction": "Take 2 tablets 4 times a day"}],
            "amifampridine ORAL 20 mg x4",
            "what the patient is told is heard",
        ),
        (
            TABLETS,
            [{"timing": THRICE, "additionalInstruction": [{"text": "Take 2 tablets"}]}],
            "amifampridine ORAL 20 mg x3",
            "an instruction that counts is heard",
        ),
        (
            TABLETS,
            [
                {
                    "text": "2 tablets tid",
                    "additionalInstruction": [{"text": "Do not drive if drowsy"}],
                }
            ],
            "amifampridine ORAL 20 mg x3",
            "one that counts nothing puts nothing in doubt",
        ),
        (
            TABLETS,
            [{"text": "2 tablets in the morning"}, {"text": "1 tablet at noon"}],
            "amifampridine ORAL 20 mg x2 *",
            "several lines make one day",
        ),
        (
            METOPROLOL_50,
            [{"text": "1 tablet by mouth twice daily"}],
            "metoprolol ORAL 50 mg x2",
            "a code tells what the tablet holds",
        ),
        (
            {"text": "24 HR metoprolol succinate 50 MG Extended Release Oral Tablet"},
            [],
            "metoprolol ORAL ? x?",
            "how long a tablet acts is not how often it is taken",
        ),
        (
            {"text": "Firdapse 30 mg po qid"},
            [],
            "amifampridine ORAL 30 mg x4",
            "a whole order in place of a product: above any label's maximum",
        ),
        (
            {"text": "Firdapse 30 mg po prn"},
            [],
            "amifampridine ORAL 30 mg x? prn",
            "taken as needed, so much at a time",
        ),
        (METOPROLOL_50, [], "metoprolol ORAL ? x?", "and alone it tells no dose"),
        (
            TABLETS,
            [{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "s"}}}],
            "amifampridine ORAL ? x?",
            "nobody takes a drug every second",
        ),
        (
            TABLETS,
            [{"timing": {"repeat": {"frequency": 8, "period": 1, "periodUnit": "h"}}}],
            "amifampridine ORAL ? x?",
            "nor eight times an hour",
        ),
    ],
)
def test_words_and_fields_of_a_dosage(
    edition: Edition, drug: dict[str, Any], lines: list[Any], expected: str, reason: str
) -> None:
    assert read_as(understood(edition, drug, lines)) == expected, reason


def understood(edition: Edition, drug: dict[str, Any], lines: list[Any]) -> Any:  # noqa: ANN401
    resource = {
        "resourceType": "MedicationRequest",
        "medicationCodeableConcept": drug,
        "dosageInstruction": lines,
    }
    line = OrderReader(edition.understand).line(resource, Shelf())
    message = wire.Medication.FromString(line.content)
    message.id = "p1"
    return edition.understand(read.order(message, MedicationList.PROPOSED))


def test_a_maximum_for_the_day_bounds_what_is_taken_when_needed(edition: Edition) -> None:
    most = {
        "maxDosePerPeriod": {
            "numerator": {"value": 40, "unit": "mg"},
            "denominator": {"value": 1, "unit": "d"},
        },
        "asNeededBoolean": True,
        **quantity(10, "mg"),
    }
    limit = understood(edition, TABLETS, [most]).daily_limit
    assert (limit.value, limit.unit) == (40, "mg")
