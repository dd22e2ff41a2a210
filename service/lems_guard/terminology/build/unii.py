"""UNII codes → ingredients."""

from collections.abc import Iterator
from pathlib import Path

from lems_guard.terminology.build.rows import parts, read_rows
from lems_guard.terminology.build.substances import Substances

COLUMNS = ("code", "ingredients", "source")


def unii_rows(sources: Path, substances: Substances) -> Iterator[tuple[str, str, str]]:
    """A row for each code whose ingredients are all known."""
    for row in read_rows(sources / "unii.tsv", optional=True):
        names = {substances.ingredient(name) for name in parts(row["ingredients"])}
        if names and names <= substances.rxcui.keys():
            yield row["unii"], ";".join(sorted(names)), "FDA UNII list, DrugBank vocabulary"
    for row in read_rows(sources / "further_substances.tsv", optional=True):
        if row["unii"] and row["ingredient"] in substances.rxcui:
            yield row["unii"], row["ingredient"], "DrugBank vocabulary"
