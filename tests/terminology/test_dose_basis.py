"""Which amifampridine an order means, and whether its number counts base (clinical facts, H4)."""

import pytest

from lems_guard.clinical.dose import Dose, DoseBasis
from lems_guard.clinical.medication import Medication, MedicationList
from lems_guard.terminology.resolver import Resolver

MADE = "amifampridine (compounded)"
BASE, SALT = DoseBasis.BASE, DoseBasis.SALT


@pytest.mark.parametrize(
    ("text", "drug", "basis", "reason"),
    [
        ("amifampridine phosphate 10 mg tid", "amifampridine", BASE, "licensed strengths are base"),
        ("Firdapse 20 mg tid", "amifampridine", BASE, "a licensed strength"),
        ("amifampridine 18.98 mg tid", "amifampridine", None, "the phosphate of a tablet"),
        ("amifampridine 37.96 mg tid", "amifampridine", None, "the phosphate of two tablets"),
        ("amifampridine 9.49 mg tid", "amifampridine", None, "the phosphate of half a tablet"),
        ("amifampridine 19 mg tid", "amifampridine", BASE, "no multiple"),
        ("amifampridine 18.98 mg as base tid", "amifampridine", BASE, "the order says so"),
        ("amifampridine 18.98 mg (as phosphate) tid", "amifampridine", SALT, "the order says so"),
        ("compounded 3,4-DAP 10 mg tid", MADE, BASE, "no salt is named"),
        ("compounded 3,4-DAP phosphate 10 mg tid", MADE, None, "a pharmacy may weigh the salt"),
        ("compounded 3,4-DAPP 10 mg tid", MADE, None, "the abbreviation of the phosphate"),
        ("3,4-DAP phosphate 20 mg capsules (compounded)", MADE, None, "said at the end"),
        ("amifampridine base 10 mg compounded", MADE, BASE, "said between"),
        ("Firdapse 10 mg compounded suspension", "amifampridine", BASE, "made from the tablet"),
    ],
)
def test_texts(
    resolver: Resolver, text: str, drug: str, basis: DoseBasis | None, reason: str
) -> None:
    read = resolver.understand(Medication("1", MedicationList.ACTIVE, text))
    assert [each.name for each in read.readings[0]] == [drug], reason
    assert read.dose_basis is basis, reason


def test_a_structured_dose_is_looked_at_too(resolver: Resolver) -> None:
    order = Medication("1", MedicationList.ACTIVE, "amifampridine", dose=Dose(18.98, "mg"))
    assert resolver.understand(order).dose_basis is None
