"""An order's phrases by their places, and what stands beside each."""

from typing import NamedTuple

from lems_guard.terminology.lexicon import Kind
from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.bag import Bag
from lems_guard.terminology.reading.phrase import Phrase
from lems_guard.terminology.reading.times import Times


class Look(NamedTuple):
    """An order's phrases, and what of the whole each needs to be understood."""

    phrases: list[Phrase]
    words: list[str]
    bag: Bag
    times: Times


def kind_at(look: Look, place: int) -> Kind | None:
    """What kind of phrase stands at a place; nothing beyond the order's ends."""
    return look.phrases[place].kind if 0 <= place < len(look.phrases) else None


def word_at(look: Look, place: int) -> str:
    """The first word at a place; empty beyond the order's ends."""
    return look.words[look.phrases[place].start] if 0 <= place < len(look.phrases) else ""


def is_moment(look: Look, place: int) -> bool:
    """Whether a moment of the day stands here: `mane`, `mittags`, `le soir`."""
    if kind_at(look, place) is not kinds.FREQUENCY:
        return False
    entry = look.phrases[place].entry
    return entry is not None and entry.pace is not None and entry.pace.moment


def is_counted_form(look: Look, place: int) -> bool:
    """Whether the form of a piece stands here: tablets, capsules, patches."""
    if kind_at(look, place) is not kinds.FORM:
        return False
    entry = look.phrases[place].entry
    return entry is not None and entry.form is not None and entry.form.counted


def has_before(look: Look, place: int, kind: Kind) -> bool:
    """Whether a phrase of a kind stands before a place: the first of its kind tells."""
    found = look.bag.get(kind)
    return bool(found) and found[0].start < look.phrases[place].start  # type: ignore[index]
