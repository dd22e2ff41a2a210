"""A door: a way by which bytes of others come in, and what must hold whatever they are."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeAlias

SEEDS = Path(__file__).parent / "seeds"


class Door(NamedTuple):
    """One way in.

    `enter` raises for a real fault alone: what a door may refuse, it has refused by then. `grown`
    makes an input of about so many parts, to see how the cost grows.
    """

    enter: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    grown: Callable[[int], bytes]
    pieces: tuple[bytes, ...] = ()


# Each is made when it is needed: some read the whole knowledge base for it.
Doors: TypeAlias = dict[str, Callable[[], Door]]


class Fault(AssertionError):
    """A door let something through, or lost something."""


def must(holds: object, what: str) -> None:
    """Raise `Fault` with what was promised, unless it holds."""
    if not holds:
        raise Fault(what)


def kept(name: str) -> tuple[bytes, ...]:
    """The committed seeds of a door: inputs that once were a fault, and such that reach far."""
    return tuple(path.read_bytes() for path in sorted((SEEDS / name).glob("*")))
