"""A small RxNorm release in the shapes of a real one; every row is written here."""

import zipfile
from collections import defaultdict
from pathlib import Path

WIDTHS = {
    "RXNCONSO": 18,
    "RXNREL": 16,
    "RXNSAT": 13,
    "RXNCUI": 5,
    "RXNATOMARCHIVE": 16,
    "RXNSAB": 25,
    "RXNCUICHANGES": 7,
}
INGREDIENTS = {
    "metoprolol": 6918,
    "propranolol": 8787,
    "timolol": 10600,
    "dorzolamide": 60207,
    "gentamicin": 1596450,
    "tobramycin": 10627,
    "azithromycin": 18631,
    "clarithromycin": 21212,
    "ciprofloxacin": 2551,
    "levofloxacin": 82122,
    "magnesium sulfate": 6585,
    "magnesium chloride": 6579,
    "potassium chloride": 8591,
    "sodium acetate": 9900003,
    "sodium chloride": 9863,
    "sodium gluconate": 9900004,
    "amifampridine": 2106338,
    "dalfampridine": 897018,
    "esomeprazole": 283742,
    "cefepime": 20481,
    "zenmetazobactam": 9900001,
    "novelolol": 9900002,
    "inert ingredients": 748794,
}


class SmallRelease:
    """Rows by file; `write` puts them into a folder, `zipped` into a zip file."""

    def __init__(self) -> None:
        self.rows: dict[str, list[list[str]]] = defaultdict(list)
        for name, rxcui in INGREDIENTS.items():
            self.concept(rxcui, "IN", name)
        self._forms()
        self._products()
        self._codes()
        self.add("RXNSAB", {3: "RXNORM", 6: "20AA_261102F"})

    def add(self, file: str, cells: dict[int, object]) -> None:
        self.rows[file].append([str(cells.get(at, "")) for at in range(WIDTHS[file])])

    def concept(self, rxcui: int, kind: str, name: str, suppressed: str = "N") -> int:
        cells = {0: rxcui, 1: "ENG", 11: "RXNORM", 12: kind, 13: rxcui, 14: name, 16: suppressed}
        self.add("RXNCONSO", cells)
        return rxcui

    def code(self, source: str, kind: str, code: str, rxcui: int) -> None:
        self.add("RXNCONSO", {0: rxcui, 1: "ENG", 11: source, 12: kind, 13: code, 16: "N"})

    def relate(self, subject: int, relation: str, other: int) -> None:
        """A row reads: its second concept stands in the relation to its first."""
        row = {0: other, 2: "CUI", 3: "RO", 4: subject, 6: "CUI", 7: relation, 10: "RXNORM"}
        self.add("RXNREL", row)

    def ndc(self, rxcui: int, code: str, source: str = "RXNORM") -> None:
        self.add("RXNSAT", {0: rxcui, 8: "NDC", 9: source, 10: code, 11: "N"})

    def _forms(self) -> None:
        for rxcui, kind, name in (
            (317541, "DF", "Oral Tablet"),
            (7000001, "DF", "Ophthalmic Solution"),
            (7000002, "DF", "Sprayed Wonder Form"),
            (7000003, "DF", "Injection"),
            (7000009, "DFG", "Nasal Product"),
        ):
            self.concept(rxcui, kind, name)
        self.relate(7000002, "isa", 7000009)

    def product(self, rxcui: int, name: str, form: int, *ingredients: int) -> int:
        self.concept(rxcui, "SCD", name)
        for ingredient in ingredients:
            part = self.concept(
                rxcui * 100 + len(self.rows["RXNREL"]) % 100, "SCDC", f"{name} part"
            )
            self.relate(rxcui, "consists_of", part)
            self.relate(part, "has_ingredient", ingredient)
        self.relate(rxcui, "has_dose_form", form)
        return rxcui

    def branded(self, rxcui: int, name: str, of: int, brand: int, form: int) -> int:
        self.concept(rxcui, "SBD", name)
        self.relate(rxcui, "tradename_of", of)
        self.relate(rxcui, "has_ingredient", brand)
        self.relate(rxcui, "has_dose_form", form)
        return rxcui

    def brand(self, rxcui: int, name: str, *ingredients: int) -> int:
        self.concept(rxcui, "BN", name)
        for ingredient in ingredients:
            self.relate(rxcui, "tradename_of", ingredient)
        return rxcui

    def _products(self) -> None:
        of, tablet, eye, injection = INGREDIENTS, 317541, 7000001, 7000003
        toprol = self.brand(8000001, "Toprol", of["metoprolol"])
        self.brand(8000002, "Firdapse", of["amifampridine"])
        cosopt = self.brand(8000003, "Cosopt", of["dorzolamide"], of["timolol"])
        self.brand(8000004, "Exblizep", of["cefepime"], of["zenmetazobactam"])
        name = "metoprolol succinate 50 MG Oral Tablet"
        metoprolol = self.product(5000001, name, tablet, of["metoprolol"])
        self.branded(5000002, f"{name} [Toprol]", metoprolol, toprol, tablet)
        name = "dorzolamide 20 MG/ML / timolol 5 MG/ML Ophthalmic Solution"
        drops = self.product(5000003, name, eye, of["dorzolamide"], of["timolol"])
        self.branded(5000004, f"{name} [Cosopt]", drops, cosopt, eye)
        azithromycin = "azithromycin 250 MG Oral Tablet"
        self.product(5000005, azithromycin, tablet, of["azithromycin"])
        inert = self.product(5000006, "inert ingredients 1 MG Oral Tablet", tablet, 748794)
        pack = self.concept(5000007, "BPCK", f"{{6 ({azithromycin} [Zithromax]) }} Pack [Z-PAK]")
        self.relate(pack, "contains", 5000005)
        self.relate(pack, "contains", inert)
        name = "2 ML magnesium sulfate 500 MG/ML Injection"
        self.product(5000008, name, injection, of["magnesium sulfate"])
        self.product(5000009, "novelolol 5 MG Sprayed Wonder Form", 7000002, of["novelolol"])
        self.concept(5000010, "PIN", "esomeprazole magnesium")
        self.relate(5000010, "form_of", of["esomeprazole"])
        salts = [of[salt] for salt in of if salt.endswith(("chloride", "acetate", "gluconate"))]
        name = "magnesium chloride 0.3 MG/ML / sodium gluconate 5 MG/ML Injectable Solution"
        self.product(5000014, name, injection, *salts)
        self._two_brands()
        # One of its two parts leads nowhere: half a combination hides the other half.
        broken = self.product(5000020, "half known 1 MG Oral Tablet", tablet, of["metoprolol"])
        self.relate(broken, "consists_of", self.concept(5000021, "SCDC", "lost part"))
        self.concept(5000022, "SCD", "metoprolol 12.5 MG Oral Tablet", "O")
        self.relate(5000022, "has_ingredients", of["metoprolol"])

    def _two_brands(self) -> None:
        """A name under which two different drugs are sold is no combination of both."""
        of, tablet = INGREDIENTS, 317541
        twice = self.brand(8000005, "Duplexa", of["metoprolol"], of["esomeprazole"])
        other = self.product(5000011, "esomeprazole 20 MG Oral Tablet", tablet, of["esomeprazole"])
        self.branded(5000012, "metoprolol [Duplexa]", 5000001, twice, tablet)
        self.branded(5000013, "esomeprazole [Duplexa]", other, twice, tablet)

    def _codes(self) -> None:
        self.code("ATC", "IN", "C07AB02", INGREDIENTS["metoprolol"])
        self.code("ATC", "IN", "C07AB99", INGREDIENTS["novelolol"])
        self.code("ATC", "IN", "S01ED01", INGREDIENTS["timolol"])
        self.code("ATC", "PT", "C07AB", INGREDIENTS["metoprolol"])
        self.code("SNOMEDCT_US", "PT", "372826007", INGREDIENTS["metoprolol"])
        self.code("MTHSPL", "SU", "GEB06NHM23", INGREDIENTS["metoprolol"])
        self.ndc(5000001, "00781123401")
        self.ndc(5000001, "0781-1234-05", "MTHSPL")
        self.ndc(5000003, "00006336035")
        self.ndc(5000008, "00006033601")
        self.ndc(5000008, "12345067890")
        self.ndc(5000001, "12345678900")
        self.ndc(5000005, "55555-444-22", "MTHSPL")
        self.add("RXNCUI", {0: 4000001, 4: 4000002})
        self.add("RXNCUICHANGES", {5: 4000002, 6: 5000001})
        self.add("RXNATOMARCHIVE", {12: 4000003, 13: "RXNORM", 15: 5000003})

    def write(self, folder: Path) -> Path:
        (folder / "rrf").mkdir(parents=True)
        for name in WIDTHS:
            (folder / "rrf" / f"{name}.RRF").write_text(self.text(name), "utf-8")
        return folder

    def zipped(self, path: Path) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in WIDTHS:
                archive.writestr(f"rrf/{name}.RRF", self.text(name))
                archive.writestr(f"prescribe/rrf/{name}.RRF", "deeper down, and not read\n")
        return path

    def text(self, name: str) -> str:
        return "".join("|".join((*row, "\n")) for row in self.rows[name])
