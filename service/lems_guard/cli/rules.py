"""`lems-guard rules`: check, run, read and compile the knowledge base."""

import datetime
import enum
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.text import Text

from lems_guard.cli.rule_card import as_json, card_of, lines_of, write_lines
from lems_guard.cli.rule_matrix import matrix_as_json, matrix_table
from lems_guard.cli.rule_options import CONTENT_FAULT, AsJson, OverlayFile, RulesDir
from lems_guard.cli.rule_remarks import Remarks, out_of_reach, remarks_on
from lems_guard.cli.rules_diff import diff
from lems_guard.cli.rules_export import export
from lems_guard.cli.rules_release import release
from lems_guard.cli.rules_review import review, sign
from lems_guard.cli.rules_upkeep import lock, schema
from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.clinical.medication import Disposition, Medication, MedicationList
from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Concern, Jurisdiction, Severity
from lems_guard.editions.library import (
    Draft,
    Edition,
    browse_edition,
    draft_edition,
    edition_of,
    packaged_rules,
    refuse_unreleased,
    results_of,
    write_compiled,
)
from lems_guard.knowledge.cases import CaseResult
from lems_guard.knowledge.matrix import matrix_of
from lems_guard.knowledge.problems import Problem, suggestion
from lems_guard.papers.words import worst_of
from lems_guard.screening.knowledge_base import NO_CLASSES, named_by

rules_app = typer.Typer(no_args_is_help=True, help="Check, run, read and compile the rules.")
rules_app.command()(lock)
rules_app.command()(diff)
rules_app.command()(schema)
rules_app.command()(review)
rules_app.command()(sign)
rules_app.command()(export)
rules_app.command()(release)
Choice = TypeVar("Choice", bound=enum.IntEnum)


@rules_app.command()
def lint(
    rules: RulesDir = None,
    overlay: OverlayFile = None,
    *,
    require_reviewed: Annotated[
        bool, typer.Option("--require-reviewed", help="Rules that nobody has signed are problems.")
    ] = False,
    print_json: AsJson = False,
) -> None:
    """Say what is wrong with the rules, and where. Cases are not run."""
    folder = rules or packaged_rules()
    draft = draft_edition(folder)
    found = Remarks(draft.rules.problems, ())
    if draft.rules.knowledge is not None:
        today = datetime.datetime.now(datetime.UTC).date()
        found = remarks_on(draft.rules.knowledge, folder, overlay, today, signed=require_reviewed)
        found = found._replace(problems=(*found.problems, *out_of_reach(draft)))
    problems = _problem_lines(draft, found.problems, folder)
    if print_json:
        _print_json(
            {
                "problems": [problem._asdict() for problem in found.problems],
                "warnings": [problem._asdict() for problem in found.warnings],
                "vocabulary_problems": list(draft.vocabulary_problems),
            }
        )
    else:
        _print_lines(f"warning: {_placed(warning, folder)}" for warning in found.warnings)
        _print_lines(problems)
        _print_count(draft, len(problems))
    raise typer.Exit(CONTENT_FAULT if problems else 0)


@rules_app.command(name="test")
def run_cases(
    only: Annotated[
        list[str] | None, typer.Argument(help="Parts of file or rule names; all if none.")
    ] = None,
    rules: RulesDir = None,
    *,
    print_json: AsJson = False,
) -> None:
    """Run the cases of the rules and show where they differ."""
    folder = rules or packaged_rules()
    draft = draft_edition(folder)
    edition = _edition(draft, folder)
    results = [result for result in results_of(draft, edition) if _is_wanted(result, only)]
    if not results:
        _refuse(f"no case is named by {' '.join(only or [])!r}")
    failed = [result for result in results if result.differences]
    if print_json:
        _print_json({"cases": len(results), "failed": [_failure(result) for result in failed]})
    else:
        _print_failures(failed, folder)
        _stdout().print(f"{len(results)} cases, {len(failed)} failed", highlight=False)
    raise typer.Exit(CONTENT_FAULT if failed else 0)


@rules_app.command()
def show(
    rule_id: Annotated[str, typer.Argument(metavar="ID")],
    rules: RulesDir = None,
    overlay: OverlayFile = None,
    *,
    print_json: AsJson = False,
) -> None:
    """Print one rule in full, as a pharmacist reads it."""
    knowledge = _browsed(rules or packaged_rules(), overlay).knowledge
    rule = knowledge.rule(rule_id)
    if rule is None:
        _refuse(f"no rule {rule_id!r}{suggestion(rule_id, [rule.id for rule in knowledge.rules])}")
    if print_json:
        own = tuple(each for each in knowledge.overlay if each.rule == rule.id)
        _print_json({**as_json(rule), "overlay": as_json(own)})
    else:
        classes = {item.id: item for item in knowledge.classes}
        _stdout().print(card_of(rule, classes, knowledge.overlay))


@rules_app.command(name="list")
def list_rules(
    concern: Annotated[str | None, typer.Option(help="For example SEIZURE.")] = None,
    drug_class: Annotated[str | None, typer.Option("--class", help="A class's id.")] = None,
    ingredient: Annotated[str | None, typer.Option(help="A drug by any name: Toprol.")] = None,
    severity: Annotated[str | None, typer.Option(help="The worst outcome: AVOID …")] = None,
    rules: RulesDir = None,
    *,
    print_json: AsJson = False,
) -> None:
    """List the rules, all or those that fit every filter."""
    edition = _browsed(rules or packaged_rules())
    found: Iterable[Rule] = edition.knowledge.rules
    if concern:
        wanted = _choice(Concern, concern)
        found = [rule for rule in found if rule.concern is wanted]
    if severity:
        worst = _choice(Severity, severity)
        found = [rule for rule in found if worst_of(rule) is worst]
    if drug_class:
        _check_known(drug_class, "class", [item.id for item in edition.knowledge.classes])
        found = [rule for rule in found if drug_class in rule.drugs.classes]
    if ingredient:
        named = _ingredients(edition, ingredient)
        found = [rule for rule in found if any(_names(rule, each, edition) for each in named)]
    if print_json:
        _print_json(as_json(tuple(found)))
    else:
        write_lines(lines_of(found))


@rules_app.command()
def matrix(
    jurisdiction: Annotated[
        str | None, typer.Option(help="US, EU or CH; the worst of them if none.")
    ] = None,
    concern: Annotated[str | None, typer.Option(help="For example SEIZURE; all if none.")] = None,
    rules: RulesDir = None,
    *,
    whole: Annotated[
        bool, typer.Option("--all", help="Single drugs and stopped ones too, not classes alone.")
    ] = False,
    print_json: AsJson = False,
) -> None:
    """Print how bad each class is by each route, in LEMS and beside what it interacts with."""
    places = [_choice(Jurisdiction, jurisdiction)] if jurisdiction else list(Jurisdiction)
    wanted = _choice(Concern, concern) if concern else None
    rows = matrix_of(_browsed(rules or packaged_rules()).knowledge, places, wanted)
    if print_json:
        _print_json(matrix_as_json(rows))
    else:
        _stdout().print(matrix_table(rows, whole=whole))


@rules_app.command(name="compile")
def compile_(rules: RulesDir = None) -> None:
    """Check the rules, run their cases, and write the compiled file that a start reads."""
    folder = rules or packaged_rules()
    draft = draft_edition(folder)
    edition = _edition(draft, folder)
    results = results_of(draft, edition)
    failed = [result for result in results if result.differences]
    if failed:
        _print_failures(failed, folder)
        raise typer.Exit(CONTENT_FAULT)
    try:
        refuse_unreleased(edition, folder)
    except InvalidKnowledge as fault:
        _print_lines(f"{_shown(folder)}/{problem}" for problem in fault.problems)
        raise typer.Exit(CONTENT_FAULT) from fault
    path = write_compiled(edition, folder)
    knowledge = edition.knowledge
    _stdout().print(
        f"{_shown(path)}: edition {knowledge.version}, {len(knowledge.rules)} rules, "
        f"{len(results)} cases, digest {knowledge.digest[:12]}",
        highlight=False,
        soft_wrap=True,
    )


def _edition(draft: Draft, folder: Path) -> Edition:
    """The edition of a draft; with problems, they are printed and the command ends."""
    problems = _problem_lines(draft, draft.rules.problems, folder)
    if problems:
        _print_lines(problems)
        _print_count(draft, len(problems))
        raise typer.Exit(CONTENT_FAULT)
    return edition_of(draft)


def _browsed(folder: Path, overlay: Path | None = None) -> Edition:
    """The edition in a folder, even where a case of it fails."""
    try:
        return browse_edition(folder, overlay)
    except InvalidKnowledge as fault:
        _print_lines(f"{_shown(folder)}/{problem}" for problem in fault.problems)
        raise typer.Exit(CONTENT_FAULT) from fault


def _problem_lines(draft: Draft, problems: Iterable[Problem], folder: Path) -> tuple[str, ...]:
    """The problems with paths that an editor can open."""
    return (
        *(f"{_shown(folder)}/{problem}" for problem in draft.vocabulary_problems),
        *(str(_placed(problem, folder)) for problem in problems),
    )


def _placed(problem: Problem, folder: Path) -> Problem:
    return problem._replace(file=_shown(folder / problem.file))


def _shown(path: Path) -> str:
    """A path as one would type it here."""
    here = Path.cwd()
    return str(path.resolve().relative_to(here) if path.resolve().is_relative_to(here) else path)


def _is_wanted(result: CaseResult, only: list[str] | None) -> bool:
    return not only or any(part in result.file or part in result.case.rule for part in only)


def _failure(result: CaseResult) -> dict[str, object]:
    case = result.case
    return {
        "file": result.file,
        "line": case.place.line,
        "name": case.name,
        "rule": case.rule,
        "differences": list(result.differences),
    }


def _print_failures(failed: list[CaseResult], folder: Path) -> None:
    _print_lines(str(_placed(result.problem(), folder)) for result in failed)


def _print_count(draft: Draft, problems: int) -> None:
    cases = sum(len(suite.cases) for suite in draft.rules.suites)
    rules = sum(len(suite.rules) for suite in draft.rules.suites)
    noun = "problem" if problems == 1 else "problems"
    text = f"{rules} rules, {cases} cases, {problems or 'no'} {noun}"
    _stdout().print(Text(text, style="bold red" if problems else "green"))


def _choice(choices: type[Choice], text: str) -> Choice:
    name, names = text.upper(), [choice.name for choice in choices]
    if name not in names:
        hint = suggestion(name, names) or f" (one of {', '.join(names)})"
        _refuse(f"no {choices.__name__.lower()} {name!r}{hint}")
    return choices[name]


def _check_known(name: str, what: str, known: Iterable[str]) -> None:
    names = set(known)
    if name not in names:
        _refuse(f"no {what} {name!r}{suggestion(name, names)}")


def _ingredients(edition: Edition, name: str) -> set[str]:
    """The ingredients of a name, read as an order's is; one that is not read ends the command."""
    order = edition.understand(Medication("1", MedicationList.PROPOSED, name))
    if order.disposition is not Disposition.UNRESOLVED:
        return {each.name for reading in order.readings for each in reading}
    _check_known(name, "ingredient", edition.vocabulary.ingredient_names())
    return {name}


def _names(rule: Rule, ingredient: str, edition: Edition) -> bool:
    classes = edition.knowledge.classes_of.get(ingredient, NO_CLASSES)
    return named_by(rule, ingredient, classes) is not None


def _refuse(message: str) -> NoReturn:
    Console(stderr=True, soft_wrap=True).print(Text(message, style="red"))
    raise typer.Exit(CONTENT_FAULT)


def _print_lines(lines: Iterable[str]) -> None:
    console = _stdout()
    for line in lines:
        console.print(Text(line), soft_wrap=True)


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _stdout() -> Console:
    return Console()
