"""Signatures: who has signed which rule, as it stood then, and until when that holds.

They stand in `signatures.yaml` beside the rules, or under `signatures` of a site's overlay, one
entry after another: nothing is taken out when a rule is signed anew. An entry holds the digest of
what was signed, so that a rule which says something else since is unsigned again, and a seal over
itself, so that an entry which was changed by hand is refused. The seal proves no identity: who may
write the file may sign.
"""

import dataclasses
import datetime
import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.clinical.rule import Review, Rule
from lems_guard.knowledge.layout import SIGNATURES
from lems_guard.knowledge.problems import Place, Problem, Problems
from lems_guard.knowledge.reader import read
from lems_guard.knowledge.shape import Fields, check_reference
from lems_guard.knowledge.tree import Branch, Node
from lems_guard.screening.knowledge_base import DrugClass, KnowledgeBase

KEY = "signatures"
ENTRY_KEYS = ("rule", "version", "content", "by", "role", "on", "seal")
OPTIONAL_KEYS = ("until", "note")
HEAD = """\
# Who has signed which rule, as it stood then. Written by `lems-guard rules sign`; an entry that is
# changed by hand is refused, one that is taken out unsigns its rule.
"""


class Signature(NamedTuple):
    """That somebody read a rule and stands for it: the rule as it stood, who, as what, and when."""

    rule: str
    version: int
    content: str
    by: str
    role: str
    on: datetime.date
    until: datetime.date | None = None
    note: str = ""

    def seal(self) -> str:
        """A hash over all that the entry says."""
        said = [str(each) if each is not None else "" for each in self]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:24]

    def entry(self) -> str:
        """The entry as it is written; JSON's text is YAML's too."""
        lines = [
            f"  - rule: {self.rule}",
            f"    version: {self.version}",
            f"    content: {json.dumps(self.content)}",
            f"    by: {json.dumps(self.by, ensure_ascii=False)}",
            f"    role: {json.dumps(self.role, ensure_ascii=False)}",
            f"    on: {self.on.isoformat()}",
            *([f"    until: {self.until.isoformat()}"] if self.until else []),
            *([f"    note: {json.dumps(self.note, ensure_ascii=False)}"] if self.note else []),
            f"    seal: {json.dumps(self.seal())}",
        ]
        return "".join(f"{line}\n" for line in lines)


class Signatures(NamedTuple):
    """What a file holds, in its order, and what is wrong with it."""

    entries: tuple[Signature, ...] = ()
    problems: tuple[Problem, ...] = ()


def content_digest(rule: Rule, classes: Mapping[str, DrugClass]) -> str:
    """A digest of what is signed: the rule as written, who belongs to its classes, its sources."""
    partners = rule.partners.classes if rule.partners else frozenset()
    members = {
        name: sorted(classes[name].members) for name in sorted(rule.drugs.classes | partners)
    }
    cited = {evidence.source for row in rule.outcomes for evidence in row.advice.evidence}
    sources = sorted([each.id, each.title, each.revised, each.kind.name] for each in cited)
    text = json.dumps([rule.written, members, sources], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read_signatures(
    root: Node | None, rules: Collection[str] | None, problems: Problems
) -> Signatures:
    """The entries under `signatures` of a file that was read; refused ones are problems.

    They may name these rules, or any.
    """
    if not isinstance(root, Branch) or all(key.text != KEY for key, _ in root.entries):
        return Signatures()
    kept = tuple(entry for entry in root.entries if entry[0].text == KEY)
    nodes = Fields(Branch(root.place, kept), problems, "the file", (KEY,)).items(KEY, least=1)
    return Signatures(tuple(_signature(node, rules, problems) for node in nodes))


def _signature(node: Node, known: Collection[str] | None, problems: Problems) -> Signature:
    before = len(problems)
    fields = Fields(node, problems, "a signature", ENTRY_KEYS, OPTIONAL_KEYS)
    rule = fields.scalar("rule")
    if rule is not None:
        check_reference(rule, "rule", known, problems)
    found = Signature(
        rule=rule.text if rule else "",
        version=fields.whole("version"),
        content=fields.text("content"),
        by=fields.text("by"),
        role=fields.text("role"),
        on=fields.date("on") or datetime.date.max,
        until=fields.date("until"),
        note=fields.text("note"),
    )
    if len(problems) == before and fields.text("seal") != found.seal():
        shown = (
            f"the signature of {found.rule!r} was changed after it was made: "
            "take it out, and sign again with `rules sign`"
        )
        problems.add(fields.place_of("seal"), "broken-seal", shown)
    return found


def signatures_of(path: Path, rules: Iterable[Rule] | None, file: str = "") -> Signatures:
    """The signatures in a file, of these rules or of any; none where there is no file."""
    if not path.is_file():
        return Signatures()
    problems, name = Problems(), file or path.name
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return Signatures((), (Problem(name, 1, 1, "encoding", "not UTF-8"),))
    known = None if rules is None else {rule.id for rule in rules}
    found = read_signatures(read(text, name, problems), known, problems)
    if path.name == SIGNATURES and not found.entries and not len(problems):
        problems.add(Place(name, 1, 1), "missing-key", f"the file needs {KEY!r}")
    return Signatures(found.entries, problems.sorted())


def signed(
    knowledge: KnowledgeBase, folder: Path, overlay: Path | None, *, is_past: bool = False
) -> KnowledgeBase:
    """The knowledge with what was signed of it; raises `InvalidKnowledge` for a refused entry.

    An overlay may have signed rules that an earlier release did not have.
    """
    rules = None if is_past else knowledge.rules
    entries: list[Signature] = []
    digest = hashlib.sha256(knowledge.digest.encode())
    for path in (folder / SIGNATURES, overlay):
        found = Signatures() if path is None else signatures_of(path, rules)
        if found.problems:
            raise InvalidKnowledge(tuple(map(str, found.problems)))
        entries += found.entries
    if not entries:
        return knowledge
    digest.update("".join(entry.seal() for entry in entries).encode())
    return dataclasses.replace(with_signatures(knowledge, entries), digest=digest.hexdigest())


def with_signatures(knowledge: KnowledgeBase, entries: Sequence[Signature]) -> KnowledgeBase:
    """The knowledge, its rules with their reviews."""
    of_rule: dict[str, list[Signature]] = defaultdict(list)
    for entry in entries:
        of_rule[entry.rule].append(entry)
    classes = {each.id: each for each in knowledge.classes}
    rules = tuple(_reviewed(rule, of_rule.get(rule.id, ()), classes) for rule in knowledge.rules)
    return KnowledgeBase.of(knowledge.version, knowledge.digest, rules, knowledge.classes)


def _reviewed(rule: Rule, entries: Sequence[Signature], classes: Mapping[str, DrugClass]) -> Rule:
    """The rule with the last signature of what it says now, or of what it said before."""
    if not entries:
        return rule
    content = content_digest(rule, classes)
    fitting = [each for each in entries if each.content == content]
    last = (fitting or entries)[-1]
    due = last.until.isoformat() if last.until else rule.review.due
    review = Review(last.by, last.role, last.on.isoformat(), due, last.note, is_changed=not fitting)
    return dataclasses.replace(rule, review=review)


def with_entries(text: str, entries: Sequence[Signature]) -> str:
    """A file's text with further signatures in it, after those that it holds."""
    written = "".join(entry.entry() for entry in entries)
    if not text.strip():
        return f"{HEAD}{KEY}:\n{written}"
    lines = text.splitlines(keepends=True)
    if not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    end = _end_of_signatures(text, len(lines))
    if end is None:
        return "".join(lines) + f"{KEY}:\n{written}"
    return "".join((*lines[:end], written, *lines[end:]))


def _end_of_signatures(text: str, last: int) -> int | None:
    """The line before which another signature is put; `None` where there is none yet."""
    root = read(text, "", Problems())
    keys = [key for key, _ in root.entries] if isinstance(root, Branch) else []
    for key, after in zip(keys, (*keys[1:], None), strict=True):
        if key.text == KEY:
            return last if after is None else after.place.line - 1
    return None
