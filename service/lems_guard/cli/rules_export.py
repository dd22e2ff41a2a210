"""`lems-guard rules export`: a committee's papers, as a book, a spreadsheet or FHIR."""

import datetime
import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from lems_guard.cli.output import write_text
from lems_guard.cli.rule_options import CONTENT_FAULT, OverlayFile, RulesDir
from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.editions.library import browse_edition, packaged_rules
from lems_guard.knowledge.packed import write_atomically
from lems_guard.papers.clinical_use import rules_as_fhir
from lems_guard.papers.rendering import environment
from lems_guard.papers.tables import rules_as_csv
from lems_guard.screening.knowledge_base import KnowledgeBase


def export(
    form: Annotated[
        Literal["html", "csv", "fhir"],
        typer.Option("--format", help="A printable book, a spreadsheet, or FHIR R4B."),
    ] = "html",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write it (standard output).")
    ] = None,
    rules: RulesDir = None,
    overlay: OverlayFile = None,
) -> None:
    """Write all rules for a committee."""
    try:
        knowledge = browse_edition(rules or packaged_rules(), overlay).knowledge
    except InvalidKnowledge as fault:
        Console(stderr=True, soft_wrap=True).print(Text("\n".join(fault.problems), style="red"))
        raise typer.Exit(CONTENT_FAULT) from fault
    today = datetime.datetime.now(datetime.UTC).date()
    text = written_as(form, knowledge, today)
    if out is None:
        write_text(text)
    else:
        write_atomically(out, text.encode())
        write_text(f"{out}: {len(knowledge.rules)} rules\n")


def written_as(form: str, knowledge: KnowledgeBase, today: datetime.date) -> str:
    """The rules as a book, as CSV or as FHIR."""
    if form == "csv":
        return rules_as_csv(knowledge, today)
    if form == "fhir":
        return json.dumps(rules_as_fhir(knowledge, today), ensure_ascii=False, indent=1) + "\n"
    return (
        environment()
        .get_template("book.html")
        .render(
            knowledge=knowledge,
            titles={each.id: each.title for each in knowledge.classes},
            today=today,
            signed=sum(rule.review.is_signed for rule in knowledge.rules),
        )
    )
