"""CVX codes → vaccines; a code that does not tell which of two has a row for each."""

from collections.abc import Iterator
from pathlib import Path

from lems_guard.terminology.build.rows import parts, read_rows
from lems_guard.terminology.build.substances import Substances

COLUMNS = ("code", "ingredients", "source")


def cvx_rows(by_hand: Path, substances: Substances) -> Iterator[tuple[str, str, str]]:
    """A row for each code and each vaccine that it may be."""
    for row in read_rows(by_hand / "cvx.tsv", optional=True):
        names = sorted(substances.ingredient(name) for name in parts(row["ingredients"]))
        unknown = [name for name in names if name not in substances.rxcui]
        if unknown:
            raise KeyError(f"cvx.tsv: code {row['code']}: no ingredient '{unknown[0]}'")
        yield row["code"], ";".join(names), f"hand: {row['reason']}"
