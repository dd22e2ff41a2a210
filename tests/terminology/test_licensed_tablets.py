"""A tablet is 10 mg only for the licensed amifampridine tablet (clinical facts, H4)."""

import pytest

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import Medication, MedicationList
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.terminology.resolver import Resolver


@pytest.mark.parametrize(
    ("text", "sent", "read", "reason"),
    [
        ("Firdapse", Dose(3, "tablet"), Dose(30, "mg"), "the licensed tablet holds 10 mg"),
        ("amifampridine", Dose(2, "Tablets"), Dose(20, "mg"), "no other tablet is made"),
        (
            "3,4-DAP compounded",
            Dose(2, "tablet"),
            Dose(2, "tablet"),
            "what a compounded piece holds is not known",
        ),
        ("metoprolol", Dose(2, "tablet"), Dose(2, "tablet"), "made in many strengths"),
        ("Firdapse 10 mg", Dose(3, "tablet"), Dose(30, "mg"), "the text names the strength"),
    ],
)
def test_tablets(resolver: Resolver, text: str, sent: Dose, read: Dose, reason: str) -> None:
    order = Medication("p1", MedicationList.PROPOSED, text, dose=sent)
    assert resolver.understand(order, Jurisdiction.US).dose == read, reason
