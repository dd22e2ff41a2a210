import pytest

from lems_guard.terminology.words import key_of, number_of, shape_of, words_of


@pytest.mark.parametrize(
    ("text", "words", "reason"),
    [
        ("3,4-DAP", ["3,4", "dap"], "the comma is part of the name"),
        ("25mg", ["25", "mg"], "no space needed"),
        ("1-1-1-1", ["1-1-1-1"], "a day's pattern is one word"),
        ("Neo-Cort-Dome", ["neo", "cort", "dome"], "hyphens part words"),
        ("L.A.", ["l", "a"], "full stops part letters"),
        ("Phillips\N{RIGHT SINGLE QUOTATION MARK} Milk", ["phillips", "milk"], "apostrophes"),
        ("4\N{MULTIPLICATION SIGN}/day", ["4", "x", "/", "day"], "a multiplication sign"),
        ("5 \N{MICRO SIGN}g", ["5", "ug"], "a micro sign"),
        ("m\N{LATIN SMALL LETTER E WITH ACUTE}toprolol", ["metoprolol"], "accents"),
        (".5 mg", [".5", "mg"], "a bare decimal point"),
        ("", [], "nothing"),
    ],
)
def test_a_text_is_split(text: str, words: list[str], reason: str) -> None:
    assert words_of(text) == words, reason


@pytest.mark.parametrize(
    ("word", "value", "reason"),
    [
        ("1,000", 1000, "a thousand"),
        ("2,5", 2.5, "a decimal comma"),
        ("0,125", 0.125, "no thousand begins with nought"),
        ("1,234.5", 1234.5, "both"),
        ("12.5", 12.5, "a decimal point"),
        ("5-10", None, "a range is no number"),
        ("1.2.3", None, "a date or version is no number"),
    ],
)
def test_a_number_is_read(word: str, value: float | None, reason: str) -> None:
    assert number_of(word) == value, reason


def test_keys_and_shapes() -> None:
    assert key_of("  Toprol-XL ") == "toprol xl"
    assert shape_of("every # hours") == "every # hours"
    assert shape_of("#x/day") == "# x / day"
