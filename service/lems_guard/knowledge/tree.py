"""A YAML document as a plain tree: text, mappings and lists, each with its place.

Nothing is typed here: `NO`, `2024-05` and `1.0` are text until a field says what it holds.
"""

from dataclasses import dataclass
from typing import TypeAlias

from lems_guard.knowledge.problems import Place


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as written; `plain` is false for quoted and block text."""

    place: Place
    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """A mapping: each key once, in the order written."""

    place: Place
    entries: tuple[tuple[Scalar, "Node"], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """A list."""

    place: Place
    items: tuple["Node", ...]


Node: TypeAlias = Scalar | Branch | Series


def kind_of(node: Node) -> str:
    """What a node is, in words for a message."""
    if isinstance(node, Branch):
        return "a mapping"
    if isinstance(node, Series):
        return "a list"
    return "text" if node.text or not node.plain else "nothing"
