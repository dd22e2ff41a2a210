"""Writing the tables that are built: ingredients, names and brands."""

from pathlib import Path

from lems_guard.terminology.build.brands import brand_rows
from lems_guard.terminology.build.rows import write_rows
from lems_guard.terminology.build.substances import Substances, collect_substances


def build(facts: Path, directory: Path) -> dict[str, int]:
    """Write the built tables beside the hand-made ones; how many rows each has."""
    by_hand = directory / "by_hand"
    substances = collect_substances(facts, by_hand)
    brands = brand_rows(facts, by_hand, substances)
    return {
        "ingredients.tsv": _write_ingredients(directory, substances),
        "names.tsv": _write_names(directory, substances),
        "brands.tsv": write_rows(
            directory / "brands.tsv", ("brand", "ingredients", "jurisdictions", "source"), brands
        ),
    }


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
