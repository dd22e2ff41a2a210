"""Whether a substance is one: by a code, by a second source, or by a person who looked.

A name that is only a part of RxNorm's product names may be a qualifier, a form or a brand. Taken
for an ingredient, it would answer "recognised, not flagged" to an order that nobody understood.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from lems_guard.terminology.build.rows import parts, read_rows
from lems_guard.terminology.words import key_of

NAME_LISTS = ("names_uk.tsv", "names_va.tsv", "names_fr.tsv", "names_drugbank.tsv")


class JunkIngredient(Exception):
    """An ingredient that is none, with the reason."""


def seconded(sources: Path) -> frozenset[str]:
    """The keys of all substances that another source than RxNorm's product names knows."""
    return frozenset(key_of(name) for name in _named(sources))


def _named(sources: Path) -> Iterator[str]:
    for name in NAME_LISTS:
        for row in read_rows(sources / name, optional=True):
            yield row["name"]
            yield from parts(row["substances"])
            yield from parts(row["ingredients"])
    for file in sorted(sources.glob("brands_*.tsv")):
        for row in read_rows(file):
            yield from parts(row["substances"])
            yield from parts(row["ingredients"])
    for row in read_rows(sources / "unii.tsv", optional=True):
        yield from parts(row["ingredients"])


def check(ingredients: Iterable[tuple[str, str, str]], around: frozenset[str]) -> None:
    """Refuse an ingredient whose every word is one that stands around names.

    `ingredients` are name, code and source; `around` the words for forms, qualifiers and salts.
    """
    for name, rxcui, source in ingredients:
        if not rxcui and not source.startswith("hand") and key_of(name) in around:
            raise JunkIngredient(f"'{name}' ({source}) is a word around names, no substance")
