"""Until when an answer is of use: all that the core knows of a clock is a question it may ask."""

from collections.abc import Callable
from typing import TypeAlias

# Raises `DeadlinePassed` once nobody waits any more.
InTime: TypeAlias = Callable[[], None]


def always() -> None:
    """Whoever asked waits until the end."""
