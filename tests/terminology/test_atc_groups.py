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
from lems_guard.editions.library import Edition


def coded(edition: Edition, code: str, text: str = "") -> Understood:
    coding = Coding(CodeSystem.ATC, code)
    return edition.understand(Medication("1", MedicationList.PROPOSED, text, (coding,)))


def names_in(answer: Understood) -> list[list[str]]:
    return [[each.name for each in reading] for reading in answer.readings]


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
    named = {each.name for reading in coded(edition, code).readings for each in reading}
    held = [edition.knowledge.classes_of.get(name, frozenset()) for name in named]
    assert edition.knowledge.classes_of[member] & frozenset().union(*held), reason


def test_a_group_is_judged_once_and_not_by_each_of_its_members(edition: Edition) -> None:
    assert names_in(coded(edition, "C07")) == [["beta-blocker (which one is not said)"]]


@pytest.mark.parametrize("code", ["C07B", "J01MA", "J01G"])
def test_a_group_is_ambiguous_and_says_so(edition: Edition, code: str) -> None:
    answer = coded(edition, code)
    assert answer.disposition is Disposition.AMBIGUOUS
    assert any("a group of drugs" in note for note in answer.notes)


def test_the_words_beside_a_group_tell_which(edition: Edition) -> None:
    answer = coded(edition, "C07AB", "bisoprolol 5 mg")
    assert names_in(answer) == [["bisoprolol"]]
    assert answer.disposition is Disposition.EVALUATED


@pytest.mark.parametrize("code", ["C", "C0", "", "A10BA", "Z99"])
def test_what_no_class_cites_is_not_known(edition: Edition, code: str) -> None:
    assert coded(edition, code).disposition is Disposition.UNRESOLVED


def test_a_class_beside_a_code_is_what_the_drug_is_filed_under(edition: Edition) -> None:
    """As lists of records write it: `SSRI antidepressants + Fluvoxamine 100 MG`."""
    coding = Coding(CodeSystem.RXNORM, "903884")
    text = "SSRI antidepressants + Fluvoxamine Maleate 100 MG Oral Tablet"
    answer = edition.understand(Medication("1", MedicationList.PROPOSED, text, (coding,)))
    assert names_in(answer) == [["fluvoxamine"]]
    assert answer.disposition is Disposition.EVALUATED
