"""`lems-guard bench`: measure speed and show it beside the goals."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lems_guard.cli.output import write_text
from lems_guard.cli.rules import RulesDir

if TYPE_CHECKING:
    from lems_guard.bench.figures import Measured
    from lems_guard.bench.run import Plan

NOT_MEASURED = 1
CAUTION = (
    "Ratios of medians over interleaved rounds of this run, in CPU time; in brackets the lowest "
    "and highest round. Seconds and MB are of this machine. Goals are shown, not enforced."
)


def bench(
    rules: RulesDir = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="End within a minute.")] = False,
    release: Annotated[
        bool,
        typer.Option("--release", help="Import a generated RxNorm release of full size too."),
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures here too.")
    ] = None,
) -> None:
    """Measure speed and memory, and show each figure beside its goal.

    Ends with 0 when all was measured, whatever the figures; with 1 when something could not be.
    """
    from lems_guard.bench.run import measurements  # noqa: PLC0415 - only needed here
    from lems_guard.editions.library import packaged_rules  # noqa: PLC0415

    plan = _plan(quick=quick, release=release)
    if json_file is not None:
        _try_to_open(json_file)
    found = list(_told(measurements(rules or packaged_rules(), plan)))
    if json_file is not None:
        content = json.dumps(as_json(found, quick=quick), ensure_ascii=False, indent=2)
        json_file.write_text(content + "\n", "utf-8")
    console = Console()
    with console.capture() as shown:
        console.print(table_of(found), Text(CAUTION, style="dim"))
    write_text(shown.get())
    if any(measured.failed for measured in found):
        raise typer.Exit(NOT_MEASURED)


def _try_to_open(file: Path) -> None:
    """Refuse a file that could not be written, before all the measuring."""
    try:
        file.open("a", encoding="utf-8").close()
    except OSError as fault:
        raise typer.BadParameter(f"--json {file}: {fault.strerror}") from None


def _plan(*, quick: bool, release: bool) -> "Plan":
    from lems_guard.bench.run import FULL, QUICK, WITH_RELEASE  # noqa: PLC0415

    if quick and release:
        raise typer.BadParameter("a full release takes minutes: not with --quick")
    return QUICK if quick else WITH_RELEASE if release else FULL


def _told(measured: "Iterable[Measured]") -> "Iterable[Measured]":
    """Name each figure on standard error as it comes, since all of them take a while."""
    for each in measured:
        value = f"{each.figure.value:.3g}" if each.figure else each.remark
        typer.echo(f"{each.subject.key}: {value}", err=True)
        yield each


def as_json(found: "list[Measured]", *, quick: bool) -> dict[str, Any]:
    """Every measured key with its value; how it was measured stands under `spread`."""
    values = {each.subject.key: each.figure for each in found}
    figures = {key: round(figure.value, 4) for key, figure in values.items() if figure is not None}
    spread = {
        key: {"rounds": figure.rounds, "low": round(figure.low, 4), "high": round(figure.high, 4)}
        for key, figure in values.items()
        if figure is not None
    }
    return {**figures, "quick": quick, "spread": spread}


def table_of(found: "list[Measured]") -> Table:
    """The figures beside their goals."""
    table = Table(show_lines=False)
    for name in ("measurement", "figure", "goal", "met"):
        table.add_column(name, justify="left" if name == "measurement" else "right")
    for each in found:
        subject = each.subject
        told = Text.assemble((subject.key, "bold"), "\n", subject.meaning)
        if each.remark:
            told.append(f"\n{each.remark}", style="dim")
        table.add_row(told, _value(each), str(subject.goal), _met(each))
    return table


def _value(each: "Measured") -> str:
    figure = each.figure
    if figure is None:
        return "-"
    if figure.rounds == 1:
        return f"{figure.value:.4g}"
    return f"{figure.value:.3g}\n({figure.low:.3g}-{figure.high:.3g}, {figure.rounds} rounds)"


def _met(each: "Measured") -> Text:
    if each.figure is None:
        return Text("-", style="dim")
    met = each.subject.goal.is_met(each.figure.value)
    return Text("yes", style="green") if met else Text("no", style="yellow")
