"""Substances and names beyond RxNorm's: of other countries, languages and synonym lists."""

import re
from collections.abc import Collection
from pathlib import Path

from lems_guard.terminology.build.generic import Generics
from lems_guard.terminology.build.listed import Listed
from lems_guard.terminology.build.rows import parts, read_rows
from lems_guard.terminology.build.substances import Substances
from lems_guard.terminology.words import key_of

# In this order: what an earlier list says of a name stands.
NAME_LISTS = {
    "names_uk.tsv": "dm+d",
    "names_va.tsv": "VA National Drug File",
    "names_fr.tsv": "DPD, BDPM",
    "names_it.tsv": "AIFA",
    "names_pt.tsv": "CMED",
    "names_drugbank.tsv": "DrugBank vocabulary",
}
_BIOSIMILAR = re.compile(r"(.+)-[a-z]{4}")
_LONG_WORD = re.compile(r"[^\W\d_]{5}")
_JOINED = re.compile("[/+]")
MOST_WORDS = 8


def add_further(sources: Path, substances: Substances) -> None:
    """Take in the substances that several national lists know and RxNorm's names do not."""
    for row in read_rows(sources / "further_substances.tsv", optional=True):
        source = f"further_substances[{row['seen_in']}]"
        if row["name"] == row["ingredient"]:
            substances.add(row["name"], "", source)
    for row in read_rows(sources / "further_substances.tsv", optional=True):
        if key_of(row["name"]) not in substances.names:
            substances.call(row["name"], (row["ingredient"],), "further_substances synonym")


def add_bare_names(substances: Substances) -> None:
    """`galcanezumab` is RxNorm's `galcanezumab-gnlm`, where one drug alone has the name."""
    bare: dict[str, set[str]] = {}
    for name in substances.rxcui:
        found = _BIOSIMILAR.fullmatch(name)
        if found and key_of(found[1]) not in substances.names:
            bare.setdefault(found[1], set()).add(name)
    for name, meant in bare.items():
        if len(meant) == 1:
            substances.call(name, (meant.pop(),), "INN without the suffix of the US name")


def add_names(
    sources: Path,
    substances: Substances,
    listed: Listed,
    taken: Collection[str],
    generics: Generics,
) -> None:
    """The names of other lists, as far as every part of what they hold is known.

    `taken` are words that mean something else in an order: brands, and the words of a sig. A
    combination that is told by the names of its parts is left to the reader.
    """
    for file, source in NAME_LISTS.items():
        for row in read_rows(sources / file, optional=True):
            key = key_of(row["name"])
            if key in substances.names or key in taken or not _is_name(key):
                continue
            if _JOINED.search(key) and generics.tells(key):
                continue
            ingredients = _ingredients(row, substances, listed)
            if ingredients:
                substances.call(row["name"], ingredients, source)


def _is_name(key: str) -> bool:
    """Names of chemistry and mere abbreviations are no names of orders."""
    return key.count(" ") < MOST_WORDS and bool(_LONG_WORD.search(key))


def _ingredients(row: dict[str, str], substances: Substances, listed: Listed) -> tuple[str, ...]:
    names = {substances.ingredient(name) for name in parts(row["ingredients"])}
    if names and names <= substances.rxcui.keys():
        return tuple(sorted(names))
    return listed.ingredients(row["substances"])
