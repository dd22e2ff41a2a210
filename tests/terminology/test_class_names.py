"""A class that stands in the place of a drug is judged as a drug of it, POSSIBLE, and once."""

import pytest

from lems_guard.clinical.medication import Disposition, Medication, MedicationList, Understood
from lems_guard.editions.library import Edition
from lems_guard.terminology.vocabulary import NOT_SAID


def read(edition: Edition, text: str) -> Understood:
    return edition.understand(Medication("1", MedicationList.PROPOSED, text))


def names_in(answer: Understood) -> list[list[str]]:
    return [[each.name for each in reading] for reading in answer.readings]


@pytest.mark.parametrize(
    ("text", "drug_class"),
    [
        ("aminoglycoside", "aminoglycoside"),
        ("aminoglycoside 5 mg/kg iv", "aminoglycoside"),
        ("Aminoglykoside", "aminoglycoside"),
        ("beta blocker 25 mg bid", "beta-blocker"),
        ("β-blocker", "beta-blocker"),
        ("Betablocker", "beta-blocker"),
        ("bêta-bloquant", "beta-blocker"),
        ("betabloccante", "beta-blocker"),
        ("beta blocker eye drops", "beta-blocker"),
        ("any macrolide", "macrolide"),
        ("macrolide antibiotic", "macrolide"),
        ("quinolone", "fluoroquinolone"),
        ("fluoroquinolone antibiotic", "fluoroquinolone"),
        ("botulinum toxin 100 units IM", "botulinum-toxin"),
        ("Botulinumtoxin", "botulinum-toxin"),
        ("toxine botulique", "botulinum-toxin"),
        ("neuromuscular blocking agent", "neuromuscular-blocker"),
        ("muscle relaxant", "neuromuscular-blocker"),
        ("opioids", "opioid"),
        ("benzodiazepine", "benzodiazepine"),
        ("checkpoint inhibitor", "checkpoint-inhibitor"),
        ("interferon", "interferon-beta-gamma"),
        ("interferon", "interferon-alfa"),
        ("calcium channel blocker", "calcium-channel-blocker-cardiac"),
        ("statin", "statin"),
        ("antacid", "magnesium-antacid"),
        ("live vaccine", "live-vaccine"),
    ],
)
def test_a_class_is_judged_as_what_it_names(edition: Edition, text: str, drug_class: str) -> None:
    answer = read(edition, text)
    assert answer.disposition is Disposition.AMBIGUOUS
    held = {
        each
        for [name] in names_in(answer)
        for each in edition.knowledge.classes_of.get(name, frozenset())
    }
    assert drug_class in held
    assert any("which of them is not said" in note for note in answer.notes)


@pytest.mark.parametrize(
    "text",
    [
        "bisoprolol 5 mg (beta blocker)",
        "beta blocker: bisoprolol 5 mg",
        "bisoprolol, a beta-blocker, 5 mg daily",
    ],
)
def test_a_class_beside_a_drug_of_it_says_nothing_more(edition: Edition, text: str) -> None:
    answer = read(edition, text)
    assert names_in(answer) == [["bisoprolol"]]
    assert not any("class of drugs" in note for note in answer.notes)


def test_a_class_beside_a_drug_of_another_is_judged_too(edition: Edition) -> None:
    [names] = names_in(read(edition, "vancomycin/aminoglycoside"))
    assert set(names) == {"vancomycin", f"aminoglycoside {NOT_SAID}"}


def test_every_name_of_a_class_is_watched_by_a_rule(edition: Edition) -> None:
    """Else the order would look checked, by a class that no rule speaks of."""
    classes = {name for name in edition.vocabulary.ingredients if name.endswith(NOT_SAID)}
    assert classes
    assert classes <= edition.knowledge.candidates.keys()


def test_an_antitoxin_is_no_toxin(edition: Edition) -> None:
    answer = read(edition, "botulism antitoxin")
    assert names_in(answer) == [["botulinum antitoxin"]]
    assert answer.disposition is Disposition.EVALUATED
