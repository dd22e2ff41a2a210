"""A site's overlay: a YAML file read as strictly as rules are, and laid over the knowledge."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.clinical.overlay import Adjustment
from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Severity
from lems_guard.knowledge.problems import Place, Problem, Problems
from lems_guard.knowledge.reader import read
from lems_guard.knowledge.review import KEY as SIGNATURES_KEY
from lems_guard.knowledge.review import Signature, read_signatures
from lems_guard.knowledge.shape import Fields, check_reference, named
from lems_guard.knowledge.tree import Node
from lems_guard.screening.knowledge_base import KnowledgeBase

KEY = "overlay"
ENTRY_KEYS = ("rule", "who", "reason", "expires")
OPTIONAL_KEYS = ("outcome", "severity", "off", "accept_risk")
# Only a rule that restates a label's contraindication says so; no site makes one.
SEVERITIES = {
    name: severity
    for name, severity in named(Severity).items()
    if severity is not Severity.CONTRAINDICATED
}


class Overlay(NamedTuple):
    """What a file says, what is wrong with it, and what is no fault but should be seen to."""

    adjustments: tuple[Adjustment, ...]
    problems: tuple[Problem, ...]
    places: tuple[Place, ...] = ()
    signatures: tuple[Signature, ...] = ()

    def expired(self, today: datetime.date) -> tuple[Problem, ...]:
        """The entries that have no effect any more."""
        return tuple(
            Problem(*place, "expired", f"without effect since {each.expires}: take it out")
            for place, each in zip(self.places, self.adjustments, strict=True)
            if each.expires < today
        )


def overlaid(
    knowledge: KnowledgeBase, path: Path | None, *, is_past: bool = False
) -> KnowledgeBase:
    """The knowledge under a site's overlay; raises `InvalidKnowledge` where that is unsound.

    An overlay was written for the rules of today: of those of an earlier release it is not asked
    whether it fits them, and what it says of a rule that they do not have is without effect.
    """
    if path is None:
        return knowledge
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise InvalidKnowledge((f"{path}: the overlay is missing or not UTF-8",)) from None
    overlay = read_overlay(text, path.name, None if is_past else knowledge.rules)
    if overlay.problems:
        raise InvalidKnowledge(tuple(map(str, overlay.problems)))
    digest = hashlib.sha256(knowledge.digest.encode() + b"\0" + content).hexdigest()
    return knowledge.overlaid(overlay.adjustments, digest)


def read_overlay(text: str, file: str, rules: Iterable[Rule] | None) -> Overlay:
    """The entries of an overlay, which may name these rules, or any."""
    problems = Problems()
    root = read(text, file, problems)
    if root is None:
        return Overlay((), problems.sorted())
    fields = Fields(root, problems, "the file", (), (KEY, SIGNATURES_KEY))
    if KEY not in fields and SIGNATURES_KEY not in fields:
        problems.add(root.place, "missing-key", f"the file needs {KEY!r}")
    # The last entry may be taken out again: an empty list says that nothing is changed.
    nodes = fields.items(KEY) if KEY in fields else ()
    known = None if rules is None else {rule.id: rule for rule in rules}
    found = tuple(_entry(node, known, problems) for node in nodes)
    _check_repeats(nodes, found, problems)
    signed = read_signatures(root, known, problems).entries
    places = tuple(node.place for node in nodes)
    return Overlay(found, problems.sorted(), places, signed)


def _entry(node: Node, rules: Mapping[str, Rule] | None, problems: Problems) -> Adjustment:
    fields = Fields(node, problems, "an entry", ENTRY_KEYS, OPTIONAL_KEYS)
    named_rule = fields.scalar("rule")
    if named_rule is not None:
        check_reference(named_rule, "rule", rules, problems)
    rule = rules.get(named_rule.text) if rules and named_rule else None
    entry = Adjustment(
        rule=named_rule.text if named_rule else "",
        row=fields.whole("outcome"),
        severity=fields.choice("severity", {**SEVERITIES}, None),
        who=fields.text("who"),
        reason=fields.text("reason"),
        expires=fields.date("expires") or datetime.date.max,
        accept_risk=fields.text("accept_risk"),
    )
    _check_change(fields)
    _check_row(entry, rule, fields)
    _check_risk(entry, rule, fields)
    return entry


def _check_change(fields: Fields) -> None:
    """Either another severity or nothing at all."""
    off = fields.truth("off", default=False)
    if off and ("severity" in fields or "outcome" in fields):
        shown = "a rule is off as a whole, without severity or outcome"
        fields.problems.add(fields.place_of("off"), "contradiction", shown)
    if not off and "severity" not in fields:
        fields.problems.add(fields.place, "missing-key", "an entry needs 'severity' or 'off: true'")


def _check_row(entry: Adjustment, rule: Rule | None, fields: Fields) -> None:
    if rule is None:
        return
    place, rows = fields.place_of("outcome"), rule.outcomes
    if "outcome" in fields and not 1 <= entry.row <= len(rows):
        shown = f"{rule.id!r} has outcomes 1 to {len(rows)}"
        fields.problems.add(place, "wrong-value", shown)
        return
    concerned = rows[entry.row - 1 : entry.row] if entry.row else rows
    if all(row.severity is entry.severity for row in concerned):
        shown = "changes nothing: the rule says so already"
        fields.problems.add(fields.place_of("severity"), "idle-entry", shown)


def _check_risk(entry: Adjustment, rule: Rule | None, fields: Fields) -> None:
    """A label's contraindication is weakened only by who says in words that the risk is taken."""
    rows = rule.outcomes if rule else ()
    concerned = rows[entry.row - 1 : entry.row] if entry.row else rows
    is_grave = any(row.severity is Severity.CONTRAINDICATED for row in concerned)
    if is_grave and not entry.accept_risk:
        shown = "weakens a contraindication: let 'accept_risk' say who takes that risk, and why"
        fields.problems.add(fields.place, "unaccepted-risk", shown)
    if entry.accept_risk and rule is not None and not is_grave:
        shown = "no contraindication is weakened here"
        fields.problems.add(fields.place_of("accept_risk"), "idle-key", shown)


def _check_repeats(
    nodes: tuple[Node, ...], entries: tuple[Adjustment, ...], problems: Problems
) -> None:
    """Two entries for one outcome would leave it to their order which of them holds."""
    seen: dict[str, set[int]] = {}
    for node, entry in zip(nodes, entries, strict=True):
        rows = seen.setdefault(entry.rule, set())
        if rows and (not entry.row or 0 in rows or entry.row in rows):
            problems.add(node.place, "duplicate-item", f"{entry.rule!r} is changed already")
        rows.add(entry.row)
