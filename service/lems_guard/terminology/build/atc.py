"""ATC codes of the drugs that the most important classes hold, and of no others.

The ATC is not ours to give away: a site that codes its orders in it brings a release that has it.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from lems_guard.terminology.build.rows import parts, read_rows
from lems_guard.terminology.build.substances import Substances

COLUMNS = ("code", "ingredients", "source")
# As the facts name the classes that worsen weakness most, and the drug of LEMS itself.
CLASSES = frozenset(
    {"aminoglycoside", "beta_blocker", "fluoroquinolone", "k_channel_blocker"}
    | {"macrolide_ketolide", "magnesium"}
)
# Groups of combinations: their codes do not tell the second ingredient.
COMBINATIONS = ("A02AD", "A02AF", "A02AH", "A02AX", "A02BD", "A06AD10", "C07B", "C07C", "C07D")
COMBINED_TOO = ("C07E", "C07F", "C09", "C10B", "D07", "J01R", "S01C", "S02C", "S03C", "V03AE")
FIRST_COMBINED = 50


def atc_rows(sources: Path, substances: Substances) -> Iterator[tuple[str, str, str]]:
    """Each code of one drug alone; one that several drugs claim is left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in read_rows(sources / "drug_facts.tsv"):
        name = substances.ingredient(row["ingredient_inn"])
        for code in parts(row["atc_codes"]):
            found[code].add(name if CLASSES & set(parts(row["groups"])) else "")
    for code, names in sorted(found.items()):
        name = names.pop() if len(names) == 1 else ""
        if name in substances.rxcui and _is_single(code):
            yield code, name, "drug_facts, ATC of the WHO Collaborating Centre"
    for row in read_rows(sources / "atc_combinations.tsv", optional=True):
        names = {substances.ingredient(each) for each in parts(row["ingredients"])}
        if names <= substances.rxcui.keys():
            yield row["code"], ";".join(sorted(names)), "products with ATC codes"


def _is_single(code: str) -> bool:
    return (
        code[5:].isdigit()
        and int(code[5:]) < FIRST_COMBINED
        and not code.startswith(COMBINATIONS + COMBINED_TOO)
    )
