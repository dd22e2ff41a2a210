"""Signing: what a clinician says of rules, checked and written where a site keeps it.

The command line and the pages sign by this, and only what is named: nothing signs by itself.
"""

import datetime
from pathlib import Path
from typing import NamedTuple

from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.clinical.patient import day
from lems_guard.editions.library import browse_edition, packaged_rules
from lems_guard.knowledge.layout import SIGNATURES
from lems_guard.knowledge.packed import write_atomically
from lems_guard.knowledge.problems import Problems
from lems_guard.knowledge.reader import read
from lems_guard.knowledge.review import (
    Signature,
    content_digest,
    read_signatures,
    with_entries,
)
from lems_guard.screening.knowledge_base import KnowledgeBase

LONGEST = 500
NEEDS_A_PLACE = (
    "the packaged rules are replaced with each release: name a folder of your own by --rules or "
    "LEMS_GUARD_RULES, or a site's overlay by --overlay or LEMS_GUARD_OVERLAY"
)


class NotSigned(Exception):
    """What was asked for cannot be signed; nothing was written."""


class Unwritten(Exception):
    """The file cannot be written: what would have been added to it is told."""

    def __init__(self, path: Path, why: str, text: str) -> None:
        """`text` is what somebody who may write the file has to add."""
        super().__init__(
            f"{path} cannot be written ({why}): NOTHING IS SIGNED. Whoever may write it makes it "
            "hold what follows:"
        )
        self.text = text


class Signing(NamedTuple):
    """What somebody says: these rules, by whom, as what, on which day, until when, and a note."""

    ids: tuple[str, ...]
    by: str
    role: str
    on: str
    until: str = ""
    note: str = ""


def sign_rules(signing: Signing, folder: Path, overlay: Path | None, today: datetime.date) -> Path:
    """Write the signatures; the file that holds them. Raises `NotSigned`, or `Unwritten`."""
    if overlay is None and folder == packaged_rules():
        raise NotSigned(NEEDS_A_PLACE)
    path = overlay or folder / SIGNATURES
    try:
        knowledge = browse_edition(folder, overlay if path.exists() else None).knowledge
        before = path.read_text("utf-8") if path.exists() else ""
    except InvalidKnowledge as fault:
        raise NotSigned("\n".join(fault.problems)) from fault
    entries = _entries(signing, knowledge, today)
    text = with_entries(before, entries)
    if _held(text, knowledge) != (*_held(before, knowledge), *entries):
        raise NotSigned(f"{path}: cannot be added to; keep `signatures` as a list of its own")
    try:
        write_atomically(path, text.encode())
    except OSError as fault:
        raise Unwritten(path, fault.strerror or "no access", text) from fault
    return path


def _held(text: str, knowledge: KnowledgeBase) -> tuple[Signature, ...]:
    """The signatures in a file's text."""
    problems = Problems()
    root = read(text, SIGNATURES, problems) if text.strip() else None
    found = read_signatures(root, {each.id for each in knowledge.rules}, problems)
    if len(problems):
        raise NotSigned("\n".join(map(str, problems.sorted())))
    return found.entries


def _entries(
    signing: Signing, knowledge: KnowledgeBase, today: datetime.date
) -> tuple[Signature, ...]:
    """An entry for each rule; raises `NotSigned` for what cannot be said."""
    by, role, note = (" ".join(each.split()) for each in (signing.by, signing.role, signing.note))
    if not by or not role:
        raise NotSigned("who signs, and as what: both are needed")
    if any(len(each) > LONGEST or not each.isprintable() for each in (by, role, note)):
        raise NotSigned(f"name, role and note: printable, at most {LONGEST} characters each")
    on = _day("the day of the review", signing.on)
    until = _day("the last day on which it holds", signing.until) if signing.until else None
    if on > today:
        raise NotSigned(f"{on} has not come yet: a review is signed when it is done")
    if until is not None and until <= on:
        raise NotSigned(f"{until} does not lie after {on}")
    classes = {each.id: each for each in knowledge.classes}
    rules = {rule.id: rule for rule in knowledge.rules}
    if not signing.ids:
        raise NotSigned("no rule is named")
    unknown = [each for each in signing.ids if each not in rules]
    if unknown:
        raise NotSigned(f"no rule {', '.join(map(repr, unknown))}")
    return tuple(
        Signature(
            each,
            rules[each].version,
            content_digest(rules[each], classes),
            by,
            role,
            on,
            until,
            note,
        )
        for each in dict.fromkeys(signing.ids)
    )


def _day(what: str, text: str) -> datetime.date:
    try:
        return day(text.strip())
    except ValueError:
        raise NotSigned(f"{what} is a date such as 2026-11-30, not {text[:40]!r}") from None
