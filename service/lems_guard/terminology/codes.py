"""What a code stands for: by the site's own release first, then by the embedded tables."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol, TypeAlias

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import CodeSystem, Coding
from lems_guard.clinical.route import Route
from lems_guard.terminology.vocabulary import NOT_SAID, Readings, Vocabulary
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


NO_MEMBERS: frozenset[str] = frozenset()


class Coded(NamedTuple):
    """What a code stands for; `source` says where that was found, `note` what a person must know.

    No reading: the code is not known. `members` are the drugs of a group.
    """

    readings: Readings = ()
    route: Route | None = None
    strength: Dose | None = None
    note: str = ""
    source: str = ""
    members: frozenset[str] = NO_MEMBERS


UNKNOWN = Coded()
# hl7.org/fhir/uv/ips, absent-unknown-uv-ips; `no-medication-info` beside it says nothing.
NO_KNOWN_MEDICATIONS = "no-known-medications"
NOTHING_TAKEN = Coded((("no medication",),), source="codes of what is absent")
# A, C07 and C are too much to be an order of anything in them.
SHORTEST_GROUP = 3
Groups: TypeAlias = Mapping[str, frozenset[str]]
NO_GROUPS: Groups = {}
GROUP = "the code names a group of drugs: any of them may be meant"


class SiteCodes(Protocol):
    """The codes of a site's own release."""

    def code(self, system: CodeSystem, code: str) -> Coded:
        """What a code stands for there; `UNKNOWN` where it has none such."""


class CodeBook:
    """All codes that are known."""

    def __init__(
        self, vocabulary: Vocabulary, site: SiteCodes | None = None, groups: Groups = NO_GROUPS
    ) -> None:
        """`site` comes first: it is newer, and the site's own choice.

        `groups` are the groups of the ATC that drug classes cite, with their members.
        """
        self._vocabulary = vocabulary
        self._site = site
        self._readers: dict[CodeSystem, Callable[[str], Coded]] = {
            CodeSystem.RXNORM: self._rxnorm,
            CodeSystem.UNII: self._unii,
            CodeSystem.ATC: self._atc,
            CodeSystem.CVX: self._cvx,
            CodeSystem.ABSENT_UNKNOWN: _absent,
        }
        self._groups = {each: held for each, held in groups.items() if not each.endswith(NOT_SAID)}

    def read(self, coding: Coding) -> Coded:
        """What a coding stands for."""
        system = coding.system
        if system is None:
            return UNKNOWN
        if self._site is not None:
            found = self._site.code(system, coding.code)
            if found.readings:
                return found
        read = self._readers.get(system)
        return UNKNOWN if read is None else read(coding.code)

    def _rxnorm(self, code: str) -> Coded:
        product = self._vocabulary.product(code)
        if product is not None:
            return Coded((product.ingredients,), product.route, product.strength, source="products")
        readings = self._vocabulary.codes.get(code, ())
        return Coded(readings, source="ingredients") if readings else UNKNOWN

    def _cvx(self, code: str) -> Coded:
        readings = self._vocabulary.cvx.get(code.strip().zfill(2), ())
        return Coded(readings, source="CVX codes") if readings else UNKNOWN

    def _unii(self, code: str) -> Coded:
        readings = self._vocabulary.unii.get(key_of(code), ())
        return Coded(readings, source="UNII codes") if readings else UNKNOWN

    def _atc(self, code: str) -> Coded:
        readings = self._vocabulary.atc.get(key_of(code), ())
        code = code.strip().upper()
        if readings:
            return Coded(readings, atc_route(code), source="ATC codes")
        members = self._members(code)
        if not members:
            return UNKNOWN
        # What stands for the class speaks for all of them, once.
        classes = [name for name in members if name.endswith(NOT_SAID)]
        return Coded(
            tuple((name,) for name in sorted(classes or members)),
            atc_route(code),
            note=GROUP,
            source="ATC groups",
            members=members,
        )

    def _members(self, code: str) -> frozenset[str]:
        """What may be meant by a code that tells no drug: the members of the classes it falls in.

        `C07B` and `C07BB99` fall in the class that cites C07; `J01M` holds the two that cite J01MA
        and J01MB.
        """
        if len(code) < SHORTEST_GROUP:
            return NO_MEMBERS
        found = [
            members
            for group, members in self._groups.items()
            if code.startswith(group) or group.startswith(code)
        ]
        return NO_MEMBERS.union(*found)


def _absent(code: str) -> Coded:
    return NOTHING_TAKEN if code.strip() == NO_KNOWN_MEDICATIONS else UNKNOWN


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
