"""What holds for every drug name and every text, not only for examples."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import (
    CodeSystem,
    Coding,
    Disposition,
    Medication,
    MedicationList,
)
from lems_guard.clinical.route import Route
from lems_guard.terminology.homeopathy import HOMEOPATHIC
from lems_guard.terminology.resolver import Resolver
from lems_guard.terminology.vocabulary import Vocabulary
from lems_guard.terminology.words import key_of
from searching import examples

Readings = set[tuple[str, ...]]

QUICK = examples(200)
COUNTRIES = ("", "US", "CH", "FR", "AU")
PLACES = st.sampled_from(COUNTRIES)
SIG_WORDS = [
    "po",
    "iv",
    "bid",
    "q6h",
    "q 8 hours",
    "4x/day",
    "three times a day",
    "prn",
    "daily",
    "tab",
    "eye drops",
    "50 mg",
    "2.5 mg/ml",
    "0.5%",
    "ER",
    "XL",
    "for 7 days",
    "with food",
    "at bedtime",
    "2 tablets",
]
WORDS = st.sampled_from(
    [*SIG_WORDS, "metoprolol", "Cosopt", "zzz", "(", ")", "[", "/", "-", "1-0-1"]
)


ORDERS = st.builds(
    Medication,
    st.just("1"),
    st.sampled_from(MedicationList),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    | st.lists(WORDS, max_size=12).map(" ".join),
    st.lists(
        st.builds(Coding, st.none() | st.sampled_from(CodeSystem), st.text(max_size=6)), max_size=2
    ).map(tuple),
    form_text=st.text(max_size=5),
    route=st.none() | st.sampled_from(Route),
    route_text=st.text(max_size=5),
    dose=st.none() | st.builds(Dose, st.floats(), st.text(max_size=4)),
    doses_per_day=st.none() | st.floats(),
)


@pytest.fixture(scope="module")
def names(vocabulary: Vocabulary) -> list[str]:
    return sorted({*vocabulary.names, *vocabulary.brands})


@pytest.fixture(scope="module")
def read(resolver: Resolver) -> Callable[[str, str], Readings]:
    def readings(text: str, place: str) -> Readings:
        order = Medication("1", MedicationList.PROPOSED, text=text, country=place)
        answer = resolver.understand(order)
        return {tuple(item.name for item in reading) for reading in answer.readings}

    return readings


def test_every_name_and_brand_means_its_ingredients(
    vocabulary: Vocabulary, read: Callable[[str, str], Readings]
) -> None:
    for place in COUNTRIES:
        for name, meant in vocabulary.names.items():
            assert read(name, place) == set(meant)
        for brand in vocabulary.brands.keys() - vocabulary.names.keys():
            assert read(brand, place) == set(vocabulary.meaning(brand, place))


def test_a_salt_is_its_base(vocabulary: Vocabulary, read: Callable[[str, str], Readings]) -> None:
    for ingredient in ("metoprolol", "gentamicin", "azithromycin", "ciprofloxacin", "bupropion"):
        base = read(ingredient, "US")
        for salt in (word for word, kind in vocabulary.fillers.items() if kind == "salt"):
            assert read(f"{ingredient} {salt}", "US") == base, salt


@QUICK
@given(data=st.data(), place=PLACES)
def test_case_spacing_and_punctuation_do_not_matter(
    names: list[str],
    read: Callable[[str, str], Readings],
    data: st.DataObject,
    place: str,
) -> None:
    name = data.draw(st.sampled_from(names))
    # A space beside a number's comma, point or hyphen would make two numbers of one.
    gap = data.draw(
        st.sampled_from(["  ", "\t", " . ", " - ", " , "] if name.isalpha() else ["  "])
    )
    swapped = "".join(data.draw(st.sampled_from((c.lower(), c.upper()))) for c in name)
    if key_of(swapped) == name:
        assert read(f"  {swapped.replace(' ', gap)} ", place) == read(name, place)


@QUICK
@given(
    data=st.data(), words=st.lists(st.sampled_from(SIG_WORDS), min_size=1, max_size=5), place=PLACES
)
def test_sig_words_never_change_the_drug(
    names: list[str],
    read: Callable[[str, str], Readings],
    data: st.DataObject,
    words: list[str],
    place: str,
) -> None:
    name = data.draw(st.sampled_from(names))
    sig = " ".join(words)
    # `at bedtime` behind a brand may be part of another brand, and is not passed over.
    if words[0] != "at bedtime":
        assert read(f"{name} {sig}", place) == read(name, place)


# What makes a frequency of a number that may be a potency as well.
TIMES = ["4x/day", "6x daily", "6 x a day", "12x per day", "3x tgl", "6 x täglich", "30x/24 h"]
TIMES += ["6x par jour", "6 x al giorno", "6x al día", "4x", "6x tabletten täglich", "6x 2 tablets"]
LATIN = ["acidum azelaicum", "arnica montana", "natrium valproicum", "magnesium sulfuricum"]
POTENCIES = ["30C", "D6", "C200", "9 CH", "LM 6"]


@QUICK
@given(
    drug=st.sampled_from(LATIN) | st.from_regex(r"[a-z]{4,9} [a-z]{3,8}um", fullmatch=True),
    times=st.sampled_from(TIMES),
    tail=st.sampled_from(["", " po", " with food", " for 7 days", ", prn"]),
)
def test_a_frequency_is_never_a_potency(
    read: Callable[[str, str], Readings], drug: str, times: str, tail: str
) -> None:
    assert HOMEOPATHIC not in read(f"{drug} {times}{tail}", "US")


@QUICK
@given(
    drug=st.sampled_from(["gentamicin iv", "metoprolol po", "timolol eye drops bid", "zzqomycin"]),
    remedy=st.sampled_from(LATIN),
    potency=st.sampled_from(POTENCIES),
    sign=st.sampled_from(["; ", ", ", "\n", " and ", " then "]),
    is_first=st.booleans(),
)
def test_a_dilution_hides_no_drug_beside_it(
    resolver: Resolver, drug: str, remedy: str, potency: str, sign: str, is_first: bool
) -> None:
    parts = [drug, f"{remedy} {potency}"]
    text = sign.join(parts if is_first else reversed(parts))
    told = resolver.understand(Medication("1", MedicationList.PROPOSED, text))
    names = {each.name for order in (told, *told.also) for held in order.readings for each in held}
    if drug.startswith("zzq"):
        assert told.disposition is Disposition.UNRESOLVED
    else:
        assert drug.split(maxsplit=1)[0] in names


# Words that say how a drug is given whatever stands beside them.
PLACED = ["by mouth", "50 mg", "twice daily", "q6h", "for 7 days", "with food", "prn"]
DRUGS = ["metoprolol", "Toprol-XL", "gentamicin sulfate", "Cosopt", "3,4-DAP", "magnesium oxide"]


@QUICK
@given(drug=st.sampled_from(DRUGS), words=st.permutations(PLACED), at=st.integers(0, len(PLACED)))
def test_the_order_of_the_words_does_not_matter(
    resolver: Resolver, drug: str, words: list[str], at: int
) -> None:
    usual = Medication("1", MedicationList.PROPOSED, " ".join((drug, *PLACED)))
    other = usual._replace(text=", ".join((*words[:at], drug, *words[at:])))
    told, expected = resolver.understand(other), resolver.understand(usual)
    assert told._replace(words="") == expected._replace(words="")


@QUICK
@given(text=st.text(st.characters(codec="ascii", categories=["L", "Nd", "Zs"]), max_size=30))
def test_what_is_suggested_is_never_taken(resolver: Resolver, text: str) -> None:
    answer = resolver.understand(Medication("1", MedicationList.PROPOSED, text))
    assert len(answer.suggestions) <= 3
    if answer.suggestions:
        assert answer.disposition is Disposition.UNRESOLVED
        assert answer.matched_by is None


@QUICK
@given(order=ORDERS, place=PLACES)
def test_understanding_never_raises_and_always_says_something(
    resolver: Resolver, order: Medication, place: str
) -> None:
    order = order._replace(country=place)
    answer = resolver.understand(order)
    resolver.explain(order)
    if answer.disposition is Disposition.UNRESOLVED:
        assert answer.notes
    else:
        assert (len(answer.readings) > 1) == (answer.disposition is Disposition.AMBIGUOUS)
        assert answer.readings
    assert answer == resolver.understand(order)


@QUICK
@given(text=st.text(st.characters(codec="ascii", categories=["L", "Zs"]), min_size=4, max_size=30))
def test_random_words_are_never_a_drug(
    vocabulary: Vocabulary, read: Callable[[str, str], Readings], text: str
) -> None:
    known = vocabulary.names.keys() | vocabulary.brands.keys()
    words = set(key_of(text).split())
    if not any(set(name.split()) <= words for name in known if name.split()[0] in words):
        assert not read(text, "US")


def test_the_vocabulary_survives_packing(vocabulary: Vocabulary) -> None:
    packed = msgspec.msgpack.encode(vocabulary)
    assert msgspec.msgpack.decode(packed, type=Vocabulary) == vocabulary
    assert len(packed) < 3_000_000
