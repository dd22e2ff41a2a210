"""What a code stands for: by the site's own release first, then by the embedded tables."""

from typing import NamedTuple, Protocol

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import CodeSystem, Coding
from lems_guard.clinical.route import Route
from lems_guard.terminology.vocabulary import Readings, Vocabulary
from lems_guard.terminology.words import key_of

# What the first signs of an ATC code tell of the route; the longest that fits counts. An empty
# route takes a systemic group out of a local one (D01B: antifungals for systemic use).
ATC_ROUTES: dict[str, Route | None] = {
    "A01A": Route.BUCCAL,
    "A07": Route.ORAL,
    "D": Route.TOPICAL,
    "D01B": None,
    "D05B": None,
    "D10B": None,
    "D11AH": None,
    "G01": Route.VAGINAL,
    "R01A": Route.NASAL,
    "R03A": Route.INHALED,
    "R03B": Route.INHALED,
    "S01": Route.OPHTHALMIC,
    "S02": Route.OTIC,
}


class Coded(NamedTuple):
    """What a code stands for; `source` says where that was found, `note` what a person must know.

    No reading: the code is not known.
    """

    readings: Readings = ()
    route: Route | None = None
    strength: Dose | None = None
    note: str = ""
    source: str = ""


UNKNOWN = Coded()


class SiteCodes(Protocol):
    """The codes of a site's own release."""

    def code(self, system: CodeSystem, code: str) -> Coded:
        """What a code stands for there; `UNKNOWN` where it has none such."""


class CodeBook:
    """All codes that are known."""

    def __init__(self, vocabulary: Vocabulary, site: SiteCodes | None = None) -> None:
        """`site` comes first: it is newer, and the site's own choice."""
        self._vocabulary = vocabulary
        self._site = site

    def read(self, coding: Coding) -> Coded:
        """What a coding stands for."""
        system = coding.system
        if system is None:
            return UNKNOWN
        if self._site is not None:
            found = self._site.code(system, coding.code)
            if found.readings:
                return found
        if system is CodeSystem.RXNORM:
            return self._rxnorm(coding.code)
        if system is CodeSystem.UNII:
            return self._unii(coding.code)
        return self._atc(coding.code) if system is CodeSystem.ATC else UNKNOWN

    def _rxnorm(self, code: str) -> Coded:
        product = self._vocabulary.product(code)
        if product is not None:
            return Coded((product.ingredients,), product.route, product.strength, source="products")
        readings = self._vocabulary.codes.get(code, ())
        return Coded(readings, source="ingredients") if readings else UNKNOWN

    def _unii(self, code: str) -> Coded:
        readings = self._vocabulary.unii.get(key_of(code), ())
        return Coded(readings, source="UNII codes") if readings else UNKNOWN

    def _atc(self, code: str) -> Coded:
        readings = self._vocabulary.atc.get(key_of(code), ())
        route = atc_route(code.strip().upper())
        return Coded(readings, route, source="ATC codes") if readings else UNKNOWN


def atc_route(code: str) -> Route | None:
    """The route that an ATC code tells by its group, if it does."""
    for length in range(5, 0, -1):
        if code[:length] in ATC_ROUTES:
            return ATC_ROUTES[code[:length]]
    return None


def combined(found: list[Coded]) -> Coded:
    """What several codes of one order stand for; where routes or strengths differ, neither."""
    known = [coded for coded in found if coded.readings]
    if len(known) == 1:
        return known[0]._replace(note="")
    readings = dict.fromkeys(reading for coded in known for reading in coded.readings)
    routes = {coded.route for coded in known} - {None}
    strengths = {coded.strength for coded in known} - {None}
    return Coded(
        tuple(readings),
        routes.pop() if len(routes) == 1 else None,
        strengths.pop() if len(strengths) == 1 else None,
        "the codes tell different routes: the route is not known" if len(routes) > 1 else "",
    )
