"""Reading and writing tab-separated tables whose first line names the columns."""

from collections.abc import Iterable
from pathlib import Path


def read_rows(path: Path, *, optional: bool = False) -> list[dict[str, str]]:
    """The rows of a table by column name; an optional table that is absent is empty."""
    if optional and not path.exists():
        return []
    header, *lines = path.read_text("utf-8").splitlines()
    columns = header.split("\t")
    return [dict(zip(columns, _cells(line, len(columns)), strict=True)) for line in lines if line]


def write_rows(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> int:
    """Write the rows, sorted and each once; how many there were."""
    lines = sorted({"\t".join(row) for row in rows})
    path.write_text("\n".join(("\t".join(columns), *lines)) + "\n", "utf-8")
    return len(lines)


def parts(cell: str) -> list[str]:
    """The non-empty items of a cell that holds a list."""
    return [item.strip() for item in cell.split(";") if item.strip()]


def _cells(line: str, width: int) -> list[str]:
    cells = [cell.strip() for cell in line.split("\t")]
    return (cells + [""] * width)[:width]
