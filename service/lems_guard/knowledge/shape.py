"""Reading fields: what a mapping may hold, and each value typed by its field.

A fault is recorded and a stand-in returned, so that one pass finds all faults of a file.
"""

import datetime
import enum
import math
import re
from collections.abc import Collection, Mapping
from typing import TypeVar

from lems_guard.knowledge.problems import Place, Problems, suggestion
from lems_guard.knowledge.tree import Branch, Node, Scalar, Series, kind_of

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=enum.IntEnum)

KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
WHOLE = re.compile(r"[0-9]{1,9}")
DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
TRUTHS = {"true": True, "false": False}


def named(choices: type[Choice]) -> dict[str, Choice]:
    """The values of an enumeration by the names they have in YAML: `AVOID`, `ORAL`."""
    return {choice.name: choice for choice in choices}


def kebab(choices: type[Choice]) -> dict[str, Choice]:
    """The values of an enumeration by lower-case names: `drug-disease`, `gap`."""
    return {choice.name.lower().replace("_", "-"): choice for choice in choices}


class Fields:
    """One mapping of the content, read field by field."""

    def __init__(
        self,
        node: Node,
        problems: Problems,
        what: str,
        required: tuple[str, ...],
        optional: tuple[str, ...] = (),
    ) -> None:
        """Check the keys: unknown and missing ones are problems."""
        self.place = node.place
        self.problems = problems
        self._entries: dict[str, Node] = {}
        self._keys: dict[str, Place] = {}
        if not isinstance(node, Branch):
            problems.add(node.place, "wrong-shape", f"{what} is a mapping, not {kind_of(node)}")
            return
        for key, value in node.entries:
            if key.text in required or key.text in optional:
                self._entries[key.text], self._keys[key.text] = value, key.place
            else:
                problems.add_unknown(key.place, "key", key.text, (*required, *optional))
        for name in required:
            if name not in self._entries:
                problems.add(node.place, "missing-key", f"{what} needs {name!r}")

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def node(self, key: str) -> Node | None:
        """The value of a key as it stands, if it is there."""
        return self._entries.get(key)

    def place_of(self, key: str) -> Place:
        """Where a key stands; where its mapping stands when it is not there."""
        return self._keys.get(key, self.place)

    def scalar(self, key: str) -> Scalar | None:
        """The value of a key when it is text; anything else is a problem."""
        node = self._entries.get(key)
        return None if node is None else text_of(node, f"{key!r}", self.problems)

    def text(self, key: str) -> str:
        """Text without outer space; empty when the key is not there."""
        scalar = self.scalar(key)
        return scalar.text.strip() if scalar else ""

    def name(self, key: str) -> str:
        """An id in kebab-case."""
        scalar = self.scalar(key)
        if scalar is None:
            return ""
        if not KEBAB.fullmatch(scalar.text):
            shown = f"{scalar.text!r} is no id: lower-case letters, digits and single hyphens"
            self.problems.add(scalar.place, "wrong-value", shown)
        return scalar.text

    def choice(self, key: str, names: Mapping[str, Value], fallback: Value) -> Value:
        """One of the named values; `fallback` when the key is not there."""
        scalar = self.scalar(key)
        if scalar is None:
            return fallback
        return one_of(scalar, key, names, self.problems, fallback)

    def choices(self, key: str, names: Mapping[str, Value]) -> frozenset[Value]:
        """A list of named values; empty when the key is not there."""
        missing = object()
        found = [
            one_of(item, key, names, self.problems, missing) for item in self.texts(key, least=1)
        ]
        return frozenset(value for value in names.values() if value in found)

    def truth(self, key: str, *, default: bool) -> bool:
        """`true` or `false`."""
        return self.choice(key, TRUTHS, default)

    def whole(self, key: str) -> int:
        """A whole number, not negative."""
        scalar = self.scalar(key)
        if scalar is None:
            return 0
        if not WHOLE.fullmatch(scalar.text):
            shown = f"{key!r} is a whole number, not {scalar.text!r}"
            self.problems.add(scalar.place, "wrong-value", shown)
            return 0
        return int(scalar.text)

    def number(self, key: str) -> float | None:
        """A number, or `None` when the key is not there."""
        scalar = self.scalar(key)
        return None if scalar is None else number_of(scalar, key, self.problems)

    def date(self, key: str) -> datetime.date | None:
        """A day as `YYYY-MM-DD`, or `None` when the key is not there."""
        scalar = self.scalar(key)
        if scalar is None:
            return None
        try:
            return datetime.datetime.strptime(scalar.text, "%Y-%m-%d").date()  # noqa: DTZ007
        except ValueError:
            shown = f"{key!r} is a day such as 2026-11-21, not {scalar.text!r}"
            self.problems.add(scalar.place, "wrong-value", shown)
            return None

    def items(self, key: str, *, least: int = 0) -> tuple[Node, ...]:
        """The items of a list; empty when the key is not there."""
        node = self._entries.get(key)
        if node is None:
            return ()
        if not isinstance(node, Series):
            shown = f"{key!r} is a list, not {kind_of(node)}"
            self.problems.add(node.place, "wrong-shape", shown)
            return ()
        if len(node.items) < least:
            self.problems.add(node.place, "empty-list", f"{key!r} lists nothing")
        return node.items

    def texts(self, key: str, *, least: int = 0) -> tuple[Scalar, ...]:
        """The items of a list of texts, each of them once."""
        found: dict[str, Scalar] = {}
        for node in self.items(key, least=least):
            scalar = text_of(node, f"an item of {key!r}", self.problems)
            if scalar is None:
                continue
            if found.setdefault(scalar.text, scalar) is not scalar:
                shown = f"{scalar.text!r} is listed twice"
                self.problems.add(scalar.place, "duplicate-item", shown)
        return tuple(found.values())

    def references(
        self, key: str, what: str, known: Collection[str] | None, *, least: int = 0
    ) -> tuple[str, ...]:
        """A list of names, each of which must be known; `None` stands for "cannot be told"."""
        scalars = self.texts(key, least=least)
        for scalar in scalars:
            check_reference(scalar, what, known, self.problems)
        return tuple(scalar.text for scalar in scalars)


def text_of(node: Node, what: str, problems: Problems) -> Scalar | None:
    """The node when it is text and says something."""
    if isinstance(node, Scalar) and node.text.strip():
        return node
    kind = "nothing" if isinstance(node, Scalar) else kind_of(node)
    problems.add(node.place, "wrong-shape", f"{what} is text, not {kind}")
    return None


def number_of(scalar: Scalar, what: str, problems: Problems) -> float | None:
    """The number that a text holds."""
    if DECIMAL.fullmatch(scalar.text) and math.isfinite(number := float(scalar.text)):
        return number
    problems.add(scalar.place, "wrong-value", f"{what!r} is a number, not {scalar.text!r}")
    return None


def one_of(
    scalar: Scalar, key: str, names: Mapping[str, Value], problems: Problems, fallback: Value
) -> Value:
    """The value that a text names."""
    if scalar.text in names:
        return names[scalar.text]
    shown = f"{key!r} cannot be {scalar.text!r}{suggestion(scalar.text, names)}"
    problems.add(scalar.place, "wrong-value", shown)
    return fallback


def check_reference(
    scalar: Scalar, what: str, known: Collection[str] | None, problems: Problems
) -> None:
    """Record a name that nothing has."""
    if known is not None and scalar.text not in known:
        problems.add_unknown(scalar.place, what, scalar.text, known)
