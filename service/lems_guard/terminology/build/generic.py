"""Which brands are no more than an ingredient's name with words around it.

`Mint-Indomethacin`, `acarbosio aurobindo`, `PANTOPRAZOLE FOR INJECTION` are read by their words;
`Combantrin tab 125mg` is the brand `Combantrin`.
"""

import re
from collections.abc import Collection

from lems_guard.terminology.words import key_of, words_of

LONGEST_NAME = 7
_BRACKETS = re.compile(r"\s*\([^()]*\)")


class Generics:
    """The words of names, and those that stand around them."""

    def __init__(
        self, names: Collection[str], around: Collection[str], measures: Collection[str]
    ) -> None:
        """`names` are keys of ingredients' names, `around` words of forms, units, salts, makers.

        `measures` are the words of forms and units alone.
        """
        self._names = names
        self._around = around
        self._measures = measures

    def shortened(self, brand: str) -> list[str]:
        """The keys of a brand, the shortest first: without brackets, strengths and forms behind."""
        keys = [key_of(brand), key_of(_BRACKETS.sub("", brand))]
        words = keys[1].split(" ")
        while len(words) > 1 and self._measures_it(words[-1]):
            words = words[:-1]
            keys.append(" ".join(words))
        return list(dict.fromkeys(key for key in reversed(keys) if key))

    def tells(self, key: str) -> bool:
        """Whether the words of a brand tell what it holds."""
        words, at, named = words_of(key), 0, False
        while at < len(words):
            length = self._name_at(words, at)
            if not length and not self._is_around(words[at]):
                return False
            named |= bool(length)
            at += length or 1
        return named

    def _name_at(self, words: list[str], at: int) -> int:
        longest = min(LONGEST_NAME, len(words) - at)
        lengths = range(longest, 0, -1)
        found = (length for length in lengths if " ".join(words[at : at + length]) in self._names)
        return next(found, 0)

    def _measures_it(self, word: str) -> bool:
        """A strength or a form; one letter may tell products apart (`Vitamin D 1000`)."""
        return (word in self._measures and len(word) > 1) or not word[0].isalpha()

    def _is_around(self, word: str) -> bool:
        return word in self._around or not word[0].isalpha()
