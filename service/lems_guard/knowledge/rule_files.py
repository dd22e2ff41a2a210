"""A file of rules as written: what its rules share is put into each, so that each stands whole.

`defaults` hold what makes the rules of a file one family. What a person is told, how bad it is and
who reviewed it each rule says itself: a new rule must not get them unseen. A text or part of one,
an alternative or evidence that several rules give is written once, under a name that they use.
"""

from collections.abc import Iterator

from lems_guard.knowledge.advice import TEXTS
from lems_guard.knowledge.defaults import Defaults
from lems_guard.knowledge.problems import Problems
from lems_guard.knowledge.shape import KEBAB, Fields, check_reference
from lems_guard.knowledge.tree import Branch, Node, Scalar, Series, kind_of

DEFAULT_KEYS = (
    "kind",
    "concern",
    "partners",
    "needs_lems",
    "jurisdictions",
    "lists",
    "override_policy",
    "frequency_of_exposure",
    "frequency_of_harm",
)
# What a section of named things is called, by the key of a rule or row that may use its names.
SECTIONS = {
    "consequence": "consequences",
    "mechanism": "mechanisms",
    "action": "actions",
    "alternatives": "alternatives",
    "evidence": "evidence",
}
FILE_KEYS = ("defaults", *SECTIONS.values())


def rules_of(root: Node, problems: Problems) -> tuple[Node, ...]:
    """The rules of a file, each with its defaults and all that it names put in."""
    fields = Fields(root, problems, "the file", ("rules",), FILE_KEYS)
    defaults = Defaults(fields.node("defaults"), "'defaults'", DEFAULT_KEYS, problems)
    named = {key: _Named(key, fields.node(name), problems) for key, name in SECTIONS.items()}
    rules = fields.items("rules", least=1)
    whole = tuple(
        defaults.put_into(_with_named(rule, named)) if isinstance(rule, Branch) else rule
        for rule in rules
    )
    defaults.check_used()
    for section in named.values():
        section.check_used()
    return whole


class _Named:
    """One section: things by name, and which of them are still to be used."""

    def __init__(self, key: str, node: Node | None, problems: Problems) -> None:
        self._what = key.removesuffix("s")
        self.holds_texts = key in TEXTS
        self._problems = problems
        self._things: dict[str, tuple[Scalar, Node]] = {}
        if isinstance(node, Branch):
            self._things = {name.text: (name, thing) for name, thing in node.entries}
        elif node is not None:
            shown = f"{SECTIONS[key]!r} is a mapping of names, not {kind_of(node)}"
            problems.add(node.place, "wrong-shape", shown)
        for name, thing in self._things.values():
            if not _is_name(name):
                shown = f"{name.text!r} is no name: lower-case letters, digits and single hyphens"
                problems.add(name.place, "wrong-value", shown)
            if _is_name(thing):
                problems.add(
                    thing.place, "wrong-value", "a name stands for a thing, not for a name"
                )
        self._idle = set(self._things)

    def meant(self, node: Node) -> Node:
        """The thing that a name stands for; a node that is no name stands for itself."""
        if not isinstance(node, Scalar) or not _is_name(node):
            return node
        check_reference(node, self._what, self._things, self._problems)
        self._idle.discard(node.text)
        return self._things[node.text][1] if node.text in self._things else node

    def check_used(self) -> None:
        """A thing that nobody names is either forgotten or misspelt."""
        for name in sorted(self._idle):
            shown = f"no rule of this file uses {name!r}: leave it out"
            self._problems.add(self._things[name][0].place, "idle-name", shown)


def _is_name(node: Node) -> bool:
    """Texts have spaces or a full stop; one word with hyphens is a name."""
    return isinstance(node, Scalar) and KEBAB.fullmatch(node.text) is not None


def _with_named(rule: Branch, named: dict[str, _Named]) -> Branch:
    """A rule, or a row of its table, with the things it names in their place."""
    return Branch(rule.place, tuple(_entries(rule, named)))


def _entries(branch: Branch, named: dict[str, _Named]) -> Iterator[tuple[Scalar, Node]]:
    for key, value in branch.entries:
        if key.text in named:
            yield key, _meant(value, named[key.text])
        elif key.text == "outcomes" and isinstance(value, Series):
            yield key, Series(value.place, tuple(_row(row, named) for row in value.items))
        else:
            yield key, value


def _row(row: Node, named: dict[str, _Named]) -> Node:
    return _with_named(row, named) if isinstance(row, Branch) else row


def _meant(value: Node, section: _Named) -> Node:
    """A text that may be a name, or a list whose items may be names; parts of a text are joined."""
    if not isinstance(value, Series):
        return section.meant(value)
    items = tuple(section.meant(item) for item in value.items)
    texts = [item.text.strip() for item in items if isinstance(item, Scalar)]
    if section.holds_texts and texts and len(texts) == len(items):
        return Scalar(value.place, " ".join(texts), plain=False)
    return Series(value.place, items)
