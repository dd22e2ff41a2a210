"""`lems-guard resolve`: what we make of the text of an order, and how we came to it."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from lems_guard.cli.exit_codes import ExitCode
from lems_guard.cli.output import write_text
from lems_guard.cli.site_settings import site_settings
from lems_guard.clinical.medication import Disposition, Medication, MedicationList, Understood

if TYPE_CHECKING:
    from rich.table import Table

EXIT_CODES = "Exit codes: 0 every text is resolved · 3 not all are · 2 the input is at fault."


def resolve(
    texts: Annotated[list[str], typer.Argument(metavar="TEXT", help="An order as written.")],
    *,
    country: Annotated[
        str, typer.Option(help="Where its brands are sold: two letters of ISO 3166-1.")
    ] = "",
    print_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell the drug, route, dose and frequency in the text of an order, and the trail to them."""
    found = _understood(texts, country.upper())
    if print_json:
        write_text(json.dumps([_as_json(*item) for item in found], ensure_ascii=False) + "\n")
    else:
        for item in found:
            _show(*item)
    resolved = all(item.disposition is Disposition.EVALUATED for _, item in found)
    raise typer.Exit(ExitCode.CLEAR if resolved else ExitCode.UNSURE)


def _understood(texts: list[str], country: str) -> list[tuple[str, Understood]]:
    # Loaded when there is something to resolve, so that `--help` is quick.
    from lems_guard.editions.library import load_edition, packaged_rules, with_site  # noqa: PLC0415

    settings = site_settings()
    loaded = load_edition(settings.rules or packaged_rules())
    edition = with_site(loaded.edition, settings.vocabulary)
    there = country or settings.country or ""
    orders = (Medication("1", MedicationList.PROPOSED, text, country=there) for text in texts)
    return [(order.text, edition.explain(order)) for order in orders]


def _as_json(text: str, understood: Understood) -> dict[str, object]:
    return {
        "text": text,
        "disposition": understood.disposition.name,
        "readings": [
            [{"name": item.name, "rxcui": item.rxcui} for item in reading]
            for reading in understood.readings
        ],
        "route": understood.route.name if understood.route else None,
        "dose": understood.dose._asdict() if understood.dose else None,
        "doses_per_day": understood.doses_per_day,
        "as_needed": understood.as_needed.name if understood.as_needed else None,
        "matched_by": understood.matched_by.name if understood.matched_by else None,
        "suggestions": list(understood.suggestions),
        "notes": list(understood.notes),
        "trail": list(understood.trail),
    }


def _show(text: str, understood: Understood) -> None:
    """A table on a terminal, plain lines in a pipe."""
    if sys.stdout.isatty():
        return _print(_table(text, understood))
    lines = [text if text.strip() else "(no words)"]
    for label, value in _lines(understood):
        each = value.split("\n") if value else []
        lines += [f"  {label}: {part}" for part in each]
    return write_text("\n".join(lines) + "\n")


def _table(text: str, understood: Understood) -> "Table":
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(title=Text(text), show_header=False, title_justify="left", title_style="bold")
    for label, value in _lines(understood):
        if value:
            table.add_row(Text(label, style="dim"), Text(value))
    return table


def _lines(understood: Understood) -> list[tuple[str, str]]:
    dose, per_day = understood.dose, understood.doses_per_day
    as_needed = understood.as_needed
    return [
        ("disposition", understood.disposition.name),
        ("ingredients", "\nor ".join(_in_words(item) for item in understood.readings)),
        ("route", understood.route.name if understood.route else "not known"),
        ("dose", f"{dose.value:g} {dose.unit}" if dose else "not known"),
        ("doses a day", f"{per_day:.3g}" if per_day is not None else "not known"),
        ("as needed", as_needed.name if as_needed else ""),
        ("matched by", understood.matched_by.name if understood.matched_by else ""),
        ("did you mean", "\n".join(understood.suggestions)),
        ("notes", "\n".join(understood.notes)),
        ("trail", "\n".join(understood.trail)),
    ]


def _in_words(reading: tuple[tuple[str, str], ...]) -> str:
    return " + ".join(f"{name} (RxCUI {rxcui})" if rxcui else name for name, rxcui in reading)


def _print(table: "Table") -> None:
    from rich.console import Console  # noqa: PLC0415

    Console().print(table)
