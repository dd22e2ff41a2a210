"""Reading and writing tab-separated tables whose first line names the columns."""

from collections.abc import Iterable
from pathlib import Path


def read_rows(path: Path, *, optional: bool = False) -> list[dict[str, str]]:
    """The rows of a table by column name; an optional table that is absent is empty.

    Lines before the names of the columns that begin with `#` say where the table comes from.
    """
    if optional and not path.exists():
        return []
    lines = path.read_text("utf-8").splitlines()
    while lines[0].startswith("#"):
        del lines[0]
    columns = lines[0].split("\t")
    rows = (_cells(line, len(columns)) for line in lines[1:] if line)
    return [dict(zip(columns, cells, strict=True)) for cells in rows]


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
