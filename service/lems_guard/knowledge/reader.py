"""YAML 1.2, read strictly into a tree with places: the only file that knows the YAML library.

What makes YAML surprising is refused: duplicate keys, anchors and aliases, tags, directives, tabs,
several documents in one file. The parser's events are used directly, so nothing is ever guessed
to be a number, a date or a boolean.
"""

import re
from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from lems_guard.knowledge.problems import Place, Problems
from lems_guard.knowledge.tree import Branch, Node, Scalar, Series

# What cannot be seen: control characters, zero-width and direction marks, the byte order mark.
ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
# Of one file: a hundred times what the longest one here has, and four times as deep.
MOST_CHARACTERS = 2_000_000
DEEPEST = 40


class TooDeep(Exception):
    """A document that is nested more deeply than any content is."""


def read(text: str, file: str, problems: Problems) -> Node | None:
    """The document in `text`, or `None` when there is none that can be read."""
    if len(text) > MOST_CHARACTERS:
        problems.add(Place(file, 1, 1), "too-long", f"more than {MOST_CHARACTERS} characters")
        return None
    if _has_odd_characters(text, file, problems):
        return None
    try:
        return _Document(file, problems).read(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
        problems.add(place, "yaml-syntax", str(fault.problem or fault.context))
    except YAMLError as fault:
        problems.add(Place(file, 1, 1), "yaml-syntax", " ".join(str(fault).split()))
    except (RecursionError, TooDeep):
        problems.add(Place(file, 1, 1), "yaml-syntax", "nested too deeply")
    return None


def _has_odd_characters(text: str, file: str, problems: Problems) -> bool:
    """Tabs, control characters and invisible ones: what looks right must be right."""
    before = len(problems)
    for number, line in enumerate(text.split("\n"), start=1):
        odd = ODD.search(line.removesuffix("\r"))
        if odd is not None:
            name = "a tab" if odd[0] == "\t" else f"an invisible character U+{ord(odd[0]):04X}"
            place = Place(file, number, odd.start() + 1)
            problems.add(place, "odd-character", f"{name}: write spaces")
    return len(problems) > before


class _Document:
    """One file being read: the events of the parser become the tree."""

    def __init__(self, file: str, problems: Problems) -> None:
        self._file = file
        self._problems = problems
        self._events: Iterator[Event] = iter(())
        self._depth = 0

    def read(self, events: Iterator[Event]) -> Node | None:
        """The tree of the first document; a second one is a problem."""
        self._events = events
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                self._check_document(event, documents)
                root = self._node(next(events)) if documents == 1 else root
        if documents == 0:
            self._problems.add(Place(self._file, 1, 1), "empty-file", "the file holds nothing")
        return root

    def _check_document(self, event: DocumentStartEvent, number: int) -> None:
        if event.version or event.tags:
            self._problem(event, "directive", "a %-directive: leave it out, YAML 1.2 is read")
        if number == 2:
            self._problem(event, "many-documents", "one document per file: leave out '---'")

    def _node(self, event: Event) -> Node:
        place = self._place(event)
        if isinstance(event, AliasEvent):
            self._problem(event, "alias", f"an alias '*{event.anchor}': write the value out")
            return Scalar(place, "", plain=False)
        self._check_plainness(event)
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            return self._nested(event, place)
        if not isinstance(event, ScalarEvent):
            raise TypeError(f"the parser gave {event!r} where a value belongs")
        return Scalar(place, event.value, plain=event.style is None)

    def _nested(self, event: Event, place: Place) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise TooDeep
        is_mapping = isinstance(event, MappingStartEvent)
        node: Node = (
            Branch(place, tuple(self._entries()))
            if is_mapping
            else Series(place, tuple(self._items()))
        )
        self._depth -= 1
        return node

    def _check_plainness(self, event: Event) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor is not None:
            self._problem(event, "anchor", f"an anchor '&{anchor}': write values out")
        if tag is not None:
            self._problem(event, "tag", f"a tag {tag!r}: fields know their own types")

    def _entries(self) -> Iterator[tuple[Scalar, Node]]:
        """The entries of a mapping; the first of two equal keys is kept."""
        first: dict[str, Place] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key, value = self._node(event), self._node(next(self._events))
            if not isinstance(key, Scalar):
                self._problems.add(key.place, "wrong-shape", "a key must be text")
            elif key.text in first:
                earlier = f"{key.text!r} stands in line {first[key.text].line} already"
                self._problems.add(key.place, "duplicate-key", earlier)
            else:
                first[key.text] = key.place
                yield key, value

    def _items(self) -> Iterator[Node]:
        while not isinstance(event := next(self._events), SequenceEndEvent):
            yield self._node(event)

    def _place(self, event: Event) -> Place:
        mark = event.start_mark
        return Place(self._file, mark.line + 1, mark.column + 1)

    def _problem(self, event: Event, code: str, message: str) -> None:
        self._problems.add(self._place(event), code, message)
