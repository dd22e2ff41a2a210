"""By which product an aminopyridine goes: compounded ones go by the chemical name."""

import pytest

from lems_guard.clinical.medication import CHEMICAL_NAME, CodeSystem, Coding, Medication
from lems_guard.clinical.medication import MedicationList as Lists
from lems_guard.terminology.resolver import Resolver


@pytest.mark.parametrize(
    ("text", "product", "reason"),
    [
        ("Firdapse", "firdapse", "a brand"),
        ("Firdapse 10 mg tid", "firdapse", "a brand in a sig"),
        ("amifampridine 10 MG Oral Tablet [Firdapse]", "firdapse", "the brand stands in brackets"),
        ("Ruzurgi 10 mg", "ruzurgi", "another brand"),
        ("amifampridine 10 mg tid", "", "the INN leaves it open"),
        ("amifampridine phosphate", "", "so does its salt"),
        ("amifampridine (3,4-DAP) 10 mg", "", "the INN explained by the chemical name"),
        ("3,4-DAP", CHEMICAL_NAME, "the chemical name alone"),
        ("3,4-diaminopyridine 10 mg tid", CHEMICAL_NAME, "spelt out, in a sig"),
        ("3,4-DAP 10 mg blurb", CHEMICAL_NAME, "also where a word is not understood"),
        ("dalfampridine 10 mg bid", "", "the INN of the other aminopyridine"),
        ("4-aminopyridine 10 mg tid", CHEMICAL_NAME, "and its chemical name"),
        ("compounded 3,4-DAP 10 mg tid", "", "compounded is a substance of its own"),
        ("metoprolol 50 mg bid", "", "no aminopyridine"),
        ("Lopressor", "", "nor is this"),
    ],
)
def test_the_product_by_its_name(resolver: Resolver, text: str, product: str, reason: str) -> None:
    order = Medication("1", Lists.ACTIVE, text)
    assert resolver.understand(order).product == product, reason


@pytest.mark.parametrize(
    ("text", "display", "product"),
    [
        ("3,4-DAP 10 mg", "amifampridine", CHEMICAL_NAME),
        ("", "amifampridine", ""),
        ("", "", ""),
    ],
)
def test_the_words_beside_a_code_tell_it(
    resolver: Resolver, text: str, display: str, product: str
) -> None:
    coding = Coding(CodeSystem.RXNORM, "2106338", display)
    answer = resolver.understand(Medication("1", Lists.ACTIVE, text, (coding,)))
    assert [[each.name for each in reading] for reading in answer.readings] == [["amifampridine"]]
    assert answer.product == product
