"""A memory of what was worked out before: bounded, and never of an influence on an answer."""

from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """A bounded mapping that forgets what was not asked for lately.

    What is asked for moves from the older half to the newer; when that is full, the older is
    forgotten and the newer is the older.
    """

    __slots__ = ("_half", "_new", "_old")

    def __init__(self, half: int) -> None:
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
        """Add an entry, or put another in its place."""
        if len(self._new) >= self._half and key not in self._new:
            self._new, self._old = {}, self._new
        self._new[key] = value
