"""Printing what is wrong with rules, and ending a command over it."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console
from rich.text import Text

from lems_guard.cli.rule_options import CONTENT_FAULT
from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.editions.library import Edition
from lems_guard.knowledge.problems import Problem


def print_lines(lines: Iterable[str]) -> None:
    """Print lines as they are, whatever they hold."""
    console = Console(soft_wrap=True)
    for line in lines:
        console.print(Text(line))


def end_with(problems: Iterable[Problem]) -> NoReturn:
    """Print problems and end the command."""
    print_lines(map(str, problems))
    raise typer.Exit(CONTENT_FAULT)


def loaded(folder: Path, load: Callable[[Path], Edition]) -> Edition:
    """The edition of a folder; where it has faults, they are printed and the command ends."""
    try:
        return load(folder)
    except InvalidKnowledge as fault:
        print_lines(f"{folder}/{problem}" for problem in fault.problems)
        raise typer.Exit(CONTENT_FAULT) from fault
