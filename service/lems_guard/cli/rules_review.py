"""`lems-guard rules review | sign`: what a clinician still has to read, and recording that one has.

Nothing here signs by itself: every id is named by whoever signs it.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from lems_guard.cli.exit_codes import ExitCode
from lems_guard.cli.output import write_text
from lems_guard.cli.rule_card import write_lines
from lems_guard.cli.rule_options import CONTENT_FAULT, AsJson, OverlayFile, RulesDir
from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.clinical.rule import ReviewState, Rule
from lems_guard.clinical.words import REVIEW_STATES
from lems_guard.editions.library import browse_edition, packaged_rules
from lems_guard.editions.signing import NotSigned, Signing, Unwritten, sign_rules
from lems_guard.knowledge.problems import suggestion
from lems_guard.screening.knowledge_base import KnowledgeBase

OPEN = 1
URGENCY = (ReviewState.CHANGED, ReviewState.DUE, ReviewState.UNREVIEWED, ReviewState.SIGNED)
STYLES = {
    ReviewState.CHANGED: "bold red",
    ReviewState.DUE: "bold yellow",
    ReviewState.SIGNED: "green",
}


def review(
    rules: RulesDir = None,
    overlay: OverlayFile = None,
    *,
    whole: Annotated[bool, typer.Option("--all", help="Signed rules too.")] = False,
    print_json: AsJson = False,
) -> None:
    """Say what nobody has signed, what changed since and what is due again, by topic.

    Exit codes: 0 all is signed · 1 something is open · 2 the content is at fault.
    """
    knowledge = _known(rules or packaged_rules(), overlay)
    day = _today()
    states = {rule.id: rule.review.on(day) for rule in knowledge.rules}
    if print_json:
        _print_json(knowledge, states)
    else:
        shown = [
            rule for rule in knowledge.rules if whole or states[rule.id] is not ReviewState.SIGNED
        ]
        write_lines(_lines(shown, states))
        signed = sum(state is ReviewState.SIGNED for state in states.values())
        write_text(f"{signed} of {len(states)} rules are signed\n")
    all_signed = all(state is ReviewState.SIGNED for state in states.values())
    raise typer.Exit(0 if all_signed else OPEN)


def sign(  # noqa: PLR0913, PLR0917 - what a signature says
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="The rules that were read.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who signs.")],
    role: Annotated[str, typer.Option(metavar="ROLE", help='As what: "clinical pharmacist".')],
    on: Annotated[str, typer.Option(metavar="DATE", help="The day of the review, YYYY-MM-DD.")],
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The last day on which it holds.")
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="What should be known of it.")] = "",
    rules: RulesDir = None,
    overlay: OverlayFile = None,
) -> None:
    """Record that somebody has read rules as they stand and signs them.

    Written into signatures.yaml of the rules folder, or into the overlay where one is named.
    """
    folder = rules or packaged_rules()
    knowledge = _known(folder, overlay)
    unknown = [each for each in ids if knowledge.rule(each) is None]
    if unknown:
        known = [rule.id for rule in knowledge.rules]
        _refuse("\n".join(f"no rule {each!r}{suggestion(each, known)}" for each in unknown))
    signing = Signing(tuple(ids), by, role, on, until or "", note)
    try:
        path = sign_rules(signing, folder, overlay, _today())
    except NotSigned as fault:
        _refuse(str(fault))
    except Unwritten as fault:
        typer.echo(str(fault), err=True)
        write_text(fault.text)
        raise typer.Exit(ExitCode.OURS) from fault
    count = len(signing.ids)
    write_text(f"{path}: {count} rule{'s' * (count > 1)} signed by {by.strip()}, {role.strip()}\n")


def _lines(rules: list[Rule], states: dict[str, ReviewState]) -> Iterator[Text]:
    """The rules by topic (the folder that they stand in) and by where their review stands."""
    topics: dict[tuple[str, ReviewState], list[Rule]] = defaultdict(list)
    for rule in rules:
        topics[Path(rule.file).parts[0], states[rule.id]].append(rule)
    for (topic, state), found in sorted(topics.items(), key=_most_urgent_first):
        head = f"{topic}: {len(found)} {REVIEW_STATES[state]}"
        yield Text(head, style=STYLES.get(state, "bold"))
        width = max(len(rule.id) for rule in found)
        for rule in found:
            yield Text(f"  {rule.id:<{width}}  {_by(rule)}{rule.title}")


def _most_urgent_first(topic: tuple[tuple[str, ReviewState], list[Rule]]) -> tuple[str, int]:
    (name, state), _ = topic
    return name, URGENCY.index(state)


def _by(rule: Rule) -> str:
    """Who signed it, where somebody did."""
    found = rule.review
    if not found.reviewer:
        return ""
    return f"by {found.reviewer}, {found.role}, {found.reviewed_on}: "


def _print_json(knowledge: KnowledgeBase, states: dict[str, ReviewState]) -> None:
    import json  # noqa: PLC0415 - only where it is asked for

    found = [
        {
            "rule": rule.id,
            "version": rule.version,
            "topic": Path(rule.file).parts[0],
            "state": states[rule.id].name,
            "reviewer": rule.review.reviewer,
            "role": rule.review.role,
            "reviewed_on": rule.review.reviewed_on,
            "due": rule.review.due,
        }
        for rule in knowledge.rules
    ]
    signed = sum(state is ReviewState.SIGNED for state in states.values())
    told = {"rules": len(found), "signed": signed, "review": found}
    write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n")


def _known(folder: Path, overlay: Path | None) -> KnowledgeBase:
    existing = overlay if overlay is not None and overlay.exists() else None
    try:
        return browse_edition(folder, existing).knowledge
    except InvalidKnowledge as fault:
        _refuse("\n".join(f"{folder}/{problem}" for problem in fault.problems))


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def _refuse(message: str) -> NoReturn:
    Console(stderr=True, soft_wrap=True).print(Text(message, style="red"))
    raise typer.Exit(CONTENT_FAULT)
