"""One drug given in the place of another: `switch metoprolol to bisoprolol 5 mg daily`."""

from typing import Final

from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.orders import is_head
from lems_guard.terminology.reading.phrase import Phrase

# Behind one of these stands what is given instead.
LEADING: Final = frozenset(
    {"to", "with", "by", "auf", "durch", "mit", "par", "a", "con", "por", "per", "in", "al"}
)
TWO: Final = 2


def drug_behind_switch(phrases: list[Phrase], words: list[str]) -> int | None:
    """The word with which the new drug's order begins; nothing where it is not clear.

    Of two drugs the first one is stopped: `replace A with B`, `A durch B ersetzen`, `A umstellen
    auf B`. What begins with `switch to` names the new drug first.
    """
    heads = [place for place, phrase in enumerate(phrases) if is_head(phrase)]
    if len(heads) != TWO or _names_new_first(phrases[: heads[0]]):
        return None
    for phrase in phrases[heads[0] + 1 : heads[1]]:
        if _leads_to_new(phrase) or " ".join(words[phrase.start : phrase.stop]) in LEADING:
            return phrase.stop
    return None


def _names_new_first(before: list[Phrase]) -> bool:
    return any(map(_leads_to_new, before))


def _leads_to_new(phrase: Phrase) -> bool:
    """`switch to`, `umstellen auf`: what follows is the new drug."""
    is_switch = phrase.kind is kinds.SWITCH and phrase.entry is not None
    return is_switch and bool(phrase.entry.number)  # type: ignore[union-attr]
