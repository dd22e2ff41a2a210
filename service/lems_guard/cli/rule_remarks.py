"""What lint says of rules that compile: read side by side, against lock, overlay and the day."""

import datetime
from pathlib import Path
from typing import NamedTuple

from lems_guard.cli.rules_upkeep import lock_report
from lems_guard.editions.library import Draft, edition_of
from lems_guard.knowledge.consistency import contradictions, overdue, unreached, unreviewed
from lems_guard.knowledge.layout import SIGNATURES
from lems_guard.knowledge.overlay import Overlay, read_overlay
from lems_guard.knowledge.problems import Problem
from lems_guard.knowledge.review import signatures_of, with_signatures
from lems_guard.screening.knowledge_base import KnowledgeBase


class Remarks(NamedTuple):
    """What must be mended, and what should be seen to."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def remarks_on(
    knowledge: KnowledgeBase,
    folder: Path,
    overlay: Path | None,
    today: datetime.date,
    *,
    signed: bool,
) -> Remarks:
    """Everything there is to say; `signed` wants every rule reviewed by a clinician."""
    locked = lock_report(folder, knowledge)
    site = _overlay(overlay, knowledge)
    signatures = signatures_of(folder / SIGNATURES, knowledge.rules)
    entries = (*signatures.entries, *site.signatures)
    reviewed = with_signatures(knowledge, entries)
    due = tuple(overdue(reviewed, today))
    problems = (
        *contradictions(knowledge),
        *(unreviewed(reviewed) if signed else ()),
        *(due if signed else ()),
        *locked.problems,
        *signatures.problems,
        *site.problems,
    )
    return Remarks(problems, (*locked.warnings, *(() if signed else due), *site.expired(today)))


def out_of_reach(draft: Draft) -> tuple[Problem, ...]:
    """Drugs of the rules that the vocabulary beside them does not read by their own names."""
    if draft.problems or draft.rules.knowledge is None:
        return ()
    edition = edition_of(draft)
    return tuple(unreached(edition.knowledge, edition.understand, draft.rules.places))


def _overlay(path: Path | None, knowledge: KnowledgeBase) -> Overlay:
    if path is None:
        return Overlay((), ())
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return Overlay((), (Problem(str(path), 1, 1, "unreadable", "missing or not UTF-8"),))
    return read_overlay(text, str(path.resolve()), knowledge.rules)
