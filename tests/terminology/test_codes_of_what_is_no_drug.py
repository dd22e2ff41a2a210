"""Codes of vaccines, and the code that says that nothing is taken."""

import pytest

from lems_guard.clinical.medication import (
    CodeSystem,
    Coding,
    Disposition,
    Medication,
    MedicationList,
    Understood,
)
from lems_guard.editions.library import Edition, load_edition, packaged_rules

CVX, ABSENT = CodeSystem.CVX, CodeSystem.ABSENT_UNKNOWN


@pytest.fixture(scope="module")
def edition() -> Edition:
    return load_edition(packaged_rules()).edition


def read(edition: Edition, system: CodeSystem, code: str) -> Understood:
    order = Medication("1", MedicationList.ACTIVE, "", (Coding(system, code),))
    return edition.understand(order)


@pytest.mark.parametrize(
    ("code", "vaccines", "reason"),
    [
        ("115", ["tetanus diphtheria pertussis vaccine"], "Tdap"),
        ("09", ["tetanus and diphtheria vaccine"], "Td"),
        ("9", ["tetanus and diphtheria vaccine"], "a zero lost on the way"),
        ("208", ["covid-19 vaccine"], "messenger RNA"),
        ("150", ["influenza virus vaccine"], "injected"),
        ("149", ["influenza vaccine (live)"], "into the nose: it lives"),
        ("03", ["measles mumps rubella vaccine (live)"], "MMR"),
        ("121", ["zoster vaccine (live)"], "the older one"),
        ("187", ["zoster vaccine (recombinant)"], "nothing in it lives"),
        ("188", ["zoster vaccine (live)", "zoster vaccine (recombinant)"], "which is not said"),
        ("89", ["poliovirus vaccine (inactivated)", "poliovirus vaccine (live, oral)"], "either"),
        ("87", ["immunoglobulin"], "no vaccine, but IVIg: a treatment of LEMS"),
        ("998", [], "no vaccine was given: the code names none"),
        ("99999", [], "no such code"),
        ("", [], "no code"),
    ],
)
def test_a_vaccine_is_known_by_its_code(
    edition: Edition, code: str, vaccines: list[str], reason: str
) -> None:
    answer = read(edition, CVX, code)
    assert [each.name for [each] in answer.readings] == vaccines, reason
    dispositions = (Disposition.UNRESOLVED, Disposition.EVALUATED, Disposition.AMBIGUOUS)
    assert answer.disposition is dispositions[len(vaccines)]


def test_every_live_vaccine_has_a_code_or_is_told_apart(edition: Edition) -> None:
    """A live vaccine that is read as another would hide an alert beside an immunosuppressant."""
    [live] = [each.members for each in edition.knowledge.classes if each.id == "live-vaccine"]
    coded = {name for sets in edition.vocabulary.cvx.values() for names in sets for name in names}
    assert live <= coded


def test_no_known_medications_is_a_list_with_nothing_on_it(edition: Edition) -> None:
    answer = read(edition, ABSENT, "no-known-medications")
    assert [[each.name for each in reading] for reading in answer.readings] == [["no medication"]]
    assert answer.disposition is Disposition.EVALUATED


def test_no_information_is_no_empty_list(edition: Edition) -> None:
    assert read(edition, ABSENT, "no-medication-info").disposition is Disposition.UNRESOLVED
