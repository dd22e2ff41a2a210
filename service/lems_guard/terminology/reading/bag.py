"""The phrases of one order by their kind."""

from collections.abc import Iterable
from typing import TypeAlias

from lems_guard.terminology.lexicon import Kind
from lems_guard.terminology.reading.phrase import Phrase

# Each list in the order of the text.
Bag: TypeAlias = dict[Kind, list[Phrase]]


def bag_of(phrases: Iterable[Phrase]) -> Bag:
    """The phrases of an order by their kind."""
    bag: Bag = {}
    for phrase in phrases:
        kind = phrase.kind
        if kind in bag:
            bag[kind].append(phrase)
        else:
            bag[kind] = [phrase]
    return bag
