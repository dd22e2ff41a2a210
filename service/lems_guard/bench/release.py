"""A made-up RxNorm release in the shapes of a real one, as large as a full one, always the same.

A real release may not be passed on. What the import must hold in memory grows with concepts and
relations, what it must read with attributes: so there are as many of each as in a full release.
Beside the made-up drugs stand those that every release must hold before it is used.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from lems_guard.terminology.site.checks import MustResolve

# The first code of each kind of made-up concept; real codes are smaller.
INGREDIENT, CLINICAL, COMPONENT, BRANDED, BRAND, RETIRED, DEMANDED = range(
    20_000_000, 90_000_000, 10_000_000
)
TABLET = 317541
PRODUCTS_A_BRAND = 4
OTHER_SOURCES = ("GS", "MMSL", "MTHSPL", "VANDF")
VERSION = "00AA_000000F"


class Scale(NamedTuple):
    """How much a release holds; as large as a full one if nothing else is said."""

    ingredients: int = 14_000
    products: int = 120_000
    retired: int = 60_000
    attribute_bytes: int = 1_200_000_000


class Demand(NamedTuple):
    """A name that must resolve, as a concept of the release."""

    rxcui: int
    kind: str
    name: str
    ingredients: tuple[int, ...]


def write_release(
    folder: Path, scale: Scale, must: Sequence[MustResolve], codes: Mapping[str, str]
) -> int:
    """Write every file of a release; how many bytes the attributes have.

    `must` names what it has to hold, `codes` tells the RxCUI of an ingredient.
    """
    ingredients, demands = demanded(must, codes)
    files: dict[str, Iterable[str]] = {
        "RXNSAB": (f"C1|C1|RXNORM_{VERSION}|RXNORM|RxNorm|RXNORM|{VERSION}{'|' * 19}\n",),
        "RXNCONSO": _concepts(scale, ingredients, demands),
        "RXNREL": _relations(scale, demands),
        "RXNSAT": _attributes(scale),
        "RXNATOMARCHIVE": _archive(scale),
    }
    for name, lines in files.items():
        with (folder / f"{name}.RRF").open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(lines)
    return (folder / "RXNSAT.RRF").stat().st_size


def demanded(
    must: Sequence[MustResolve], codes: Mapping[str, str]
) -> tuple[dict[str, int], list[Demand]]:
    """The ingredients of what must resolve, and the brands and products that hold them."""
    ingredients = {name: int(codes[name]) for each in must for name in each.ingredients}
    found = []
    for place, each in enumerate(must):
        if each.is_product or (each.name,) != each.ingredients:
            kind = "SCD" if each.is_product else "BN"
            parts = tuple(ingredients[name] for name in each.ingredients)
            found.append(Demand(DEMANDED + place, kind, each.name.replace("%", "1"), parts))
    return ingredients, found


def _concepts(
    scale: Scale, ingredients: Mapping[str, int], demands: Iterable[Demand]
) -> Iterator[str]:
    yield _concept(TABLET, "DF", "Oral Tablet")
    for name, rxcui in ingredients.items():
        yield _concept(rxcui, "IN", name)
    for demand in demands:
        yield _concept(demand.rxcui, demand.kind, demand.name)
    for number in range(scale.ingredients):
        yield _concept(INGREDIENT + number, "IN", f"substance{number}")
    for number in range(scale.products):
        yield from _product_concepts(number, f"substance{number % scale.ingredients}")


def _product_concepts(number: int, substance: str) -> Iterator[str]:
    """A clinical drug, its component and its branded drug, as RXNORM and others name them."""
    component, brand = f"{substance} {number % 900 + 1} MG", f"Brand{number // PRODUCTS_A_BRAND}"
    drug = f"{component} Oral Tablet"
    yield _concept(CLINICAL + number, "SCD", drug)
    yield _concept(COMPONENT + number, "SCDC", component)
    yield _concept(BRANDED + number, "SBD", f"{drug} [{brand}]")
    if not number % PRODUCTS_A_BRAND:
        yield _concept(BRAND + number // PRODUCTS_A_BRAND, "BN", brand)
    for source in OTHER_SOURCES:
        yield _concept(CLINICAL + number, "CD", f"{drug.upper()} AS {source} NAMES IT", source)


def _concept(rxcui: int, kind: str, name: str, source: str = "RXNORM") -> str:
    return f"{rxcui}|ENG||||||{rxcui}|{rxcui}|||{source}|{kind}|{rxcui}|{name}||N|4096|\n"


def _relations(scale: Scale, demands: Iterable[Demand]) -> Iterator[str]:
    for demand in demands:
        relation = "has_ingredients" if demand.kind == "SCD" else "tradename_of"
        for ingredient in demand.ingredients:
            yield from _related(demand.rxcui, relation, ingredient)
    for number in range(scale.products):
        yield from _product_relations(number, INGREDIENT + number % scale.ingredients)


def _product_relations(number: int, ingredient: int) -> Iterator[str]:
    clinical, component, branded = CLINICAL + number, COMPONENT + number, BRANDED + number
    brand = BRAND + number // PRODUCTS_A_BRAND
    yield from _related(clinical, "consists_of", component)
    yield from _related(component, "has_ingredient", ingredient)
    yield from _related(branded, "tradename_of", clinical)
    yield from _related(branded, "has_ingredient", brand)
    yield from _related(clinical, "has_dose_form", TABLET)
    yield from _related(branded, "has_dose_form", TABLET)
    yield from _related(clinical, "isa", ingredient)
    yield from _related(branded, "isa", brand)
    if not number % PRODUCTS_A_BRAND:
        yield from _related(brand, "tradename_of", ingredient)
    for source in OTHER_SOURCES:
        yield from _related(clinical, "has_ingredient", ingredient, source)


def _related(subject: int, relation: str, other: int, source: str = "RXNORM") -> tuple[str, str]:
    """Both rows of a relation; in each the second concept stands in it to the first."""
    return (
        f"{other}||CUI|RO|{subject}||CUI|{relation}|{subject}{other}||{source}||||N|4096|\n",
        f"{subject}||CUI|RO|{other}||CUI|inverse_{relation}|{other}{subject}||{source}||||N|4096|\n",
    )


def _attributes(scale: Scale) -> Iterator[str]:
    """One in four is an NDC, every other of them RXNORM's own."""
    written = number = 0
    while written < scale.attribute_bytes:
        rxcui = (CLINICAL if number % 2 else BRANDED) + number % scale.products
        if number % 4:
            name, source, value = "SPL_SET_ID", "MTHSPL", f"{number:032x}-{number:032x}"
        else:
            source = "RXNORM" if number % 8 else "MTHSPL"
            name, value = "NDC", f"{number:011d}"
        line = f"{rxcui}|||{rxcui}|AUI|{rxcui}|AT{number:09d}||{name}|{source}|{value}|N|4096|\n"
        yield line
        written += len(line)
        number += 1


def _archive(scale: Scale) -> Iterator[str]:
    """Retired codes, each merged into a drug of today."""
    for number in range(scale.retired):
        old, new = RETIRED + number, CLINICAL + number % scale.products
        yield f"{old}|A{old}|retired {number}|||||N|ENG|||{VERSION}|{old}|RXNORM|SCD|{new}|\n"
