"""An ATC code of a group brings the class that cites it: any member may be meant."""

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


@pytest.fixture(scope="module")
def edition() -> Edition:
    return load_edition(packaged_rules()).edition


def coded(edition: Edition, code: str, text: str = "") -> Understood:
    coding = Coding(CodeSystem.ATC, code)
    return edition.understand(Medication("1", MedicationList.PROPOSED, text, (coding,)))


@pytest.mark.parametrize(
    ("code", "member", "reason"),
    [
        ("C07", "metoprolol", "the group that the class cites"),
        ("C07B", "propranolol", "β-blockers and thiazides"),
        ("c07ab", "bisoprolol", "selective ones, in small letters"),
        ("C07BB99", "atenolol", "a combination that no table holds"),
        ("J01MA", "ciprofloxacin", "fluoroquinolones"),
        ("J01M", "levofloxacin", "the group above"),
        ("J01G", "gentamicin", "aminoglycosides"),
        ("S01ED51", "timolol", "eye drops, combined"),
    ],
)
def test_a_group_may_be_any_of_its_class(
    edition: Edition, code: str, member: str, reason: str
) -> None:
    answer = coded(edition, code)
    assert any(member in {each.name for each in reading} for reading in answer.readings), reason


@pytest.mark.parametrize("code", ["C07B", "J01MA", "J01G"])
def test_a_group_is_ambiguous_and_says_so(edition: Edition, code: str) -> None:
    answer = coded(edition, code)
    assert answer.disposition is Disposition.AMBIGUOUS
    assert any("a group of drugs" in note for note in answer.notes)


def test_the_words_beside_a_group_tell_which(edition: Edition) -> None:
    answer = coded(edition, "C07AB", "bisoprolol 5 mg")
    assert [[each.name for each in reading] for reading in answer.readings] == [["bisoprolol"]]


@pytest.mark.parametrize("code", ["C", "C0", "", "A10BA", "Z99"])
def test_what_no_class_cites_is_not_known(edition: Edition, code: str) -> None:
    assert coded(edition, code).disposition is Disposition.UNRESOLVED
