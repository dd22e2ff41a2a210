"""Writing the tables that are built: ingredients, names, brands, products and ATC codes."""

from collections import defaultdict
from pathlib import Path

from lems_guard.terminology.build.around import WordsAround
from lems_guard.terminology.build.atc import COLUMNS as ATC_COLUMNS
from lems_guard.terminology.build.atc import atc_rows
from lems_guard.terminology.build.brands import BrandRow, BrandSources, brand_rows
from lems_guard.terminology.build.countries import NationalLists
from lems_guard.terminology.build.cvx import COLUMNS as CVX_COLUMNS
from lems_guard.terminology.build.cvx import cvx_rows
from lems_guard.terminology.build.evidence import check, seconded
from lems_guard.terminology.build.further import add_bare_names, add_further, add_names
from lems_guard.terminology.build.generic import Generics
from lems_guard.terminology.build.listed import Listed
from lems_guard.terminology.build.products import product_rows
from lems_guard.terminology.build.rows import read_rows, write_rows
from lems_guard.terminology.build.rxnorm import (
    RxNormProduct,
    add_components,
    brand_keys,
    leading,
    read_names,
    read_product,
)
from lems_guard.terminology.build.substances import Substances, collect_substances
from lems_guard.terminology.build.unii import COLUMNS as UNII_COLUMNS
from lems_guard.terminology.build.unii import unii_rows
from lems_guard.terminology.words import key_of

PRODUCT_COLUMNS = ("rxcui", "ingredients", "route", "strength", "source")


def build(sources: Path, directory: Path) -> dict[str, int]:
    """Write the built tables beside the hand-made ones; how many rows each has."""
    words = WordsAround.read(directory)
    substances, products, names = _substances(sources, directory, words)
    brand_sources = BrandSources(
        sources, directory / "by_hand", products, words.salts, words.form_routes, words.of_sigs
    )
    rows = brand_rows(brand_sources, substances)
    brands = {key_of(row.brand) for row in rows}
    listed = Listed(substances, words.salts)
    generics = Generics(frozenset(substances.names), words.around, words.measures)
    add_names(sources, substances, listed, brands | words.of_sigs, generics)
    rows += _national(brand_sources, substances, rows, words)
    check(
        ((name, *told) for name, told in _ingredients(substances).items()),
        words.of_sigs - words.salts,
    )
    written = {
        "atc.tsv": write_rows(directory / "atc.tsv", ATC_COLUMNS, atc_rows(sources, substances)),
        "brands.tsv": write_rows(
            directory / "brands.tsv", BrandRow._fields, _as_mixtures(rows, directory)
        ),
        "cvx.tsv": write_rows(
            directory / "cvx.tsv", CVX_COLUMNS, cvx_rows(directory / "by_hand", substances)
        ),
        "ingredients.tsv": _write_ingredients(directory, substances),
        "names.tsv": _write_names(directory, substances),
        "unii.tsv": write_rows(
            directory / "unii.tsv", UNII_COLUMNS, unii_rows(sources, substances)
        ),
        "products.tsv": write_rows(directory / "products.tsv", PRODUCT_COLUMNS, ()),
    }
    # Products are read with the vocabulary just written, by the same eyes as an order.
    products_found = product_rows(names, directory)
    written["products.tsv"] = write_rows(
        directory / "products.tsv", PRODUCT_COLUMNS, products_found
    )
    return written


def _substances(
    sources: Path, directory: Path, words: WordsAround
) -> tuple[Substances, list[RxNormProduct], dict[str, str]]:
    """Every substance with its names, and RxNorm's products and names."""
    by_hand = directory / "by_hand"
    substances = collect_substances(sources, by_hand)
    names = read_names(sources)
    before = leading(words.qualifiers)
    found = (read_product(name, before) for name in names.values())
    products = [product for product in found if product is not None]
    brands = brand_keys(sources, by_hand)
    add_components(substances, products, names, words.salts, brands, seconded(sources))
    add_further(sources, substances)
    add_bare_names(substances)
    return substances, products, names


def _national(
    sources: BrandSources, substances: Substances, rows: list[BrandRow], words: WordsAround
) -> list[BrandRow]:
    """The brands of national lists that are not known yet, or mean something else there."""
    known: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for row in rows:
        known[key_of(row.brand)].add(tuple(row.ingredients.split(";")))
    by_hand = {key_of(row.brand) for row in rows if row.source.startswith("hand")}
    names = frozenset(substances.names)
    lists = NationalLists(
        sources.directory,
        substances,
        Listed(substances, words.salts),
        Generics(names, words.around, words.measures),
    )
    settled = by_hand | words.of_sigs | words.no_brands | names
    return [
        BrandRow(brand, ingredients, places, route, "national lists")
        for brand, ingredients, places, route in lists.rows(known, settled)
    ]


def _as_mixtures(brands: list[BrandRow], directory: Path) -> list[BrandRow]:
    """The brands of bags as what the bags are, by what they hold."""
    rows = read_rows(directory / "mixtures.tsv", optional=True)
    mixtures = {row["ingredients"]: row["mixture"] for row in rows}
    return [
        row._replace(ingredients=mixtures.get(row.ingredients, row.ingredients)) for row in brands
    ]


def _ingredients(substances: Substances) -> dict[str, tuple[str, str]]:
    return {name: (code, substances.source[name]) for name, code in substances.rxcui.items()}


def _write_ingredients(directory: Path, substances: Substances) -> int:
    rows = [(name, *told) for name, told in _ingredients(substances).items()]
    return write_rows(directory / "ingredients.tsv", ("name", "rxcui", "source"), rows)


def _write_names(directory: Path, substances: Substances) -> int:
    rows = [
        (name, ";".join(ingredients), source)
        for meanings in substances.names.values()
        for ingredients, (name, source) in meanings.items()
    ]
    return write_rows(directory / "names.tsv", ("name", "ingredients", "source"), rows)
