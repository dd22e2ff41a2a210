"""Where a text is parted: by signs, by lines, by the numbers of a list."""

import re
from typing import Final

from lems_guard.terminology.reading.phrase import DIGITS

HARD_BREAK, SOFT_BREAK = (
    re.compile("[;\n\r\N{RIGHTWARDS ARROW}\N{RIGHTWARDS DOUBLE ARROW}]|->"),
    re.compile(r"[,.](?!\S)|,(?=\D)"),
)
# `2. Magnesium`, `2) Magnesium`: the number of a line that was pasted from a list.
LIST_NUMBER: Final = re.compile(r"\d{1,2}[.)]\s+[^\W\d]")


def breaks_of(text: str, spans: list[tuple[int, int]]) -> dict[int, int]:
    """Before which words a text is parted: 2 by a semicolon or a new line, 1 by another sign."""
    found: dict[int, int] = {}
    end = listed = 0
    for place, (start, stop) in enumerate(spans):
        between = text[end:start]
        if text[start] in DIGITS and _is_list_number(text, start):
            found[place], listed = 1, stop
        elif listed == end and listed:
            pass  # what parts a list's number from its order parts no orders
        elif HARD_BREAK.search(between):
            found[place] = 2
        elif SOFT_BREAK.search(between + " "):
            found[place] = 1
        end = stop
    return found


def _is_list_number(text: str, start: int) -> bool:
    return text[start - 1 : start].isspace() and LIST_NUMBER.match(text, start) is not None
