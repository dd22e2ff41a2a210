"""Brands: which ingredients each holds, and where that is so."""

import re
from collections.abc import Iterator
from pathlib import Path

from lems_guard.terminology.build.rows import parts, read_rows
from lems_guard.terminology.build.substances import Substances, sources_in
from lems_guard.terminology.words import key_of

# What the facts append to a brand and no order says.
_APPENDED = re.compile(r"\s{2,}.*|\s*\([^)]*\)|\s+In Plastic Container.*", re.IGNORECASE)
_SALT_WORDS = re.compile(
    r"(?:[ ,]+(?:hydrochloride|sulfate|phosphate|acetate|sodium|zinc|nitrate|acetyl|fumarate|"
    r"maleate|tartrate|succinate|potassium|disodium|glacial|anhydrous|ethylsuccinate|aceponate|"
    r"acetonide|hemihydrate|dihydrate|monobasic|dibasic|hydrobromide|citrate|bromide|valerate))+$"
)

BrandRow = tuple[str, str, str, str]


def brand_rows(facts: Path, by_hand: Path, substances: Substances) -> list[BrandRow]:
    """Rows of the brand table. Hand-made rows replace, combinations come before single brands.

    A brand lexicon from UNII alone would hide a β-blocker in Ziac: its column is never read.
    """
    rows: list[BrandRow] = []
    settled: set[str] = set()
    for source in (_by_hand(by_hand), _combinations(facts, substances), _singles(facts)):
        found = [row for row in source if row[0] and key_of(row[0]) not in settled]
        settled.update(key_of(row[0]) for row in found)
        rows += [_with_known_ingredients(row, substances) for row in found]
    return [row for row in rows if row[1]]


def _by_hand(by_hand: Path) -> Iterator[BrandRow]:
    for row in read_rows(by_hand / "brands.tsv"):
        yield row["brand"], row["ingredients"], row["jurisdictions"], f"hand: {row['reason']}"


def _combinations(facts: Path, substances: Substances) -> Iterator[BrandRow]:
    for row in read_rows(facts / "vocab_combos.tsv"):
        names = {part for name in parts(row["ingredients"]) for part in _part(name, substances)}
        source = f"vocab_combos[{row['source'].replace(';', ',')}]"
        for name in names:
            substances.add(name, "", source)
        for brand in {row["brand"], _plain(row["brand"])}:
            yield brand, ";".join(sorted(names)), "", source


def _singles(facts: Path) -> Iterator[BrandRow]:
    for row in read_rows(facts / "vocab_facts.tsv"):
        source = f"vocab_facts[{sources_in(row['source'], 'brands')}]"
        for brand in parts(row["brands"]):
            for spelling in {brand, _plain(brand)}:
                yield spelling, row["ingredient_inn"], "", source


def _part(name: str, substances: Substances) -> tuple[str, ...]:
    """The ingredients of one part of a combination: by its name, else by that of its base."""
    known = substances.lookup(name)
    return known or substances.lookup(_SALT_WORDS.sub("", name)) or (name,)


def _with_known_ingredients(row: BrandRow, substances: Substances) -> BrandRow:
    brand, ingredients, jurisdictions, source = row
    names = {substances.ingredient(name) for name in parts(ingredients)} - substances.skipped
    for name in names:
        substances.add(name, "", source)
    return brand, ";".join(sorted(names)), jurisdictions, source


def _plain(brand: str) -> str:
    return _APPENDED.sub("", brand.replace('"', "")).strip()
