"""Splitting the text of an order into words, so that spelling does not matter.

Letter case, spacing, hyphens, commas and full stops carry no meaning in drug names; numbers,
slashes, per cent signs and brackets do. `3,4-DAP` is `3,4` and `dap`, `25mg` is `25` and `mg`,
`1-1-1-1` stays one word.
"""

import re
import unicodedata

_NUMBER = r"\d+(?:[.,]\d+)*|\.\d+"
_WORD = re.compile(rf"(?:{_NUMBER})(?:-(?:{_NUMBER}))*|[^\W\d_]+|[/%+()\[\]{{}}]")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_SIGNS = str.maketrans(
    {
        "\N{MULTIPLICATION SIGN}": "x",
        "\N{VULGAR FRACTION ONE HALF}": " 0.5 ",
        "\N{VULGAR FRACTION ONE QUARTER}": " 0.25 ",
        "\N{VULGAR FRACTION THREE QUARTERS}": " 0.75 ",
    }
)
# The sign for a millionth, not the Greek letter of a Greek word.
_MICRO = re.compile("[\N{MICRO SIGN}\N{GREEK SMALL LETTER MU}](?=[A-Za-z])")
_APOSTROPHES = str.maketrans("", "", "'\N{RIGHT SINGLE QUOTATION MARK}`")
_DASHES = re.compile("[\N{EN DASH}\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{MINUS SIGN}]")

# `4 (four) times daily`: the number is said twice.
_SPELLED = re.compile(
    r"(\d)\s*\((?:one|two|three|four|five|six|eight|ten|twelve|half)\)", re.IGNORECASE
)

# `Ibuprofen 400mg tablets (Accord Healthcare Ltd)`: who makes it, said last and in brackets.
_MAKER = re.compile(
    r"\s*\((?:[^()]|\([^()]*\))*\b(?:Ltd|Limited|Plc|GmbH|Inc|Pharma)\.?\)\s*$", re.IGNORECASE
)

# `80 mg/24 h` is the amount of a day.
_A_DAY = re.compile(r"(?:/|\bper\b)\s*24\s?-?(?:h|hr|hrs|hours?)\b", re.IGNORECASE)


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case, with numbers and the signs that matter."""
    if "(" in text:
        text = _MAKER.sub("", _SPELLED.sub(r"\1", text))
    if "'" in text or not text.isascii():
        text = _plain(text)
    if "24" in text:
        text = _A_DAY.sub("/day", text)
    return _WORD.findall(text.lower())


def key_of(text: str) -> str:
    """The form in which a name is looked up."""
    return " ".join(words_of(text))


def shape_of(phrase: str) -> str:
    """The key of a phrase in which `#` stands for any number."""
    return " # ".join(key_of(part) for part in phrase.split("#")).strip()


def number_of(word: str) -> float | None:
    """The value of a number as written: `1,000` is a thousand, `2,5` two and a half."""
    if "-" in word:
        return None
    if "," in word:
        word = word.replace(",", "") if _THOUSANDS.fullmatch(word) else word.replace(",", ".")
    try:
        return float(word)
    except ValueError:
        return None


def _plain(text: str) -> str:
    """The text without apostrophes and accents, with plain dashes."""
    text = _MICRO.sub("u", text.translate(_APOSTROPHES).translate(_SIGNS))
    return plain_letters(_DASHES.sub("-", text))


def plain_letters(text: str) -> str:
    """The text in small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
