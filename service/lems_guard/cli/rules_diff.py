"""`lems-guard rules diff`: what changes from one folder of rules to another, or by an overlay."""

import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from rich.text import Text

from lems_guard.cli.output import write_text
from lems_guard.cli.rule_options import CONTENT_FAULT
from lems_guard.cli.rule_problems import end_with, loaded, print_lines
from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.clinical.overlay import Adjustment
from lems_guard.editions.library import Edition, browse_edition, past_edition, under
from lems_guard.knowledge.cases_beside import cases_beside
from lems_guard.knowledge.diff import (
    CaseChange,
    MedicationCase,
    RuleChange,
    Side,
    examples_of,
    lists_changed,
    read_lists,
    rule_changes,
    rules_changed,
)
from lems_guard.knowledge.packed import write_atomically
from lems_guard.knowledge.problems import Problems
from lems_guard.papers.changes import ChangedRule, Titles, changed_rule
from lems_guard.papers.rendering import environment
from lems_guard.screening.knowledge_base import KnowledgeBase

USAGE = 2


class Compared(NamedTuple):
    """Two folders, what each is as an edition, and as one that is asked."""

    folders: tuple[Path, Path]
    before: Side
    after: Side
    told: tuple[str, ...] = ()
    """What a site's overlay says of itself."""


def diff(
    old: Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="OLD")],
    new: Annotated[Path | None, typer.Argument(exists=True, file_okay=False, metavar="NEW")] = None,
    corpus: Annotated[
        Path | None,
        typer.Option(metavar="DIR", exists=True, file_okay=False, help="Medication lists (YAML)."),
    ] = None,
    overlay: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A site's overlay, laid over NEW (without it, OLD)."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write the page.")
    ] = None,
    *,
    html: Annotated[
        bool, typer.Option("--html", help="One printable page, with examples.")
    ] = False,
) -> None:
    """Say which rules differ between two folders, and which medication lists are answered anew.

    OLD may be an earlier release's: what today's lint wants is not asked of it. With one folder
    and an overlay: what the overlay changes, as it holds today.
    """
    if new is None and overlay is None:
        Console(stderr=True).print("NEW or --overlay is missing: what is it compared with?")
        raise typer.Exit(USAGE)
    compared = _compared(old, new or old, overlay)
    lists = lists_in(corpus) if corpus is not None else None
    changed = list(lists_changed(lists or (), compared.before, compared.after))
    if html:
        _write(_page(compared, lists, changed), out)
        return
    print_lines(compared.told)
    print_lines(rules_changed(compared.before.knowledge, compared.after.knowledge))
    if lists is not None:
        print_lines(line for each in changed for line in each.lines())
        typer.echo(f"{len(changed)} of {len(lists)} lists change")


def _compared(old: Path, new: Path, overlay: Path | None) -> Compared:
    before = loaded(old, browse_edition if old == new else past_edition)
    after = before if old == new else loaded(new, browse_edition)
    side = Side(before.knowledge, before.understand)
    if overlay is None:
        return Compared((old, new), side, Side(after.knowledge, after.understand))
    after = _under(overlay, after)
    today = datetime.datetime.now(datetime.UTC).date()
    holding = after.knowledge.on(today)
    told = tuple(_of_overlay(after.knowledge.overlay, today))
    return Compared((old, new), side, Side(holding, after.understand), told)


def _of_overlay(entries: Iterable[Adjustment], today: datetime.date) -> Iterator[str]:
    """What each entry says, or since when it says nothing any more."""
    for each in entries:
        if each.expires < today:
            yield f"Site overlay: rule {each.rule}: expired, without effect since {each.expires}"
        else:
            yield each.words()


def _under(overlay: Path, edition: Edition) -> Edition:
    try:
        return under(overlay, edition)
    except InvalidKnowledge as fault:
        print_lines(fault.problems)
        raise typer.Exit(CONTENT_FAULT) from fault


def lists_in(corpus: Path) -> list[MedicationCase]:
    """The medication lists of a folder; what is wrong with them ends the command."""
    problems = Problems()
    found: list[MedicationCase] = []
    for path in sorted(corpus.glob("*.yaml")):
        found += read_lists(path.read_text("utf-8"), path.name, problems)
    if len(problems):
        end_with(problems.sorted())
    return found


def _page(compared: Compared, lists: list[MedicationCase] | None, changed: list[CaseChange]) -> str:
    """What changes, as one page."""
    before, after = compared.before.knowledge, compared.after.knowledge
    titles = Titles(_titles(before), _titles(after))
    told = [
        changed_rule(each, titles, (*_examples(each, compared), *changed))
        for each in rule_changes(before, after)
    ]
    return (
        environment()
        .get_template("changes.html")
        .render(
            before=before,
            after=after,
            changed=[each for each in told if _is_shown(each)],
            of=len(told),
            lists=None if lists is None else len(lists),
            lists_changed=changed,
            overlay=compared.told,
            today=datetime.datetime.now(datetime.UTC).date(),
        )
    )


def _is_shown(each: ChangedRule) -> bool:
    return bool(each.parts) or each.change.is_worth_a_line


def _titles(knowledge: KnowledgeBase) -> dict[str, str]:
    return {each.id: each.title for each in knowledge.classes}


def _examples(change: RuleChange, compared: Compared) -> Iterable[CaseChange]:
    """The rule's cases of both folders that are answered otherwise."""
    cases = [
        case
        for folder, side, rule in zip(
            compared.folders,
            (compared.before, compared.after),
            (change.before, change.after),
            strict=True,
        )
        if rule is not None
        for case in cases_beside(folder, rule, side.knowledge.rules)
    ]
    return lists_changed(examples_of(change, cases), compared.before, compared.after)


def _write(text: str, out: Path | None) -> None:
    if out is None:
        write_text(text)
    else:
        write_atomically(out, text.encode())
        Console(soft_wrap=True).print(Text(f"{out}: written"))
