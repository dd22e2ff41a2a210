"""Memories of what was worked out before: bounded, and never of an influence on an answer."""

from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")
Result = TypeVar("Result")

# Few enough that the garbage collector walks them in a millisecond.
MOST_KEPT = 256
MOST_SOURCES = 64


class Recent(Generic[Key, Value]):
    """A bounded mapping that forgets what was not asked for lately.

    What is asked for moves from the older half to the newer; when that is full, the older is
    forgotten and the newer is the older.
    """

    __slots__ = ("_half", "_new", "_old")

    def __init__(self, half: int = MOST_KEPT) -> None:
        """Keep at least the last `half` entries asked for, and at most twice as many."""
        self._half = half
        self._new: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def __len__(self) -> int:
        return len(self._new.keys() | self._old.keys())

    def get(self, key: Key) -> Value | None:
        """What is kept under a key."""
        value = self._new.get(key)
        if value is None:
            value = self._old.get(key)
            if value is not None:
                self.keep(key, value)
        return value

    def keep(self, key: Key, value: Value) -> None:
        """Add an entry."""
        if len(self._new) >= self._half:
            self._new, self._old = {}, self._new
        self._new[key] = value


class Memory(Generic[Result]):
    """Results known again by the very objects that they were worked out from.

    To compare what a result depends on would cost as much as to work it out; to ask whether it is
    the same objects costs next to nothing. The objects are kept as long as what was made of them,
    so no other can come to have their identity. They are immutable, as all values of the core.
    """

    __slots__ = ("_known",)

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._known: Recent[tuple[int, ...], tuple[Result, tuple[object, ...]]] = Recent()

    def __len__(self) -> int:
        return len(self._known)

    def recall(
        self, sources: tuple[object, ...], work: Callable[..., Result], *given: object
    ) -> Result:
        """What was worked out from the sources, else `work(*given)`, which depends on no more."""
        key = tuple(map(id, sources))
        known = self._known.get(key)
        if known is not None:
            return known[0]
        result = work(*given)
        if len(sources) <= MOST_SOURCES:
            self._known.keep(key, (result, sources))
        return result
