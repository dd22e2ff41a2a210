"""A site's own release in use: codes and names to ingredients, looked up when they are needed."""

import functools
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.errors import Unavailable
from lems_guard.clinical.medication import CodeSystem
from lems_guard.clinical.route import Route
from lems_guard.file_stamp import stamp_of
from lems_guard.terminology.codes import UNKNOWN, Coded, atc_route
from lems_guard.terminology.site import schema
from lems_guard.terminology.site.ndc import eleven_digits
from lems_guard.terminology.vocabulary import IngredientSet, Readings, Vocabulary
from lems_guard.terminology.words import key_of

REMEMBERED = 4096
WRITTEN_OVER = "the site's vocabulary was written over while it was in use: NOT checked"
# What a file comes to that is still a database, and not what was written.
DAMAGED = (*schema.UNREADABLE, Unavailable, LookupError, ValueError, TypeError, AttributeError)
PRODUCTS = frozenset({"SCD", "SBD", "SCDC", "SBDC", "GPCK", "BPCK"})
_INGREDIENTS = "SELECT rxcui, name FROM drug WHERE kind = 'IN'"
_SUCCESSORS = "SELECT successor FROM retired WHERE rxcui = ?"
_BY_CODE = "SELECT rxcui FROM code WHERE system = ? AND code = ?"
_BY_PRODUCT_NDC = "SELECT DISTINCT rxcui FROM code WHERE system = ? AND code BETWEEN ? AND ?"
_DRUG = "SELECT kind, name, readings, route, obsolete FROM drug WHERE rxcui = ?"
_BRANDS = "SELECT drug.rxcui, kind FROM name JOIN drug USING (rxcui) WHERE key = ?"
_LIKE = "SELECT readings FROM drug WHERE name LIKE ?"
_UNDER_ATC = """
SELECT DISTINCT readings FROM code JOIN drug USING (rxcui)
WHERE system = ? AND code BETWEEN ? AND ? AND kind = 'IN'
"""


def no_strength(name: str) -> Dose | None:
    """No strength is read from the names of products."""


class SiteVocabulary:
    """One imported file. Ingredients that our own tables know keep our names for them."""

    def __init__(self, path: Path, vocabulary: Vocabulary) -> None:
        """Open the file; raises `UnusableVocabulary`."""
        self._path, self._stamp = path, stamp_of(path)
        self._database = schema.open_read_only(path)
        # An edition that is replaced is dropped, not closed: its file goes with it.
        weakref.finalize(self, self._database.close)
        self.strength_of: Callable[[str], Dose | None] = no_strength
        self.new_ingredients: dict[str, str] = {}
        try:
            self.about = schema.about(self._database)
            self._names = self._ingredient_names(vocabulary)
        except DAMAGED as fault:
            said = f"{path}: damaged ({type(fault).__name__}); import the release again"
            raise schema.UnusableVocabulary(said) from fault
        self._mixtures = dict(vocabulary.mixtures)
        self._drug = functools.lru_cache(REMEMBERED)(self._read_drug)
        self._named = functools.lru_cache(REMEMBERED)(self._read_name)

    @property
    def is_as_opened(self) -> bool:
        """Whether the file holds what it held; another in its place leaves it as it was."""
        now, then = stamp_of(self._path), self._stamp
        if now is None or then is None or (now.inode, now.device) != (then.inode, then.device):
            return True
        return (now.content_time, now.size) == (then.content_time, then.size)

    def _rows(self, query: str, *values: str | int) -> list[Any]:
        """What the file says; raises `Unavailable` where it was written over since it was opened.

        SQLite is told that the file never changes, and would read from both mixed together.
        """
        try:
            rows = self._database.execute(query, values).fetchall()
        except schema.UNREADABLE:
            raise Unavailable(WRITTEN_OVER) from None
        if not self.is_as_opened:
            raise Unavailable(WRITTEN_OVER)
        return rows

    def _ingredient_names(self, vocabulary: Vocabulary) -> dict[str, IngredientSet]:
        """RxCUI → our names: by code, else by name, else the release's own as a new ingredient."""
        found: dict[str, IngredientSet] = {}
        for number, name in self._rows(_INGREDIENTS):
            rxcui, key = str(number), key_of(name)
            coded, named = vocabulary.codes.get(rxcui, ()), vocabulary.names.get(key, ())
            known = next((sets[0] for sets in (coded, named) if len(sets) == 1), None)
            if known is None:
                known = (name.lower(),)
                self.new_ingredients[known[0]] = rxcui
            found[rxcui] = known
        return found

    def code(self, system: CodeSystem, code: str) -> Coded:
        """What a code stands for; `UNKNOWN` where the release has none such."""
        if system is CodeSystem.RXNORM:
            return self._rxnorm(code.strip())
        if system is CodeSystem.NDC:
            return self._ndc(code)
        code = code.strip().upper()
        rows = self._rows(_BY_CODE, system.value, code)
        found = self._together([rxcui for (rxcui,) in rows])
        return found._replace(route=atc_route(code)) if system is CodeSystem.ATC else found

    def _rxnorm(self, code: str) -> Coded:
        if not (code.isascii() and code.isdigit()) or len(code) > 15:
            return UNKNOWN
        found = self._drug(int(code))
        return found if found.readings else self._retired(int(code))

    def _retired(self, rxcui: int) -> Coded:
        rows = self._rows(_SUCCESSORS, rxcui)
        successors = sorted(new for (new,) in rows)
        found = self._together(successors)
        if not found.readings:
            return UNKNOWN
        return found._replace(
            note=f"a retired code was read as {' or '.join(map(str, successors))}, its successor"
        )

    def _ndc(self, code: str) -> Coded:
        """The drug of a package, or the one in all packages of a product."""
        rxcuis: set[int] = set()
        for digits in eleven_digits(code):
            if len(digits) == 11:
                rows = self._rows(_BY_CODE, CodeSystem.NDC.value, digits)
            else:
                ends = f"{digits}00", f"{digits}99"
                rows = self._rows(_BY_PRODUCT_NDC, CodeSystem.NDC.value, *ends)
            rxcuis.update(rxcui for (rxcui,) in rows)
        return self._together(sorted(rxcuis))

    def _together(self, rxcuis: list[int]) -> Coded:
        """What several concepts stand for: every set; route and strength where all agree."""
        found = [drug for drug in map(self._drug, rxcuis) if drug.readings]
        if not found:
            return UNKNOWN
        readings = dict.fromkeys(reading for drug in found for reading in drug.readings)
        routes, strengths = {drug.route for drug in found}, {drug.strength for drug in found}
        return Coded(
            tuple(readings),
            routes.pop() if len(routes) == 1 else None,
            strengths.pop() if len(strengths) == 1 else None,
            source=found[0].source,
        )

    def _read_drug(self, rxcui: int) -> Coded:
        rows = self._rows(_DRUG, rxcui)
        if not rows:
            return UNKNOWN
        kind, name, readings, route, obsolete = rows[0]
        strength = self.strength_of(name) if kind in PRODUCTS else None
        source = f"release {self.about.release}, {kind}{', obsolete' if obsolete else ''}"
        return Coded(self._sets(readings), Route[route] if route else None, strength, "", source)

    def _sets(self, readings: str) -> Readings:
        """Sets of RxCUIs as sets of our names."""
        sets = (
            tuple(sorted({name for rxcui in one.split(" ") for name in self._names[rxcui]}))
            for one in readings.split("|")
        )
        return tuple(dict.fromkeys(self._mixtures.get(names, names) for names in sets))

    def named(self, key: str) -> tuple[Readings, bool]:
        """What a name stands for, and whether it is a brand; no reading for no known name."""
        return self._named(key)

    def _read_name(self, key: str) -> tuple[Readings, bool]:
        rows = self._rows(_BRANDS, key)
        found = self._together([rxcui for rxcui, _ in rows])
        return found.readings, any(kind == "BN" for _, kind in rows)

    def ingredient_name(self, rxcui: str) -> str:
        """The release's own name of an ingredient; empty where it has none such."""
        rows = self._rows(_DRUG, int(rxcui))
        return str(rows[0][1]) if rows and rows[0][0] == "IN" else ""

    def products_like(self, pattern: str) -> Readings:
        """What the products hold whose names fit a pattern with `%` for any text."""
        rows = self._rows(_LIKE, pattern)
        return tuple({names for (readings,) in rows for names in self._sets(readings)})

    def ingredients_under(self, prefix: str) -> set[str]:
        """The new ingredients that the release files under a group of the ATC."""
        rows = self._rows(_UNDER_ATC, CodeSystem.ATC.value, prefix, f"{prefix}~")
        found = {name for (readings,) in rows for names in self._sets(readings) for name in names}
        return found & self.new_ingredients.keys()
