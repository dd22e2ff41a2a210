"""Looking phrases of several words up."""

from lems_guard.terminology.lexicon import Entry
from lems_guard.terminology.reading.phrase import Words


def longest(text: Words, at: int, lengths: tuple[int, ...]) -> tuple[Entry | None, int]:
    """The longest known phrase of so many words here, and where it ends."""
    words = text.words
    for length in lengths:
        stop = at + length
        if stop <= text.end:
            entry = text.entries.get(" ".join(words[at:stop]))
            if entry is not None and not (entry.ends_in_number and is_unit(text, stop)):
                return entry, stop
    return None, at


def is_unit(text: Words, at: int) -> bool:
    """Whether a unit stands here, which would take the number before it away from a name."""
    return at < text.end and text.words[at] in text.units


def entry_at(text: Words, at: int) -> tuple[Entry | None, int]:
    """The entry that begins here, the longest first, and where it ends."""
    if at >= text.end:
        return None, at
    word = text.words[at]
    after = text.longer.get(word)
    lengths = after.get(text.words[at + 1]) if after is not None and at + 1 < text.end else None
    if lengths is not None:
        entry, stop = longest(text, at, lengths)
        if entry is not None:
            return entry, stop
    return text.entries.get(word), at + 1
