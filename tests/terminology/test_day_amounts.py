"""The amount of a whole day, which is never one dose; the last column is the clinical reason."""

import pytest

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import Medication, MedicationList
from lems_guard.terminology.resolver import Resolver


def dosing(
    resolver: Resolver, text: str, dose: Dose | None = None
) -> tuple[Dose | None, float | None]:
    order = Medication("1", MedicationList.PROPOSED, text=text, dose=dose)
    answer = resolver.understand(order)
    return answer.dose, answer.doses_per_day


@pytest.mark.parametrize(
    ("text", "dose", "per_day", "reason"),
    [
        ("amifampridine 80 mg/day", Dose(80, "mg/day"), None, "a day's amount, parts not said"),
        ("Firdapse 120 mg per day", Dose(120, "mg/day"), None, "in words"),
        ("Firdapse 120 mg/d", Dose(120, "mg/day"), None, "shortened"),
        ("Firdapse 80 mg/24h", Dose(80, "mg/day"), None, "a day in hours"),
        ("Firdapse 80 mg per 24 hours", Dose(80, "mg/day"), None, "a day in hours"),
        ("Firdapse 0.12 g/day", Dose(0.12, "g/day"), None, "another unit"),
        ("Firdapse 120 mg/day in 6 divided doses", Dose(20, "mg"), 6, "the parts are said"),
        ("Firdapse 120 mg/day divided into 6 doses", Dose(20, "mg"), 6, "in other words"),
        ("Firdapse 80 mg/day divided qid", Dose(20, "mg"), 4, "the parts are said"),
        ("Firdapse 80 mg/day in four divided doses", Dose(20, "mg"), 4, "the parts in words"),
        ("Firdapse 100 mg total daily", Dose(100, "mg/day"), None, "a total is no single dose"),
        ("Firdapse 60 mg total per day tid", Dose(20, "mg"), 3, "a total in three parts"),
        ("Firdapse 120 mg/day qid", Dose(30, "mg"), 4, "a day's amount is no single dose"),
        ("Firdapse 80 mg daily divided q6h", Dose(20, "mg"), 4, "the day's amount in parts"),
        ("Firdapse 80 mg daily in divided doses", Dose(80, "mg/day"), None, "parts not said"),
        ("Firdapse 60 mg/day daily", Dose(60, "mg/day"), None, "daily says nothing more"),
        ("Firdapse 80 mg divided qid", Dose(80, "mg"), 4, "the day's amount, or each?"),
        ("Firdapse 20 mg qid (80 mg/day)", Dose(20, "mg"), 4, "dose and day's amount agree"),
        ("Firdapse 10 mg tablets 80 mg/day", Dose(80, "mg/day"), None, "a strength beside it"),
        ("Firdapse 10 mg tablets 80 mg/day qid", Dose(20, "mg"), 4, "a strength beside it"),
        ("Firdapse 40-60 mg/day", Dose(60, "mg/day"), None, "of a range the largest is judged"),
        ("Firdapse 60 mg/day, 80 mg/day", Dose(80, "mg/day"), None, "two amounts for one day"),
        ("Firdapse 60 mg/day every other day", Dose(60, "mg/day"), 0.5, "not every day"),
        ("prednisone 1 mg/kg/day", Dose(1, "mg/kg/day"), None, "by weight and day"),
        ("ivig 2 g/kg daily in 2 divided doses", Dose(1, "g/kg"), 2, "the day's amount in two"),
    ],
)
def test_amount_of_a_day(
    resolver: Resolver, text: str, dose: Dose | None, per_day: float | None, reason: str
) -> None:
    assert dosing(resolver, text) == (dose, per_day), reason


@pytest.mark.parametrize(
    ("text", "given", "dose", "reason"),
    [
        ("Firdapse", Dose(80, "mg/day"), Dose(80, "mg/day"), "structured"),
        ("Firdapse", Dose(80, "mg/fortnight"), None, "no share that is known"),
        ("Firdapse 80 mg/day", Dose(20, "mg"), Dose(20, "mg"), "contradicts no single dose"),
        ("Firdapse 80 mg/day", Dose(2, "tablets"), Dose(20, "mg"), "no strength of a tablet"),
        ("Firdapse 80 mg/day", Dose(90, "mg/day"), Dose(90, "mg/day"), "the field stands"),
    ],
)
def test_amount_of_a_day_beside_a_field(
    resolver: Resolver, text: str, given: Dose, dose: Dose | None, reason: str
) -> None:
    assert dosing(resolver, text, given)[0] == dose, reason
