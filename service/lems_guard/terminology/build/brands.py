"""Brands: which ingredients each holds, and where that is so."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from lems_guard.terminology.build.rows import parts, read_rows
from lems_guard.terminology.build.rxnorm import RxNormProduct, base_of, brands_of
from lems_guard.terminology.build.substances import Substances, sources_in
from lems_guard.terminology.words import key_of

# What the facts append to a brand and no order says.
_APPENDED = re.compile(r"\s{2,}.*|\s*\([^)]*\)|\s+In Plastic Container.*", re.IGNORECASE)
_ROUTES = {"oral": "ORAL", "ophthalmic": "OPHTHALMIC", "otic": "OTIC", "topical": "TOPICAL"}
_ROUTES |= {"irrigation": "IRRIGATION"}


class BrandRow(NamedTuple):
    """A row of the brand table; the route only where every product of the brand has it."""

    brand: str
    ingredients: str
    countries: str
    route: str
    source: str


@dataclass(frozen=True)
class BrandSources:
    """Where brands are read from, beside the facts' single brands."""

    directory: Path
    by_hand: Path
    products: list[RxNormProduct]
    salts: frozenset[str]
    form_routes: dict[str, str]
    sig_words: frozenset[str]


def brand_rows(sources: BrandSources, substances: Substances) -> list[BrandRow]:
    """Rows of the brand table. Hand-made rows replace, combinations come before single brands.

    A brand lexicon from UNII alone would hide a β-blocker in Ziac: its column is never read.
    A brand that is also a word of a sig (`Daily`) would add a drug to other orders: left out.
    """
    rows: list[BrandRow] = []
    settled = set(sources.sig_words)
    for source in (
        _by_hand(sources.by_hand),
        _combinations(sources, substances),
        _from_products(sources, substances),
        _singles(sources.directory),
    ):
        found = [row for row in source if key_of(row.brand) and key_of(row.brand) not in settled]
        settled.update(key_of(row.brand) for row in found)
        rows += [_with_known_ingredients(row, substances) for row in found]
    return [row for row in rows if row.ingredients]


def _by_hand(by_hand: Path) -> Iterator[BrandRow]:
    for row in read_rows(by_hand / "brands.tsv"):
        source = f"hand: {row['reason']}"
        places, route = row["countries"], row["route"]
        yield BrandRow(row["brand"], row["ingredients"], places, route, source)


def _combinations(sources: BrandSources, substances: Substances) -> Iterator[BrandRow]:
    for row in read_rows(sources.directory / "combinations.tsv"):
        source = f"combinations[{row['source'].replace(';', ',')}]"
        names: set[str] = set()
        for part in parts(row["ingredients"]):
            names.update(_part(part, source, sources, substances))
        route = _ROUTES.get(row["routes_seen"], "")
        for brand in sorted({row["brand"], _plain(row["brand"])}):
            yield BrandRow(brand, ";".join(sorted(names)), "", route, source)


def _from_products(sources: BrandSources, substances: Substances) -> Iterator[BrandRow]:
    for brand, names, route in brands_of(sources.products, substances, sources.form_routes):
        for spelling in sorted({brand, _plain(brand)}):
            yield BrandRow(spelling, ";".join(names), "", route, "rxnorm_names")


def _singles(sources: Path) -> Iterator[BrandRow]:
    for row in read_rows(sources / "drug_facts.tsv"):
        source = f"drug_facts[{sources_in(row['source'], 'brands')}]"
        for brand in parts(row["brands"]):
            for spelling in sorted({brand, _plain(brand)}):
                yield BrandRow(spelling, row["ingredient_inn"], "", "", source)


def _part(name: str, source: str, sources: BrandSources, substances: Substances) -> tuple[str, ...]:
    """The ingredients of one part of a combination: by its name, else by that of its base."""
    base = base_of(name, substances, sources.salts)
    known = substances.lookup(name) or substances.lookup(base)
    if known is None:
        substances.add(base, "", source)
        known = (substances.ingredient(base),)
    return known


def _with_known_ingredients(row: BrandRow, substances: Substances) -> BrandRow:
    names = {substances.ingredient(name) for name in parts(row.ingredients)} - substances.skipped
    for name in sorted(names):
        substances.add(name, "", row.source)
    return row._replace(ingredients=";".join(sorted(names)))


def _plain(brand: str) -> str:
    return _APPENDED.sub("", brand.replace('"', "")).strip()
