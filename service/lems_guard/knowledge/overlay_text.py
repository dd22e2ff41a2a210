"""The text of an overlay with an entry more or less; all else in the file stays as it is written.

Lines are put in and taken out by the places of what stands there. A file that is written in a way
that lines do not tell apart comes out wrong: whoever writes it reads it again first.
"""

import json
from collections.abc import Iterator
from typing import NamedTuple

from lems_guard.clinical.overlay import Adjustment
from lems_guard.knowledge.overlay import KEY
from lems_guard.knowledge.problems import Problems
from lems_guard.knowledge.reader import read
from lems_guard.knowledge.tree import Branch, Series

EMPTY = f"{KEY}: []\n"
INDENT = "  "


class OverlayLines(NamedTuple):
    """Where the entries of a file stand: the line of the key, those of entries, and the end.

    Lines count from 1; `end` is the first line behind the entries.
    """

    key: int
    entries: tuple[int, ...]
    end: int


def with_entry(text: str, entry: Adjustment) -> str:
    """The text with an entry behind those that it holds."""
    lines = _lines(text)
    found = _overlay_in(text, len(lines))
    if found is None:
        return "".join((*lines, f"{KEY}:\n", *_written(entry, INDENT)))
    if not found.entries:
        before, after = lines[: found.key - 1], lines[found.key :]
        return "".join((*before, f"{KEY}:\n", *_written(entry, INDENT), *after))
    first = lines[found.entries[0] - 1]
    indent = first[: len(first) - len(first.lstrip())]
    end = _without_remarks(lines, found.end - 1)
    return "".join((*lines[:end], *_written(entry, indent), *lines[end:]))


def without_entry(text: str, number: int) -> str:
    """The text without its entry of that number, counted from 0, and with a list that is left."""
    lines = _lines(text)
    found = _overlay_in(text, len(lines))
    if found is None or number >= len(found.entries):
        return text
    begin = found.entries[number] - 1
    later = (*found.entries, found.end)[number + 1]
    end = max(_without_remarks(lines, later - 1), begin + 1)
    if len(found.entries) == 1:
        return "".join((*lines[: found.key - 1], EMPTY, *lines[found.key : begin], *lines[end:]))
    return "".join((*lines[:begin], *lines[end:]))


def _lines(text: str) -> list[str]:
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    return lines


def _overlay_in(text: str, count: int) -> OverlayLines | None:
    """Where a file's entries stand; `None` where it has no such key."""
    root = read(text, "", Problems()) if text.strip() else None
    pairs = root.entries if isinstance(root, Branch) else ()
    for number, (key, value) in enumerate(pairs):
        if key.text == KEY:
            items = value.items if isinstance(value, Series) else ()
            later = pairs[number + 1 :]
            end = later[0][0].place.line if later else count + 1
            return OverlayLines(key.place.line, tuple(each.place.line for each in items), end)
    return None


def _without_remarks(lines: list[str], end: int) -> int:
    """The end of what stands before a line, less the remarks and blanks that belong to it."""
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _written(entry: Adjustment, indent: str) -> Iterator[str]:
    """An entry as lines; texts are quoted, so that each is taken as it is."""
    told = {"rule": entry.rule}
    if entry.row:
        told["outcome"] = str(entry.row)
    if entry.severity is None:
        told["off"] = "true"
    else:
        told["severity"] = entry.severity.name
    told["who"] = json.dumps(entry.who, ensure_ascii=False)
    told["reason"] = json.dumps(entry.reason, ensure_ascii=False)
    told["expires"] = entry.expires.isoformat()
    if entry.accept_risk:
        told["accept_risk"] = json.dumps(entry.accept_risk, ensure_ascii=False)
    for number, (name, value) in enumerate(told.items()):
        yield f"{indent}{'  ' if number else '- '}{name}: {value}\n"
