"""The lock: which version of each rule has which content, and which ids are used up.

`rules.lock` is written by a command and read by lint: content that changes without its version, an
id that vanishes or comes back, all show there. Content is the rule as written, with what its file
says once put in: an engine that learns new fields or values changes no rule. A rule's review is no
content of it; neither is the wording of its sources, nor who belongs to a class. All that is the
manifest's, which stands below (`manifest.py`).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from lems_guard.clinical.rule import Rule
from lems_guard.knowledge.manifest import LOCK, MARK
from lems_guard.knowledge.problems import Place, Problem
from lems_guard.knowledge.tree import Branch, Node, Series

RETIRED = "retired"
NO_CONTENT = frozenset({"version", "review"})


class Locked(NamedTuple):
    """A line of the lock: a version and its content, or why an id is used up."""

    rule: str
    version: int
    content: str
    retired: str = ""

    def line(self) -> str:
        """As it is written."""
        if self.retired:
            return f"{self.rule}\t{RETIRED}\t{self.retired}"
        return f"{self.rule}\t{self.version}\t{self.content}"


class LockReport(NamedTuple):
    """What must not be, and what is only not locked yet."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def content_of(rule: Node) -> str:
    """A short hash of a rule as written: neither comments, layout nor the order of keys count."""
    entries = rule.entries if isinstance(rule, Branch) else ()
    said = Branch(rule.place, tuple(entry for entry in entries if entry[0].text not in NO_CONTENT))
    text = json.dumps(_plain(said), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(node: Node) -> object:
    if isinstance(node, Branch):
        return {key.text: _plain(value) for key, value in node.entries}
    if isinstance(node, Series):
        return [_plain(item) for item in node.items]
    return " ".join(node.text.split())


def read_lock(text: str) -> tuple[dict[str, Locked], tuple[Problem, ...]]:
    """The lines of a lock by id, and those that are none."""
    found: dict[str, Locked] = {}
    problems = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(MARK):
            continue
        cells = line.split("\t")
        entry = _entry(cells) if len(cells) == 3 else None
        if entry is None or entry.rule in found:
            shown = "not as `rules lock` writes it: take it from version control"
            problems.append(Problem(LOCK, number, 1, "damaged-lock", shown))
        else:
            found[entry.rule] = entry
    return found, tuple(problems)


def _entry(cells: list[str]) -> Locked | None:
    rule, version, content = cells
    if version == RETIRED:
        return Locked(rule, 0, "", content) if content else None
    return Locked(rule, int(version), content) if version.isdigit() else None


def lock_of(
    rules: Iterable[Rule], before: Mapping[str, Locked], retired: Mapping[str, str]
) -> dict[str, Locked]:
    """The lock of these rules: what was retired stays, what is retired now joins it."""
    kept = {rule: entry for rule, entry in before.items() if entry.retired}
    gone = {rule: Locked(rule, 0, "", reason) for rule, reason in retired.items()}
    present = {rule.id: Locked(rule.id, rule.version, rule.written) for rule in rules}
    return present | kept | gone


def written(lock: Mapping[str, Locked]) -> str:
    """The lock as a file, sorted by id."""
    return "".join(f"{lock[rule].line()}\n" for rule in sorted(lock))


def checked(
    rules: Iterable[Rule], lock: Mapping[str, Locked], retired: Iterable[str] = ()
) -> LockReport:
    """The rules held against the lock; ids that are retired just now may vanish."""
    present = {rule.id: rule for rule in rules}
    places = {rule: Place(LOCK, line, 1) for line, rule in enumerate(sorted(lock), start=1)}
    problems: list[Problem] = []
    warnings: list[Problem] = []
    for rule in present.values():
        entry = lock.get(rule.id)
        if entry is None:
            shown = f"{rule.id!r} is not locked: run `rules lock`"
            warnings.append(Problem(LOCK, len(lock) + 1, 1, "not-locked", shown))
            continue
        place = places[rule.id]
        for code, message in _against(rule, entry):
            (warnings if code == "not-locked" else problems).append(Problem(*place, code, message))
    for rule_id in sorted(lock.keys() - present.keys() - set(retired)):
        if not lock[rule_id].retired:
            shown = f"{rule_id!r} is gone: `rules lock --retire {rule_id} --why TEXT` says why"
            problems.append(Problem(*places[rule_id], "vanished-rule", shown))
    return LockReport(tuple(problems), tuple(warnings))


def _against(rule: Rule, entry: Locked) -> Iterator[tuple[str, str]]:
    if entry.retired:
        yield "reused-id", f"{rule.id!r} was retired ({entry.retired}): take another id"
        return
    changed = rule.written != entry.content
    if rule.version < entry.version:
        yield "version-went-back", f"{rule.id!r} was at version {entry.version} already"
    elif changed and rule.version == entry.version:
        shown = f"{rule.id!r} says something else: make it version {entry.version + 1}"
        yield "changed-without-version", shown
    elif changed or rule.version > entry.version:
        yield "not-locked", f"{rule.id!r} is at version {rule.version}: run `rules lock`"
