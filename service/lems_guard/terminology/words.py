"""Splitting the text of an order into words, so that spelling does not matter.

Letter case, spacing, hyphens, commas and full stops carry no meaning in drug names; numbers,
slashes, per cent signs and brackets do. `3,4-DAP` is `3,4` and `dap`, `25mg` is `25` and `mg`,
`1-1-1-1` stays one word, and so does `08:00`.
"""

import functools
import re
import unicodedata
from collections.abc import Iterator

# `.5` is a half; in `Q.6.H.` the point is none of a number.
_NUMBER = r"\d+(?:[.,]\d+)*|(?<!q)\.\d+"
_FURTHER = rf"\d{{1,2}}:\d\d(?!\d)|(?:{_NUMBER})(?:-(?:{_NUMBER}))*|[/%+()\[\]{{}}<>=]"
_WORD = re.compile(rf"[^\W\d_]+|{_FURTHER}")
# The same words of a text that is all ASCII, in half the time.
_ASCII_WORD = re.compile(rf"[a-z]+|{_FURTHER}", re.ASCII)
# `4 - 6` is the same range as `4-6`.
# and so is `1-0-½`, where the sign of a fraction becomes a number between spaces.
_SPACED = re.compile(r"(?<=\d) - (?=\d)|(?<=\d)- (?=0\.)|(?<=\.5) -(?=\d)|(?<=\.[27]5) -(?=\d)")
# In the place of the spaces around a range's dash, so that no place in the text moves.
_TIE = "\N{INFORMATION SEPARATOR ONE}"
# `1 000`, `2 500 000` and `1 200-1 500` are surely one number each: none that stands for itself
# begins with a nought, and both ends of a range are written alike.
_THREE = r"(?: +\d{3})"
_GROUPED = re.compile(
    rf"(?<![\d.,])[1-9]\d{{0,2}}(?:{_THREE}+{_TIE}?-{_TIE}?[1-9]\d{{0,2}}{_THREE}+"
    rf"|(?={_THREE}* +0\d\d(?!\d)){_THREE}+)(?!\d)"
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
# The same with points, as most of Europe writes it: several groups, or a decimal comma behind.
_POINTED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:(?<=\.\d{3}\.\d{3})|,\d+)")
# One group may be thousands or decimals; nobody writes a nought last behind a decimal point.
_MAYBE_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d\d0")
_SIGNS = {
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{VULGAR FRACTION ONE HALF}": " 0.5 ",
    "\N{VULGAR FRACTION ONE QUARTER}": " 0.25 ",
    "\N{VULGAR FRACTION THREE QUARTERS}": " 0.75 ",
    "\N{EN DASH}": "-",
    "\N{HYPHEN}": "-",
    "\N{NON-BREAKING HYPHEN}": "-",
    "\N{MINUS SIGN}": "-",
    "\N{LATIN SMALL LIGATURE OE}": "oe",
    "\N{LATIN CAPITAL LIGATURE OE}": "oe",
    "\N{LATIN SMALL LETTER AE}": "ae",
    "\N{LATIN CAPITAL LETTER AE}": "ae",
    "\N{FRACTION SLASH}": "/",
    "\N{GREATER-THAN OR EQUAL TO}": ">",
    "\N{LESS-THAN OR EQUAL TO}": "<",
    "\N{RIGHT SINGLE QUOTATION MARK}": "",
    "'": "",
    "`": "",
}


# The sign for a millionth, not the Greek letter of a Greek word.
_MICRO = re.compile("[\N{MICRO SIGN}\N{GREEK SMALL LETTER MU}](?=[A-Za-z])")


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case, with numbers and the signs that matter."""
    if "(s)" in text:
        text = text.replace("(s)", "s")
    if "'" in text or "`" in text or not text.isascii():
        text = "".join(map(_plain, _MICRO.sub("u", text)))
    if "-" in text or " 0" in text:
        text = _numbers_whole(text)
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text.lower())


def _numbers_whole(text: str) -> str:
    """The text with each range and each number as one word; an arrow is no dash."""
    if "- " in text or " -" in text or "->" in text:
        text = _SPACED.sub("-", text.replace("->", "  "))
    return _GROUPED.sub(_without_spaces, text)


def spans_of(text: str) -> Iterator[tuple[int, int]]:
    """Where each word of `words_of` begins and ends in the text as it was written."""
    tied = _MICRO.sub("u", text).replace(_TIE, "\t").replace(_GONE, "\t")
    tied = tied.replace("->", "  ").replace("(s)", f"{_GONE}s{_GONE}")
    parts = ["" if sign == _GONE else _plain(sign).lower() for sign in tied]
    origins = [place for place, part in enumerate(parts) for _ in part]
    plain = _GROUPED.sub(_tied, _SPACED.sub(_tied, "".join(parts)))
    for found in _WORD_TIED.finditer(plain):
        yield origins[found.start()], origins[found.end() - 1] + 1


# In the place of a bracket in `tab(s)`, which is no word.
_GONE = "\N{INFORMATION SEPARATOR TWO}"
# A number whose groups of thousands are parted by spaces.
_TIED_NUMBER = _NUMBER.replace(r"\d+(?:", rf"\d+(?:{_TIE}+\d{{3}})*(?:", 1)
_WORD_TIED = re.compile(
    _WORD.pattern.replace(")(?:-", rf")(?:{_TIE}?-{_TIE}?").replace(_NUMBER, _TIED_NUMBER)
)


def _tied(found: re.Match[str]) -> str:
    return found[0].replace(" ", _TIE)


def _without_spaces(found: re.Match[str]) -> str:
    return found[0].replace(" ", "")


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
    if word.count(".") > 1 or ("." in word and "," in word):
        word = word.replace(".", "").replace(",", ".") if _POINTED.fullmatch(word) else word
    if "," in word:
        word = word.replace(",", "") if _THOUSANDS.fullmatch(word) else word.replace(",", ".")
    try:
        return float(word)
    except ValueError:
        return None


def in_thousands(word: str) -> float | None:
    """What `30.000` is where the point parts thousands; nothing where it cannot."""
    parts = [part for part in word.split("-") if _MAYBE_THOUSANDS.fullmatch(part)]
    return max((float(part) * 1000 for part in parts), default=None)


def plain_letters(text: str) -> str:
    """The text in small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


@functools.lru_cache(maxsize=4096)
def _plain(sign: str) -> str:
    """One sign without accent: dashes and digits of all scripts alike, numbers in rings as none."""
    if sign.isascii():
        return _SIGNS.get(sign, sign)
    known = _SIGNS.get(sign)
    if known is not None:
        return known
    decomposed = unicodedata.normalize("NFKD", sign.casefold())
    return "".join(_letter(part) for part in decomposed)


def _letter(sign: str) -> str:
    """A letter or an ordinary digit as it is; a bullet such as `❷` is no part of a word."""
    if unicodedata.combining(sign):
        return ""
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    return " " if sign.isnumeric() and not sign.isalpha() else _SIGNS.get(sign, sign)
