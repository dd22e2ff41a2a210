"""Close matches are offered, never taken."""

import pytest

from lems_guard.clinical.medication import Disposition, Medication, MedicationList
from lems_guard.terminology.edits import edits_between
from lems_guard.terminology.resolver import Resolver
from lems_guard.terminology.suggest import CloseNames
from lems_guard.terminology.vocabulary import Vocabulary


def suggested(resolver: Resolver, text: str) -> list[str]:
    order = Medication("1", MedicationList.PROPOSED, text=text)
    answer = resolver.understand(order)
    assert answer.disposition is Disposition.UNRESOLVED
    assert answer.matched_by is None
    return list(answer.suggestions)


@pytest.mark.parametrize(
    ("text", "first", "reason"),
    [
        ("Zithromx", "azithromycin (Zithromax)", "a letter left out"),
        ("Zithromaxx 250 mg po daily", "azithromycin (Zithromax)", "amid a sig"),
        ("avel ox", "moxifloxacin (Avelox)", "a word torn in two"),
        ("metropolol 50 mg bid", "metoprolol", "a letter moved: the usual slip"),
        ("Toprl XL", "metoprolol (Toprol XL)", "the brand as a whole"),
        ("milk of magnezia", "magnesium hydroxide (milk of magnesia)", "one word of three"),
        ("amifampridene", "amifampridine", "a wrong letter"),
        ("frusemidee", "furosemide (frusemide)", "the British name"),
    ],
)
def test_a_slip_is_met_with_a_suggestion(
    resolver: Resolver, text: str, first: str, reason: str
) -> None:
    assert [*suggested(resolver, text), ""][0] == first, reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("MSO4", "morphine or magnesium: an abbreviation that has killed"),
        ("MgSO", "too short to be near to anything"),
        ("Erys", "too near to too much"),
        ("Ziacc", "a short brand is not guessed at"),
        ("zzzomycin", "an ending is no name"),
        ("hydrochloride", "nothing is unknown, but no drug is named"),
        ("", "nothing"),
    ],
)
def test_some_texts_are_met_with_none(resolver: Resolver, text: str, reason: str) -> None:
    assert suggested(resolver, text) == [], reason


def test_at_most_three_are_suggested_and_always_the_same(resolver: Resolver) -> None:
    text = "metoprolll atenolool propranololl carvedilool"
    assert suggested(resolver, text) == suggested(resolver, text)
    assert len(suggested(resolver, text)) == 3


def test_of_equals_the_watched_one_comes_first(vocabulary: Vocabulary) -> None:
    for watched in ("prednisone", "prednisolone"):
        resolver = Resolver(vocabulary, {watched})
        both = suggested(resolver, "prednisone zzzzz prednisonee prednisolonee")
        assert both[0] == watched


@pytest.mark.parametrize(
    ("word", "name", "edits"),
    [
        ("zithromx", "zithromax", 1),
        ("zithromaxx", "zithromax", 1),
        ("zithromux", "zithromax", 1),
        ("zithrmoax", "zithromax", 1),
        ("metropolol", "metoprolol", 2),
        ("abcdef", "bcdefa", 2),
        ("abcdef", "abcxyf", None),
        ("abcdef", "abcdef", 0),
        ("abcde", "abcdefg", None),
    ],
)
def test_edits_are_counted(word: str, name: str, edits: int | None) -> None:
    assert edits_between(word, name) == edits


def test_every_name_is_found_by_every_single_slip(vocabulary: Vocabulary) -> None:
    names = [name for name in vocabulary.names if len(name) > 4 and name.isalpha()][::40]
    close = CloseNames([*vocabulary.names, *vocabulary.brands])
    for name in names:
        for at in range(len(name)):
            for slip in (name[:at] + name[at + 1 :], name[:at] + "x" + name[at:]):
                if len(slip) > 4 and slip != name:
                    assert name in [each.name for each in close.near(slip)], slip


def test_a_word_longer_than_every_name_by_one_letter_may_be_a_slip_by_two_none() -> None:
    """Else each letter of a long word would be left out in vain: a megabyte for a thousand."""
    close = CloseNames(["amifampridine", "timolol"])
    assert [each.name for each in close.near("amifampridinee")] == ["amifampridine"]
    assert close.near("amifampridineee") == []
    assert close.near("e" * 1000) == []
