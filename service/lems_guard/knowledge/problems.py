"""What is wrong with the content, and where: every problem at once, in file order."""

import difflib
from collections.abc import Iterable
from typing import NamedTuple

FEW = 8


class Place(NamedTuple):
    """A position in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Problem(NamedTuple):
    """One fault: where it is, which kind of fault, and what to do about it."""

    file: str
    line: int
    column: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.code}: {self.message}"


class Problems:
    """The problems found so far, in any order; they come out sorted by place."""

    def __init__(self) -> None:
        """Start with none."""
        self._found: list[Problem] = []

    def add(self, place: Place, code: str, message: str) -> None:
        """Take in one problem."""
        self._found.append(Problem(*place, code, message))

    def add_unknown(self, place: Place, what: str, word: str, known: Iterable[str]) -> None:
        """Take in a word that names nothing, with the nearest one that does."""
        hint = suggestion(word, known)
        self.add(place, f"unknown-{what.split(maxsplit=1)[0]}", f"no {what} {word!r}{hint}")

    def __len__(self) -> int:
        return len(self._found)

    def sorted(self) -> tuple[Problem, ...]:
        """All problems in the order of files and lines, each once."""
        return tuple(sorted(set(self._found)))


def suggestion(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` for a near word, the whole choice where it is small, else nothing."""
    folded = {name.casefold(): name for name in sorted(known, reverse=True)}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f" (did you mean {folded[near[0]]!r}?)"
    if 0 < len(folded) <= FEW:
        return f" (one of {', '.join(sorted(folded.values()))})"
    return ""
