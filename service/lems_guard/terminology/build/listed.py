"""Substances as a source lists them → our ingredients.

sulfate de morphine; chlorhydrate de propranolol; timolol (maléate de); bisoprolol fumarate
"""

import re

from lems_guard.terminology.build.rows import parts
from lems_guard.terminology.build.rxnorm import ELEMENTS, base_of
from lems_guard.terminology.build.substances import Substances
from lems_guard.terminology.spelling import SHORTEST, keys_of, spelling_key
from lems_guard.terminology.words import key_of

_BRACKETS = re.compile(r"\s*\([^)]*\)")
_SALT_OF = re.compile(
    r"(?:\w+(?:ate|ato|hidrato|idrato|hydrate|bromure|bromuro|brometo)) (?:de |di |d'|of )(.+)"
)


class Listed:
    """What the substances of a list are, by the names known so far."""

    def __init__(self, substances: Substances, salts: frozenset[str]) -> None:
        """`salts` are the words for salts in every language."""
        self._substances = substances
        self._salts = salts
        readings = {key: tuple(meant) for key, meant in substances.names.items()}
        self._spellings = keys_of(readings)

    def ingredients(self, cell: str) -> tuple[str, ...]:
        """The ingredients of a list; empty where one of its parts is not known.

        Half a combination would hide the other: such a row says nothing.
        """
        found: set[str] = set()
        for part in parts(cell):
            known = self._one(part)
            if not known:
                return ()
            found.update(known)
        return tuple(sorted(found))

    def _one(self, listed: str) -> tuple[str, ...]:
        name = _BRACKETS.sub("", listed).strip()
        salt = _SALT_OF.fullmatch(name)
        for spelling in (listed, name, salt[1] if salt else ""):
            known = self._named(spelling)
            if known:
                return known
        return ()

    def _named(self, name: str) -> tuple[str, ...]:
        if not key_of(name):
            return ()
        base = base_of(name, self._substances, self._salts)
        known = self._substances.lookup(name) or self._substances.lookup(base)
        if known is not None:
            return known
        word = key_of(base)
        if len(word) < SHORTEST or not word.isalpha() or word in ELEMENTS:
            return ()
        found = self._spellings.get(spelling_key(word), ())
        return found[0] if found else ()
