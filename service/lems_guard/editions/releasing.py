"""Releasing an edition of the rules: what is checked before its version is written into it.

Each check ends in one line: what was found, or what is in the way and what to do about it.
"""

import datetime
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from lems_guard.clinical.rule import ReviewState
from lems_guard.editions.library import (
    Draft,
    Edition,
    draft_edition,
    edition_of,
    results_of,
    write_lock,
)
from lems_guard.knowledge.diff import (
    MedicationCase,
    RuleChange,
    Side,
    lists_changed,
    rule_changes,
)
from lems_guard.knowledge.layout import KNOWLEDGE, SIGNATURES
from lems_guard.knowledge.lock import LockReport, lock_of, read_lock, written
from lems_guard.knowledge.manifest import LOCK
from lems_guard.knowledge.packed import write_atomically
from lems_guard.knowledge.problems import Problem
from lems_guard.knowledge.review import signatures_of, with_signatures
from lems_guard.screening.knowledge_base import KnowledgeBase

CHANGES = "CHANGES.md"
VERSION = re.compile(r"\d{4}\.\d{1,2}\.\d+")
STAMPED = re.compile(r'^(version:\s*)"?[^"#\s]+"?', re.MULTILINE)
MOST_NAMED = 5


class ReleaseCheck(NamedTuple):
    """What a check found; with something `to_do` it stands in the way of the release."""

    name: str
    found: str
    to_do: str = ""


class LastRelease(NamedTuple):
    """The edition that was released last, and the medication lists that both are asked."""

    edition: Edition
    lists: tuple[MedicationCase, ...]


def version_check(version: str, now: str, *, is_first: bool) -> ReleaseCheck:
    """A version is year, month and number, and goes forward; the first may stand there already."""
    name = "version"
    if not VERSION.fullmatch(version):
        return ReleaseCheck(name, f"{version!r} is no version", "write it as 2026.12.1")
    goes_on = not VERSION.fullmatch(now) or _parts(version) > _parts(now)
    if not goes_on and not (is_first and version == now):
        return ReleaseCheck(name, f"{version} after {now}", "take one that comes after it")
    return ReleaseCheck(name, f"{version} after {now}")


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def lint_check(problems: Iterable[str]) -> ReleaseCheck:
    """Nothing is wrong with the rules as they are written."""
    found = list(problems)
    if not found:
        return ReleaseCheck("lint", "no problems")
    return ReleaseCheck("lint", _counted(len(found), "problem"), "see `lems-guard rules lint`")


def cases_check(draft: Draft, edition: Edition) -> ReleaseCheck:
    """Every case gives what it says."""
    results = results_of(draft, edition)
    failed = [each for each in results if each.differences]
    if failed:
        found = f"{len(failed)} of {len(results)} cases fail"
        return ReleaseCheck("cases", found, "see `lems-guard rules test`")
    return ReleaseCheck("cases", f"{len(results)} cases pass")


def lock_check(report: LockReport) -> ReleaseCheck:
    """The folder is what was locked."""
    found: tuple[Problem, ...] = (*report.problems, *report.warnings)
    if found:
        told = f"{_counted(len(found), 'line')} not as locked: {found[0].message}"
        return ReleaseCheck("lock", told, "look at what changed, then `lems-guard rules lock`")
    return ReleaseCheck("lock", "every file is as it was locked")


def corpus_check(edition: Edition, last: LastRelease | None, *, is_first: bool) -> ReleaseCheck:
    """What ordinary medication lists are answered otherwise is known."""
    if last is None:
        if is_first:
            return ReleaseCheck("corpus", "nothing to compare with: the first release")
        told = "name the last release and lists: --against DIR --corpus DIR (or say --first)"
        return ReleaseCheck("corpus", "not compared", told)
    if not last.lists:
        return ReleaseCheck("corpus", "no medication list to compare by", "name them: --corpus DIR")
    sides = [Side(each.knowledge, each.understand) for each in (last.edition, edition)]
    changed = sum(1 for _ in lists_changed(last.lists, *sides))
    rules = len(_changed(last.edition.knowledge, edition.knowledge))
    told = f"{changed} of {len(last.lists)} lists are answered otherwise, by {rules} changed rules"
    return ReleaseCheck("corpus", f"{told} since {last.edition.knowledge.version}")


def signatures_check(
    folder: Path, knowledge: KnowledgeBase, today: datetime.date, *, unsigned: bool
) -> ReleaseCheck:
    """Every rule is signed as it stands, and every signature is one."""
    name = "signatures"
    signatures = signatures_of(folder / SIGNATURES, knowledge.rules)
    if signatures.problems:
        told = f"{SIGNATURES} is at fault: {signatures.problems[0]}"
        return ReleaseCheck(name, told, "take the file from version control")
    reviewed = with_signatures(knowledge, signatures.entries).rules
    states = [rule.review.on(today) for rule in reviewed]
    signed = states.count(ReviewState.SIGNED)
    told = f"{signed} of {len(states)} rules are signed as they stand"
    changed, due = states.count(ReviewState.CHANGED), states.count(ReviewState.DUE)
    told += f"; {changed} changed since" * bool(changed) + f"; {due} due again" * bool(due)
    if signed == len(states):
        return ReleaseCheck(name, told)
    if unsigned:
        return ReleaseCheck(name, f"{told}; released so, as --unsigned says")
    return ReleaseCheck(
        name, told, "have the rest signed (`lems-guard rules review`), or say --unsigned"
    )


def changelog_check(
    folder: Path, version: str, edition: Edition, last: LastRelease | None
) -> ReleaseCheck:
    """What the release answers otherwise stands under its heading, by rule."""
    try:
        text = (folder / CHANGES).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ReleaseCheck("changelog", f"no {CHANGES} is here", f"write it, under # {version}")
    told = _section(text, version)
    if not told:
        return ReleaseCheck(
            "changelog", f"{CHANGES} has no heading with {version}", "say what changes under one"
        )
    changed = _changed(last.edition.knowledge, edition.knowledge) if last else ()
    missing = [each.id for each in changed if f"`{each.id}`" not in told]
    if missing:
        rest = f" and {len(missing) - MOST_NAMED} more" * (len(missing) > MOST_NAMED)
        found = f"{CHANGES} says nothing of {', '.join(missing[:MOST_NAMED])}{rest}"
        return ReleaseCheck("changelog", found, "say why each answers otherwise")
    of_each = ", and of each changed rule" if last else ""
    return ReleaseCheck("changelog", f"{CHANGES} tells of {version}{of_each}")


def _section(text: str, version: str) -> str:
    """What stands under the first heading that names a version."""
    parts = re.split(r"^(?=# )", text, flags=re.MULTILINE)
    heading = re.compile(rf"# [^\n]*(?<![\d.]){re.escape(version)}(?![\d.])")
    return next((part for part in parts if heading.match(part)), "")


def _changed(old: KnowledgeBase, new: KnowledgeBase) -> tuple[RuleChange, ...]:
    return tuple(each for each in rule_changes(old, new) if each.is_worth_a_line)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number > 1)}"


def stamp(folder: Path, version: str) -> Iterator[Path]:
    """Write a version into a folder, and lock that; the files written. Raises `OSError`."""
    path, lock = folder / KNOWLEDGE, folder / LOCK
    text = STAMPED.sub(rf'\g<1>"{version}"', path.read_text("utf-8"), count=1)
    write_atomically(path, text.encode())
    yield path
    edition = edition_of(draft_edition(folder))
    before, _ = read_lock(lock.read_text("utf-8"))
    write_lock(folder, written(lock_of(edition.knowledge.rules, before, {})), edition)
    yield lock
