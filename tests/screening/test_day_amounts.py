"""Facts of an order that tells the amount of a whole day."""

import math

import pytest

from builders import Order, knowledge, order, request
from lems_guard.clinical.dose import Dose
from lems_guard.clinical.facts import FactValue, Interval, Unknown, YesNo
from lems_guard.clinical.patient import Patient
from lems_guard.screening.situation import Situation

OPEN = math.inf


@pytest.mark.parametrize(
    ("sent", "single", "daily", "reason"),
    [
        (
            order("amifampridine", dose=Dose(120, "mg/day")),
            Interval(0, 120, ("dose",)),
            Interval(120, 120),
            "a day's amount: each dose holds at most that",
        ),
        (
            order("amifampridine", dose=Dose(120, "mg/day"), per_day=6),
            Interval(20, 20),
            Interval(120, 120),
            "a day's amount in six parts",
        ),
        (
            order("amifampridine", dose=Dose(120, "mg/day"), as_needed=YesNo.YES),
            Interval(0, 120, ("dose",)),
            Interval(0, 120, ("expected_daily_maximum",)),
            "a day's amount as needed: up to it",
        ),
        (
            order("drug+other", dose=Dose(120, "mg/day")),
            Unknown(("dose",)),
            Interval(0, OPEN, ("dose", "doses_per_day")),
            "of a combination, by the day too",
        ),
    ],
)
def test_amount_of_a_day(sent: Order, single: FactValue, daily: FactValue, reason: str) -> None:
    situation = Situation(request(sent), knowledge())
    facts = situation.facts_of(situation.exposures[0])
    assert facts["single_dose_mg"] == single, reason
    assert facts["daily_dose_mg"] == daily, reason


def test_amount_of_a_day_by_body_weight() -> None:
    sent = order("prednisone", dose=Dose(60, "mg/day"))
    situation = Situation(request(sent, patient=Patient(weight_kg=Interval(60, 60))), knowledge())
    facts = situation.facts_of(situation.exposures[0])
    assert facts["daily_dose_mg_per_kg"] == Interval(1, 1)
