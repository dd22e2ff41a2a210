"""Doses by body weight: 2 g/kg of immunoglobulin, 1.5 mg/kg of prednisone."""

import pytest

from builders import order, request
from lems_guard.clinical.dose import Dose
from lems_guard.clinical.facts import FactValue, Interval, Unknown
from lems_guard.clinical.patient import Patient
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.situation import Situation

G_PER_KG, G = Dose(0.4, "g/kg"), Dose(28, "g")


def fact(name: str, dose: Dose | None, per_day: float | None, kg: float | None) -> FactValue:
    patient = Patient(weight_kg=None if kg is None else Interval(kg, kg))
    asked = request(order("ivig", dose=dose, per_day=per_day), patient=patient)
    situation = Situation(asked, KnowledgeBase.of("1", "d", [], []))
    return situation.facts_of(situation.exposures[0])[name]


@pytest.mark.parametrize(
    ("name", "dose", "per_day", "kg", "value", "reason"),
    [
        ("single_dose_mg_per_kg", G, 1, 70, Interval(400, 400), "28 g for 70 kg"),
        ("single_dose_mg_per_kg", G_PER_KG, 1, None, Interval(400, 400), "written by weight"),
        ("single_dose_mg_per_kg", G, 1, None, Unknown(("weight_kg",)), "the weight is asked for"),
        ("single_dose_mg_per_kg", None, 1, None, Unknown(("dose",)), "the dose is asked for first"),
        ("daily_dose_mg_per_kg", G, 2, 70, Interval(800, 800), "twice a day"),
        (
            "daily_dose_mg_per_kg",
            G,
            None,
            70,
            Unknown(("doses_per_day",)),
            "how often is asked for",
        ),
        ("single_dose_mg", G_PER_KG, 1, 70, Interval(28_000, 28_000), "0.4 g for each of 70 kg"),
        ("single_dose_mg", G_PER_KG, 1, None, Unknown(("weight_kg",)), "mg need the weight"),
    ],
)
def test_doses_by_weight(
    name: str,
    dose: Dose | None,
    per_day: float | None,
    kg: float | None,
    value: FactValue,
    reason: str,
) -> None:
    assert fact(name, dose, per_day, kg) == value, reason
