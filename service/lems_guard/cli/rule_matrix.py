"""The matrix of the rules on one screen: drugs with one pattern share a line, worst first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from lems_guard.cli.rule_card import STYLES
from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import Severity
from lems_guard.knowledge.matrix import MatrixCell, MatrixRow
from lems_guard.papers.words import routes_in_words

LETTERS = {
    Severity.CONTRAINDICATED: "X",
    Severity.AVOID: "A",
    Severity.CAUTION: "C",
    Severity.MONITOR: "M",
    Severity.INFORMATION: "i",
}
SILENT = "·"
# As prescribers write them, where they have a way to.
CODES = {
    Route.ORAL: "PO",
    Route.SUBLINGUAL: "SL",
    Route.BUCCAL: "BU",
    Route.ENTERAL_TUBE: "FT",
    Route.INTRAVENOUS: "IV",
    Route.INTRAMUSCULAR: "IM",
    Route.SUBCUTANEOUS: "SC",
    Route.INTRADERMAL: "ID",
    Route.INTRATHECAL: "IT",
    Route.EPIDURAL: "EP",
    Route.INTRAPERITONEAL: "IP",
    Route.INTRAPLEURAL: "PL",
    Route.INTRA_ARTICULAR: "IA",
    Route.INTRAVESICAL: "BL",
    Route.LOCAL_INJECTION: "LI",
    Route.INHALED: "IH",
    Route.NASAL: "NA",
    Route.OPHTHALMIC: "EY",
    Route.OTIC: "EA",
    Route.TOPICAL: "SK",
    Route.TRANSDERMAL: "TD",
    Route.RECTAL: "PR",
    Route.VAGINAL: "PV",
    Route.IRRIGATION: "IR",
    Route.EXTRACORPOREAL: "EC",
}

Column: TypeAlias = tuple[Route, ...]
Pattern: TypeAlias = tuple[MatrixCell | None, ...]


def matrix_as_json(rows: Iterable[MatrixRow]) -> list[dict[str, Any]]:
    """The matrix as plain data."""
    return [
        {
            "name": row.name,
            "class": row.is_class,
            "stopped": row.stopped,
            "routes": {
                route.name: {"severity": cell.severity.name, "conditional": cell.conditional}
                for route, cell in sorted(row.cells.items())
            },
        }
        for row in rows
    ]


def matrix_table(found: Sequence[MatrixRow], *, whole: bool) -> RenderableType:
    """The matrix with its legend; routes between which no line differs share a column.

    Unless the whole is wanted, or there is nothing else, it is of classes that are given.
    """
    rows = [row for row in found if whole or (row.is_class and not row.stopped)] or found
    columns = _columns(rows)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for letter in (0, 1):
        table.add_row(Text(" ".join(CODES[column[0]][letter] for column in columns), "bold"), "")
    for pattern, names in _lines(rows, columns):
        table.add_row(_drawn(pattern), Text(", ".join(names)))
    left_out = len(found) - len(rows)
    notes = [Text("In LEMS, and beside the other drug of an interaction.")]
    if left_out:
        notes.append(Text(f"Not shown: {left_out} single or stopped drugs (--all)."))
    return Group(table, Text(), _severities(), _routes(columns), *notes)


def _columns(rows: Iterable[MatrixRow]) -> list[Column]:
    alike: dict[tuple[MatrixCell | None, ...], list[Route]] = defaultdict(list)
    for route in CODES:
        alike[tuple(row.cells.get(route) for row in rows)].append(route)
    return [tuple(routes) for routes in alike.values()]


def _lines(rows: Iterable[MatrixRow], columns: Iterable[Column]) -> list[tuple[Pattern, list[str]]]:
    """The drugs of each pattern, the worst pattern first."""
    alike: dict[Pattern, list[str]] = defaultdict(list)
    firsts = [column[0] for column in columns]
    for row in rows:
        pattern = tuple(row.cells.get(route) for route in firsts)
        alike[pattern].append(f"{row.name} (stopped)" if row.stopped else row.name)
    return sorted(alike.items(), key=lambda line: _gravity(line[0]), reverse=True)


def _gravity(pattern: Pattern) -> tuple[list[tuple[int, bool]], int]:
    """The worst cells first; of two that begin alike, the one that says more."""
    said = [(cell.severity.value, not cell.conditional) for cell in pattern if cell]
    return sorted(said, reverse=True), len(said)


def _drawn(pattern: Pattern) -> Text:
    return Text.assemble(*(_cell(cell) for cell in pattern))


def _cell(cell: MatrixCell | None) -> tuple[str, str]:
    if cell is None:
        return f"{SILENT} ", "dim"
    return LETTERS[cell.severity] + ("?" if cell.conditional else " "), STYLES[cell.severity]


def _severities() -> Text:
    words: list[str | tuple[str, str]] = []
    for severity, letter in LETTERS.items():
        words += [(letter, STYLES[severity]), f" {severity.name}  "]
    return Text.assemble(*words, "? if a condition holds")


def _routes(columns: Iterable[Column]) -> Text:
    """What each column stands for."""
    words: list[str | tuple[str, str]] = []
    for column in columns:
        words += [(CODES[column[0]], "bold"), f" {routes_in_words(frozenset(column))}  "]
    return Text.assemble(*words)
