"""The manifest: the files that an edition is made of and what they compile to, by digest and count.

It stands in `rules.lock` below the lines of the rules, written by `rules lock` alone. Whoever
loads a folder holds it against its manifest first: a file that is gone, cut off, changed or added
makes it another edition than the one that was released, however well it would compile.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.knowledge.packed import source_files
from lems_guard.knowledge.problems import Problem
from lems_guard.screening.knowledge_base import KnowledgeBase

LOCK = "rules.lock"
MARK = "@"
CONTENT = "@content"
AGAIN = "restore it; or, where this is meant, run `lems-guard rules lock`"


class LockedFile(NamedTuple):
    """A file as it was locked."""

    lines: int
    digest: str


class Manifest(NamedTuple):
    """What a folder held when it was locked: its files, and the edition that they compile to."""

    rules: int
    classes: int
    content: str
    files: Mapping[str, LockedFile]

    def lines(self) -> Iterator[str]:
        """As it is written, a line each."""
        yield f"{CONTENT}\t{self.rules} {self.classes} {len(self.files)}\t{self.content}"
        for name in sorted(self.files):
            locked = self.files[name]
            yield f"{MARK}{name}\t{locked.lines}\t{locked.digest}"


def manifest_of(folder: Path, knowledge: KnowledgeBase, content: str) -> Manifest:
    """The manifest of a folder, and of what its files compile to."""
    return Manifest(len(knowledge.rules), len(knowledge.classes), content, files_in(folder))


def files_in(folder: Path) -> dict[str, LockedFile]:
    """The files that can change an answer, as they are now."""
    return {name: _locked((folder / name).read_bytes()) for name in source_files(folder)}


def _locked(content: bytes) -> LockedFile:
    return LockedFile(content.count(b"\n"), hashlib.sha256(content).hexdigest())


def read_manifest(text: str) -> Manifest | None:
    """The manifest in a lock; `None` where it has none, or none that is whole."""
    lines = [line.split("\t") for line in text.splitlines() if line.startswith(MARK)]
    try:
        (mark, counts, content), *rest = lines
        rules, classes, number = map(int, counts.split())
        files = {name.removeprefix(MARK): LockedFile(int(of), was) for name, of, was in rest}
    except ValueError:
        return None
    is_whole = mark == CONTENT and len(files) == number
    return Manifest(rules, classes, content, files) if is_whole else None


def released(folder: Path) -> Manifest:
    """The manifest of a folder that is what was locked; raises `InvalidKnowledge` otherwise."""
    try:
        manifest = read_manifest((folder / LOCK).read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        manifest = None
    if manifest is None:
        shown = "no whole manifest is here, so nobody knows what belongs to it: "
        raise InvalidKnowledge((str(Problem(LOCK, 1, 1, "not-locked", shown + AGAIN)),))
    problems = tuple(map(str, differences(manifest, files_in(folder))))
    if problems:
        raise InvalidKnowledge(problems)
    return manifest


def differences(manifest: Manifest, now: Mapping[str, LockedFile]) -> Iterator[Problem]:
    """Every file that is not as it was locked."""
    for name in sorted(manifest.files.keys() | now.keys()):
        locked, found = manifest.files.get(name), now.get(name)
        if locked is None:
            yield Problem(name, 1, 1, "not-locked", f"it was not there: remove it; {AGAIN[12:]}")
        elif found is None:
            yield Problem(name, 1, 1, "gone", f"{locked.lines} lines are missing: {AGAIN}")
        elif found != locked:
            shown = f"{found.lines} lines, and {locked.lines} when it was locked: {AGAIN}"
            yield Problem(name, 1, 1, "not-as-locked", shown)
