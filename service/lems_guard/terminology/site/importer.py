"""Importing an RxNorm release: its files are streamed once each into one new SQLite file.

In memory are only the kinds and relations of RXNORM's own concepts, some hundred bytes each; codes
and names, of which there are millions, go to the file at once.
"""

import re
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from lems_guard.clinical.medication import CodeSystem
from lems_guard.clinical.route import Route
from lems_guard.terminology.site import schema
from lems_guard.terminology.site.graph import OF_PRODUCTS, PATHS, RELATIONS, Graph
from lems_guard.terminology.site.ndc import eleven_digits
from lems_guard.terminology.site.rrf import BrokenRelease, Progress, Release
from lems_guard.terminology.words import key_of

FILES = ("RXNSAB", "RXNCONSO", "RXNREL", "RXNSAT", "RXNCUI", "RXNATOMARCHIVE", "RXNCUICHANGES")
KINDS = frozenset(PATHS) | {"IN", "DF", "DFG"}
SYNONYMS = frozenset({"SY", "TMSY", "ET"})
NAMED = frozenset({"IN", "PIN", "MIN", "BN"})
LONGEST_CHAIN = 10
# What SQLite can keep in a number.
LARGEST = 2**63 - 1
_UNII = re.compile(r"[0-9A-Z]{10}")
# An NDC is taken from the source that speaks for the most: RXNORM's own, then suppressed, then
# what other sources say.
_RANKS = {("RXNORM", "N"): 0, ("RXNORM", ""): 0}
_KEEP_DRUG = "INSERT OR REPLACE INTO drug VALUES (?, ?, ?, ?, ?, ?)"
_KEEP_CODE = "INSERT OR IGNORE INTO code VALUES (?, ?, ?)"
_STAGED = """
CREATE TEMP TABLE staged_name (key TEXT, rxcui INT);
CREATE TEMP TABLE staged_ndc (code TEXT, rxcui INT, rank INT);
CREATE TEMP TABLE staged_drug (rxcui INTEGER PRIMARY KEY, kind TEXT, name TEXT, obsolete INT);
"""
_NAMES = """
INSERT OR IGNORE INTO name SELECT key, staged_name.rxcui FROM staged_name
JOIN drug ON drug.rxcui = staged_name.rxcui AND drug.kind IN ('IN', 'PIN', 'MIN', 'BN')
"""
_NDCS = """
INSERT OR IGNORE INTO code SELECT ?, code, staged_ndc.rxcui FROM staged_ndc
JOIN drug ON drug.rxcui = staged_ndc.rxcui
WHERE rank = (SELECT min(rank) FROM staged_ndc AS best WHERE best.code = staged_ndc.code)
"""


def nothing_by_name(_: str) -> frozenset[int]:
    """No name tells what a product holds."""
    return frozenset()


class Importer:
    """One import, from the first file to the last."""

    def __init__(
        self,
        release: Release,
        database: sqlite3.Connection,
        forms: Mapping[str, Route | None],
        progress: Progress,
        by_name: Callable[[str], frozenset[int]] = nothing_by_name,
    ) -> None:
        """`forms` are the dose forms whose routes we know; a release only groups them.

        `by_name` tells the ingredients of a product by its name, where no relation does.
        """
        self.graph = Graph()
        self._release = release
        self._database = database
        self._forms = forms
        self._progress = progress
        self._by_name = by_name
        database.executescript(_STAGED)
        database.execute("BEGIN")

    def run(self) -> str:
        """Read every file and fill every table; the name of the release."""
        try:
            return self._run()
        except ValueError:
            place = self._release.place
            raise BrokenRelease(f"{place}: the code of a concept is no number") from None

    def _run(self) -> str:
        version = self._version()
        self._keep("INSERT INTO staged_name VALUES (?, ?)", self._concepts())
        self._relations()
        self._keep("INSERT INTO staged_ndc VALUES (?, ?, ?)", self._ndcs())
        self._keep(_KEEP_DRUG, self._drugs())
        self._database.execute(_NAMES)
        self._database.execute("CREATE INDEX temp.by_code ON staged_ndc (code, rank)")
        self._database.execute(_NDCS, (CodeSystem.NDC.value,))
        self._database.execute("DELETE FROM code WHERE rxcui NOT IN (SELECT rxcui FROM drug)")
        self._keep("INSERT OR IGNORE INTO retired VALUES (?, ?)", self._retired())
        return version

    def _keep(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        self._database.executemany(statement, rows)

    def _rows(self, name: str, holding: bytes = b"") -> Iterator[list[str]]:
        return self._release.rows(name, self._progress, holding)

    def _version(self) -> str:
        """The stamp of RXNORM itself in the list of sources."""
        stamps = [row[6] for row in self._rows("RXNSAB") if len(row) > 6 and row[3] == "RXNORM"]
        return stamps[-1] if stamps else "not said"

    def _concepts(self) -> Iterator[tuple[str, int]]:
        """Take concepts and codes in; the names are handed on."""
        database = self._database
        for row in self._rows("RXNCONSO"):
            rxcui, source, kind, code, name = int(row[0]), row[11], row[12], row[13], row[14]
            if rxcui > LARGEST:
                continue  # no code that RxNorm gave, and none that can be kept
            if source == "RXNORM":
                if kind in KINDS:
                    self._concept(rxcui, kind, name, row[16])
                if row[16] == "N" and (kind in NAMED or kind in SYNONYMS):
                    yield key_of(name), rxcui
            else:
                system = _system(source, kind, code)
                if system is not None:
                    database.execute(_KEEP_CODE, (system.value, code, rxcui))

    def _concept(self, rxcui: int, kind: str, name: str, suppressed: str) -> None:
        graph = self.graph
        if suppressed != "N" and rxcui in graph.kinds:
            return  # the name in force stands
        graph.kinds[rxcui] = sys.intern(kind)
        if kind in {"DF", "DFG"}:
            graph.form_names[rxcui] = name
            return
        if key_of(name) == "inert ingredients":
            graph.inert.add(rxcui)
        row = (rxcui, kind, name, int(suppressed != "N"))
        self._database.execute("INSERT OR REPLACE INTO staged_drug VALUES (?, ?, ?, ?)", row)

    def _relations(self) -> None:
        add = self.graph.add
        for row in self._rows("RXNREL", b"|RXNORM|"):
            if row[7] in RELATIONS and row[10] == "RXNORM" and row[2] == "CUI" and row[0]:
                # A concept that is not kept has no kind, and its relations are passed over.
                add(int(row[4]), row[7], int(row[0]))

    def _ndcs(self) -> Iterator[tuple[str, int, int]]:
        for row in self._rows("RXNSAT", b"|NDC|"):
            if row[8] == "NDC":
                forms = eleven_digits(row[10])
                # A code of ten digits without hyphens may be three: no release can mean that.
                if len(forms) == 1 and len(forms[0]) == 11 and int(row[0]) <= LARGEST:
                    other = 2 if row[9] != "RXNORM" else 1
                    yield forms[0], int(row[0]), _RANKS.get((row[9], row[11]), other)

    def _drugs(self) -> Iterator[tuple[object, ...]]:
        """Every concept that is understood to its last ingredient."""
        graph, brands = self.graph, self._brands()
        for rxcui, kind, name, obsolete in self._database.execute("SELECT * FROM staged_drug"):
            readings = brands.get(rxcui) or {graph.ingredients(rxcui) or self._named(kind, name)}
            readings = {reading - graph.inert for reading in readings}
            if all(readings):
                sets = sorted(" ".join(map(str, sorted(reading))) for reading in readings)
                routes = graph.routes(rxcui, self._forms)
                route = routes.pop() if len(routes) == 1 else None
                yield rxcui, kind, name, "|".join(sets), route.name if route else "", obsolete

    def _named(self, kind: str, name: str) -> frozenset[int]:
        """What the name of a product tells: obsolete ones often have no relations any more."""
        found = self._by_name(name) if kind in OF_PRODUCTS else frozenset[int]()
        return found if all(self.graph.kinds.get(each) == "IN" for each in found) else frozenset()

    def _brands(self) -> dict[int, set[frozenset[int]]]:
        """What each brand's own products hold: one name may stand for several drugs."""
        graph = self.graph
        found: dict[int, set[frozenset[int]]] = defaultdict(set)
        for product, parts in graph.edges["has_ingredient"].items():
            if graph.kinds[product] in {"SBD", "SBDF"}:
                for part in parts:
                    if graph.kinds.get(part) == "BN":
                        found[part].add(graph.ingredients(product))
        return {brand: sets for brand, sets in found.items() if all(sets)}

    def _retired(self) -> Iterator[tuple[int, int]]:
        """Each code that is no more, with the codes of today that took its place."""
        successors: dict[int, set[int]] = defaultdict(set)
        for before, after in self._changes():
            numbers = before.isdigit() and after.isdigit() and int(before) <= LARGEST
            if numbers and int(before) not in self.graph.kinds:
                successors[int(before)].add(int(after))
        for old in successors:
            yield from ((old, new) for new in self._today(old, successors))

    def _changes(self) -> Iterator[tuple[str, str]]:
        yield from ((row[0], row[4]) for row in self._rows("RXNCUI"))
        for row in self._rows("RXNATOMARCHIVE", b"|RXNORM|"):
            if row[13] == "RXNORM":
                yield row[12], row[15]
        yield from ((row[5], row[6]) for row in self._rows("RXNCUICHANGES") if len(row) > 7)

    def _today(self, old: int, successors: Mapping[int, set[int]]) -> set[int]:
        """The codes in force at the end of the chains of changes."""
        seen, at, found = {old}, {old}, set[int]()
        for _ in range(LONGEST_CHAIN):
            after = {new for code in at for new in successors.get(code, ())} - seen
            found |= after & self.graph.kinds.keys()
            at, seen = after - found, seen | after
        return found


def _system(source: str, kind: str, code: str) -> CodeSystem | None:
    """The code system of a row that is not RXNORM's own, if it is one that orders use."""
    if source == "ATC" and kind in {"IN", "RXN_IN"}:
        return CodeSystem.ATC
    if source == "SNOMEDCT_US":
        return CodeSystem.SNOMED_CT
    if source == "MTHSPL" and kind == "SU" and _UNII.fullmatch(code):
        return CodeSystem.UNII
    return None


def finish(database: sqlite3.Connection, version: str) -> schema.About:
    """Drop what was only staged, and let the file say what it is."""
    for table in ("staged_name", "staged_ndc", "staged_drug"):
        database.execute(f"DROP TABLE {table}")
    return schema.finish(database, version)
