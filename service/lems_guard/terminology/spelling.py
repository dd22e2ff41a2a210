"""The spelling key of international names: one key for an INN as many languages write it.

`gentamicina`, `gentamicine`, `Gentamycin`, `гентамицин` and `γενταμικίνη` are one name, spelt by
each language's rules: y for i, th for t, ph for f, another ending, another alphabet. The key takes
the rules away. It is for words that no table holds, and counts only where one drug alone has it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from lems_guard.terminology.edits import edits_between
from lems_guard.terminology.vocabulary import Readings
from lems_guard.terminology.words import plain_letters

# Shorter words are too near to each other, and to everyday words.
SHORTEST = 6
_CYRILLIC = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхцчшщыэіїєґ", "abvgdeziiklmnoprstufhccssieiieg", strict=True))
    | {"ё": "e", "ж": "z", "ъ": "", "ь": "", "ю": "u", "я": "a"}
)
_GREEK = str.maketrans(
    dict(zip("αβγδεζηθικλμνορσςτυφχω", "abgdeziticlmnorsstifho", strict=True))
    | {"ξ": "ks", "π": "p", "ψ": "ps"}
)
_GREEK_PAIRS = {"ου": "u", "μπ": "b", "ντ": "nt", "γκ": "g", "ευ": "eu", "αυ": "au"}  # noqa: RUF001
_PAIRS = (
    ("oe", "e"),
    ("ae", "e"),
    ("ph", "f"),
    ("th", "t"),
    ("ch", "h"),
    ("rh", "r"),
    ("y", "i"),
    ("ck", "k"),
    ("qu", "k"),
    ("x", "ks"),
    ("j", "i"),
    ("w", "v"),
)
_SOFT_C = re.compile("c(?=[ei])")
_DOUBLED = re.compile(r"(.)\1+")
_IN = re.compile("(?:iini|ini|ina|ino|ine|inum|inas)$")
_ENDING = re.compile("(?:um|us|as|is|e|a|o|i|u)$")
_NO_LETTER = re.compile("[^a-z]")

# German writes salt and drug in one word: `Metoprololsuccinat`, `Magnesiumsulfat`.
_SALTS_BEHIND = {
    "hydrochlorid": "hydrochloride",
    "dihydrochlorid": "dihydrochloride",
    "hydrobromid": "hydrobromide",
    "hydrogensulfat": "bisulfate",
    "hydrogencarbonat": "bicarbonate",
    "hemifumarat": "fumarate",
    "hydrogentartrat": "bitartrate",
    "dihydrogencitrat": "citrate",
    "succinat": "succinate",
    "fumarat": "fumarate",
    "tartrat": "tartrate",
    "maleat": "maleate",
    "mesilat": "mesylate",
    "besilat": "besylate",
    "sulfat": "sulfate",
    "phosphat": "phosphate",
    "acetat": "acetate",
    "citrat": "citrate",
    "carbonat": "carbonate",
    "gluconat": "gluconate",
    "aspartat": "aspartate",
    "lactat": "lactate",
    "orotat": "orotate",
    "nitrat": "nitrate",
    "propionat": "propionate",
    "valerat": "valerate",
    "chlorid": "chloride",
    "bromid": "bromide",
    "iodid": "iodide",
    "hydroxid": "hydroxide",
    "oxid": "oxide",
    "dihydrat": "dihydrate",
    "monohydrat": "monohydrate",
    "trihydrat": "trihydrate",
    "natrium": "sodium",
    "kalium": "potassium",
    "calcium": "calcium",
}
_TAILS = tuple(_SALTS_BEHIND)
_SALTS_BEFORE = ("dinatrium", "natrium", "dikalium", "kalium", "calcium")
_ELEMENTS = {
    "magnesium": "magnesium",
    "kalium": "potassium",
    "natrium": "sodium",
    "calcium": "calcium",
    "kalzium": "calcium",
    "zink": "zinc",
    "eisen": "iron",
    "lithium": "lithium",
    "ammonium": "ammonium",
    "aluminium": "aluminum",
    "barium": "barium",
    "silber": "silver",
}
# `Valproinsäure`: the letters are plain by then.
_ACID = "saure"
_ARTICLES = re.compile("[dl](?=[aeiouh])")


def spelling_key(word: str) -> str:
    """The key of a word; words of one name in several languages have the same."""
    key = _NO_LETTER.sub("", _in_latin(word))
    for written, plain in _PAIRS:
        key = key.replace(written, plain)
    key = _SOFT_C.sub("z", key).replace("c", "k").replace("z", "s")
    key = _IN.sub("in", _DOUBLED.sub(r"\1", key))
    key = _DOUBLED.sub(r"\1", _ENDING.sub("", key))
    return key.replace("h", "")


def _in_latin(word: str) -> str:
    """The word in small Latin letters without accents."""
    word = plain_letters(word)
    if word.isascii():
        return word
    for pair, latin in _GREEK_PAIRS.items():
        word = word.replace(pair, latin)
    return word.translate(_GREEK).translate(_CYRILLIC)


def keys_of(names: Mapping[str, Readings]) -> dict[str, Readings]:
    """Spelling key → what it means, for each single word that is long enough.

    A key that two drugs share means neither.
    """
    found: dict[str, set[Readings]] = defaultdict(set)
    for name, readings in names.items():
        if len(name) >= SHORTEST and name.isalpha() and len(readings) == 1:
            found[spelling_key(name)].add(readings)
    return {key: meanings.pop() for key, meanings in found.items() if len(meanings) == 1}


class Spellings:
    """What a word that no table holds means by its spelling."""

    def __init__(self, names: Mapping[str, Readings]) -> None:
        """`names` are the names that are known, by their keys."""
        self._names = names
        self._keys = keys_of(names)

    def read(self, word: str) -> Readings:
        """The drug that a word spells; nothing for a slip of the pen, which is to be confirmed."""
        if len(word) < SHORTEST:
            return ()
        return next(filter(None, self._found(word)), ())

    def _found(self, word: str) -> Iterator[Readings]:
        yield self._named(word)
        yield from self._compounds(word)
        if _ARTICLES.match(word):
            yield self._names.get(word[1:], ()) or self._named(word[1:])

    def _named(self, word: str) -> Readings:
        if len(word) < SHORTEST:
            return ()
        readings = self._keys.get(spelling_key(word), ())
        return () if readings and _is_slip(word, readings) else readings

    def _compounds(self, word: str) -> Iterator[Readings]:
        """A word that is put together of a drug and its salt, or of an acid."""
        if word.endswith(_TAILS):
            for salt, english in _SALTS_BEHIND.items():
                if word.endswith(salt):
                    yield self._with_salt(word.removesuffix(salt), english)
        if word.startswith(_SALTS_BEFORE):
            for salt in _SALTS_BEFORE:
                if word.startswith(salt):
                    yield self._base(word.removeprefix(salt))
        if word.endswith(_ACID):
            stem = word.removesuffix(_ACID)
            names = (f"{stem}ic acid", f"{stem.removesuffix('in')}ic acid", f"{stem} acid")
            yield next(filter(None, map(self._names.get, names)), ())

    def _with_salt(self, stem: str, salt: str) -> Readings:
        element = _ELEMENTS.get(stem)
        if element is not None:
            # Never the element alone: its salts are different substances.
            return self._names.get(f"{element} {salt}", ())
        return self._names.get(f"{stem} {salt}", ()) or self._base(stem)

    def _base(self, stem: str) -> Readings:
        if len(stem) < SHORTEST:
            return ()
        return self._names.get(stem, ()) or self._named(stem)


def _is_slip(word: str, readings: Readings) -> bool:
    """Whether a word is the English name but for one letter inside it, as no language spells it.

    `azithromicin` has the `i` of one language and the `th` of another.
    """
    [names] = readings
    if word[-1] == word[-2]:
        return True
    for name in names:
        if edits_between(word, name) == 1:
            return name not in {word[:-1], word} and word not in {name[:-1], name[:-1] + word[-1]}
    return False
