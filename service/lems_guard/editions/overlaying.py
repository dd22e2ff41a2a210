"""Changing a site's overlay: what somebody decides of a rule, checked and written into the file.

What the file would say is read again before it is written: nothing else in it may have changed.
"""

import datetime
from pathlib import Path
from typing import NamedTuple

from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.clinical.overlay import Adjustment
from lems_guard.clinical.patient import day
from lems_guard.clinical.rule import Rule
from lems_guard.editions.library import browse_edition
from lems_guard.knowledge.overlay import SEVERITIES, Overlay, read_overlay
from lems_guard.knowledge.overlay_text import EMPTY, with_entry, without_entry
from lems_guard.knowledge.packed import write_atomically

LONGEST = 500
OFF = "off"
BY_HAND = "it is written in a way that only its author can change: edit it by hand"


class NotAdjusted(Exception):
    """What was asked for cannot be laid over the rules; nothing was written."""


class UnwrittenOverlay(Exception):
    """The file cannot be written: what it would hold is told."""

    def __init__(self, path: Path, why: str, text: str) -> None:
        """`text` is what somebody who may write the file makes it hold."""
        super().__init__(
            f"{path} cannot be written ({why}): NOTHING IS CHANGED. Whoever may write it makes it "
            "hold what follows:"
        )
        self.text = text


class Decision(NamedTuple):
    """What somebody decides of a rule, as it was typed: `says` is a severity, or `off`.

    `outcome` counts the rule's outcomes from 1; empty: all of them.
    """

    rule: str
    outcome: str
    says: str
    who: str
    reason: str
    expires: str
    accept_risk: str = ""


def held_overlay(path: Path, rules: tuple[Rule, ...]) -> tuple[str, Overlay]:
    """A file's text and entries; raises `NotAdjusted` where it cannot be read, or is unsound."""
    try:
        text = path.read_bytes().decode("utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError):
        raise NotAdjusted(f"{path}: not to be read, or not UTF-8") from None
    return text, _sound(text or EMPTY, path, rules)


def decide(decision: Decision, folder: Path, path: Path, today: datetime.date) -> Adjustment:
    """Write an entry, in place of one for the same outcome; raises `NotAdjusted` or so."""
    rules = rules_in(folder)
    entry = _entry(decision, today)
    text, before = held_overlay(path, rules)
    number = _number_of(before, entry.rule, entry.row)
    kept = before.adjustments
    if number is not None:
        text, kept = without_entry(text, number), kept[:number] + kept[number + 1 :]
    _write(path, with_entry(text, entry), (*kept, entry), before, rules)
    return entry


def take_out(rule: str, row: int, folder: Path, path: Path) -> Adjustment:
    """Take an entry out: the rule says again what it says; raises `NotAdjusted` or so."""
    rules = rules_in(folder)
    text, before = held_overlay(path, rules)
    number = _number_of(before, rule, row)
    if number is None:
        raise NotAdjusted(f"the overlay has no entry of {rule!r}")
    kept = before.adjustments[:number] + before.adjustments[number + 1 :]
    _write(path, without_entry(text, number), kept, before, rules)
    return before.adjustments[number]


def rules_in(folder: Path) -> tuple[Rule, ...]:
    """The rules as they are before an overlay; raises `NotAdjusted` where they have faults."""
    try:
        return browse_edition(folder).knowledge.rules
    except InvalidKnowledge as fault:
        raise NotAdjusted("\n".join(fault.problems)) from fault


def _number_of(held: Overlay, rule: str, row: int) -> int | None:
    outcomes = [(each.rule, each.row) for each in held.adjustments]
    return outcomes.index((rule, row)) if (rule, row) in outcomes else None


def _entry(decision: Decision, today: datetime.date) -> Adjustment:
    texts = [" ".join(each.split()) for each in decision]
    rule, outcome, says, who, reason, expires, risk = texts
    if any(len(each) > LONGEST or not each.isprintable() for each in texts):
        raise NotAdjusted(f"printable, at most {LONGEST} characters each")
    if not who or not reason:
        raise NotAdjusted("who decides, and why: both are needed")
    if outcome and not (outcome.isdecimal() and len(outcome) < 4):
        raise NotAdjusted("the outcome is a number, counted from 1; empty for the whole rule")
    if says != OFF and says not in SEVERITIES:
        raise NotAdjusted(f"it says one of {', '.join(SEVERITIES)}, or is switched off")
    if says == OFF and outcome:
        raise NotAdjusted("a rule is switched off as a whole, not one outcome of it")
    severity = None if says == OFF else SEVERITIES[says]
    return Adjustment(rule, int(outcome or 0), severity, who, reason, _until(expires, today), risk)


def _until(text: str, today: datetime.date) -> datetime.date:
    try:
        found = day(text)
    except ValueError:
        raise NotAdjusted(f"until when: a date such as {today}, not {text[:40]!r}") from None
    if found < today:
        raise NotAdjusted(f"{found} is over: it would have no effect")
    return found


def _write(
    path: Path, text: str, wanted: tuple[Adjustment, ...], before: Overlay, rules: tuple[Rule, ...]
) -> None:
    """Write a text that says what is wanted, and of everything else what the file said before."""
    now = _sound(text, path, rules)
    if now.adjustments != wanted or now.signatures != before.signatures:
        raise NotAdjusted(f"{path}: {BY_HAND}")
    try:
        write_atomically(path, text.encode())
    except OSError as fault:
        raise UnwrittenOverlay(path, fault.strerror or "no access", text) from fault


def _sound(text: str, path: Path, rules: tuple[Rule, ...]) -> Overlay:
    found = read_overlay(text, path.name, rules)
    if found.problems:
        raise NotAdjusted("\n".join(each.message for each in found.problems))
    return found
