"""What an order is for, read from the words of its indication.

Only words are read: no code is used whose meaning has no source here. What is not recognised, or
is denied, past, feared or two things at once, stays unknown. A use changes advice, not severity.
"""

from collections.abc import Iterator, Mapping

from lems_guard.clinical.indication import Use
from lems_guard.clinical.medication import Coding, Indication, Understood
from lems_guard.terminology.words import words_of

LONGEST = 6


def with_use(
    understood: Understood,
    indication: Indication | None,
    table: Mapping[str, Use | None],
) -> Understood:
    """The order with what it is for, where its indication tells that."""
    if indication is None:
        return understood
    use = use_of(indication, table)
    return understood if use is None else understood._replace(use=use)


def use_of(indication: Indication, table: Mapping[str, Use | None]) -> Use | None:
    """The one use that text and displayed codings speak of.

    A phrase that stands for no use (`no`, `history`, `risk`) leaves the whole open.
    """
    texts = (indication.text, *map(_display, indication.codings))
    found = {use for text in texts for use in _uses(words_of(text), table)}
    return found.pop() if len(found) == 1 else None


def _display(coding: Coding) -> str:
    return coding.display


def _uses(words: list[str], table: Mapping[str, Use | None]) -> Iterator[Use | None]:
    """The uses that a text names, the longest phrase first wherever one begins."""
    place = 0
    while place < len(words):
        for length in range(min(LONGEST, len(words) - place), 0, -1):
            phrase = " ".join(words[place : place + length])
            if phrase in table:
                yield table[phrase]
                place += length
                break
        else:
            place += 1
