"""One key for an INN as many languages write it, and none for a slip of the pen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lems_guard.terminology.spelling import Spellings, keys_of, spelling_key
from lems_guard.terminology.vocabulary import Vocabulary


@pytest.mark.parametrize(
    "spellings",
    [
        ("gentamicin", "gentamicina", "gentamicine", "gentamycin", "гентамицин", "γενταμικίνη"),
        ("metoprolol", "metoprololo", "metoprololum", "метопролол", "μετοπρολόλη"),
        ("azithromycin", "azitromicina", "azithromycine", "azytromycyna", "азитромицин"),
        ("ciprofloxacin", "ciprofloxacino", "siprofloksasiini", "ципрофлоксацин"),
        ("phenytoin", "fenitoina", "phénytoïne", "fenytoina"),
        ("ketoconazole", "ketoconazol", "ketokonazol", "кетоконазол"),
    ],
    ids=lambda spellings: spellings[0],
)
def test_spellings_of_one_name_have_one_key(spellings: tuple[str, ...]) -> None:
    assert len({spelling_key(each) for each in spellings}) == 1


def test_a_key_of_two_drugs_means_neither(vocabulary: Vocabulary) -> None:
    names = {"abcdefa": (("one",),), "abcdefo": (("other",),), "ghijkla": (("third",),)}
    assert keys_of(names) == {spelling_key("ghijkla"): (("third",),)}
    assert all(len(readings) == 1 for readings in keys_of(vocabulary.names).values())


@pytest.mark.parametrize(
    ("word", "meant", "reason"),
    [
        ("azitromicina", "azithromycin", "Spanish"),
        ("metoprololsuccinat", "metoprolol", "German, drug and salt in one word"),
        ("magnesiumsulfat", "magnesium sulfate", "German, an element and its salt"),
        ("natriumvalproat", "valproic acid", "German, the salt first"),
        ("damitriptyline", "amitriptyline", "French, `d'amitriptyline`"),
        ("azithromicin", "", "a slip: no language writes `th` and `i`"),
        ("prednizone", "", "a slip inside the word"),
        ("frusemidee", "", "a letter twice"),
        ("magnesiumwasser", "", "an element alone is no drug"),
        ("abc", "", "too short"),
    ],
)
def test_a_word_is_read_by_its_spelling_or_not(
    vocabulary: Vocabulary, word: str, meant: str, reason: str
) -> None:
    found = Spellings(vocabulary.names).read(word)
    assert found == (((meant,),) if meant else ()), reason


@given(st.text(max_size=40))
def test_a_key_is_plain_and_its_own(word: str) -> None:
    key = spelling_key(word)
    assert key == "" or (key.isascii() and key.isalpha() and key.islower())
    assert spelling_key(word.upper().lower()) == spelling_key(word.lower())
