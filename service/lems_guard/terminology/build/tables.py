"""Writing the tables that are built: ingredients, names, brands, products and ATC codes."""

from pathlib import Path

from lems_guard.terminology.build.atc import COLUMNS as ATC_COLUMNS
from lems_guard.terminology.build.atc import atc_rows
from lems_guard.terminology.build.brands import BrandRow, BrandSources, brand_rows
from lems_guard.terminology.build.products import product_rows
from lems_guard.terminology.build.rows import read_rows, write_rows
from lems_guard.terminology.build.rxnorm import (
    add_components,
    brand_keys,
    read_names,
    read_product,
)
from lems_guard.terminology.build.substances import Substances, collect_substances
from lems_guard.terminology.words import key_of

SIG_TABLES = ("routes.tsv", "forms.tsv", "frequencies.tsv", "units.tsv", "words.tsv")
PRODUCT_COLUMNS = ("rxcui", "ingredients", "route", "strength", "source")


def build(facts: Path, directory: Path) -> dict[str, int]:
    """Write the built tables beside the hand-made ones; how many rows each has."""
    by_hand = directory / "by_hand"
    substances = collect_substances(facts, by_hand)
    names = read_names(facts)
    found = (read_product(name) for name in names.values())
    products = [product for product in found if product is not None]
    salts = frozenset(
        key_of(row["word"]) for row in read_rows(directory / "words.tsv") if row["kind"] == "salt"
    )
    add_components(substances, products, names, salts, brand_keys(facts, by_hand))
    form_routes = {key_of(row["word"]): row["route"] for row in read_rows(directory / "forms.tsv")}
    sources = BrandSources(facts, by_hand, products, salts, form_routes, _sig_words(directory))
    brands = _as_mixtures(brand_rows(sources, substances), directory)
    atc = atc_rows(facts, substances)
    written = {
        "atc.tsv": write_rows(directory / "atc.tsv", ATC_COLUMNS, atc),
        "brands.tsv": write_rows(directory / "brands.tsv", BrandRow._fields, brands),
        "ingredients.tsv": _write_ingredients(directory, substances),
        "names.tsv": _write_names(directory, substances),
        "products.tsv": write_rows(directory / "products.tsv", PRODUCT_COLUMNS, ()),
    }
    # Products are read with the vocabulary just written, by the same eyes as an order.
    rows = product_rows(names, directory)
    return written | {"products.tsv": write_rows(directory / "products.tsv", PRODUCT_COLUMNS, rows)}


def _as_mixtures(brands: list[BrandRow], directory: Path) -> list[BrandRow]:
    """The brands of bags as what the bags are, by what they hold."""
    rows = read_rows(directory / "mixtures.tsv", optional=True)
    mixtures = {row["ingredients"]: row["mixture"] for row in rows}
    return [
        row._replace(ingredients=mixtures.get(row.ingredients, row.ingredients)) for row in brands
    ]


def _sig_words(directory: Path) -> frozenset[str]:
    """The words of a sig, each alone."""
    cells = [next(iter(row.values())) for file in SIG_TABLES for row in read_rows(directory / file)]
    return frozenset(key_of(cell) for cell in cells)


def _write_ingredients(directory: Path, substances: Substances) -> int:
    rows = [(name, rxcui, substances.source[name]) for name, rxcui in substances.rxcui.items()]
    return write_rows(directory / "ingredients.tsv", ("name", "rxcui", "source"), rows)


def _write_names(directory: Path, substances: Substances) -> int:
    rows = [
        (name, ";".join(ingredients), source)
        for meanings in substances.names.values()
        for ingredients, (name, source) in meanings.items()
    ]
    return write_rows(directory / "names.tsv", ("name", "ingredients", "source"), rows)
