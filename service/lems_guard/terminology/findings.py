"""What is found in the text of an order: the drugs named, and the steps of reading it."""

from collections.abc import Sequence
from typing import NamedTuple

from lems_guard.clinical.route import Route
from lems_guard.terminology.lexicon import Entry, Kind
from lems_guard.terminology.vocabulary import Readings

COMPOUNDED = "compounded"
# Beside one of these a drug that is named is not the one that is ordered.
DENIALS = frozenset(
    {"held", "stopped", "discontinued", "allergic", "allergy", "intolerance", "intolerant"}
    | {"refused", "level", "levels", "history"}
)
# So it is behind one of these; before them it is ordered, with a limit: `hold for HR < 60`.
DENIALS_BEFORE = frozenset(
    {"no", "not", "without", "hold", "stop", "discontinue", "dc", "avoid", "instead", "never"}
)
DISCONTINUED = " d / c "


class Named(NamedTuple):
    """A drug named in the text; `bracket` is 0 outside, 1 in round, 2 in square brackets.

    `spelled`: no table holds the name, and it was understood by its spelling.
    """

    readings: Readings
    bracket: int
    brand: bool
    route: Route | None
    phrase: str
    spelled: bool = False


def named_by(entry: Entry, bracket: int) -> Named:
    """The drug that a phrase names."""
    brand = entry.kind is Kind.BRAND
    return Named(entry.readings, bracket, brand, entry.route, entry.phrase, entry.spelled)


class Step(NamedTuple):
    """One phrase of the text and what it was taken for (`None`: not understood)."""

    phrase: str
    entry: Entry | None
    number: bool = False

    @property
    def unknown(self) -> bool:
        """Whether no table holds it."""
        return self.entry is None and not self.number


def is_denied(words: list[str], drug: str) -> bool:
    """Whether a text that is not understood says that the drug it names first is not ordered."""
    before = words[: words.index(drug.partition(" ")[0])]
    if not DENIALS_BEFORE.isdisjoint(before):
        return True
    return not DENIALS.isdisjoint(words) or DISCONTINUED in f" {' '.join(words)} "


def is_product(words: list[str], named: Sequence[Named], forms: Sequence[Entry]) -> bool:
    """Whether a text has told drug and form, and ends in square brackets as RxNorm's names do.

    The brand in them names the same product once more; one that is not known takes nothing away.
    """
    return bool(named) and bool(forms) and words[-1] == "]"
