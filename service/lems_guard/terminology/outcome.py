"""What becomes of an order, drawn together from its codes, its words and what is near to them."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import Coding, Disposition, Doubt, Understood
from lems_guard.terminology.codes import Coded
from lems_guard.terminology.reading.reading import DRUG, IS_STOPPED, Reading
from lems_guard.terminology.vocabulary import Readings, is_class, without_class

EVALUATED, AMBIGUOUS = Disposition.EVALUATED, Disposition.AMBIGUOUS
UNRESOLVED = Disposition.UNRESOLVED
NOTHING_SENT = Understood(UNRESOLVED, notes=("no code and no text",))
CODES_DIFFER: Final = "the codes do not tell which product is meant"
CODE_NOT_KNOWN: Final = "code not known: what else was sent tells the drug, if anything does"
STOPPED_AND_ORDERED: Final = "is named to be stopped, and ordered by its fields: judged as ordered"
NEAR_A_NAME: Final = "a word behind the order is near to the name of a drug"


class Near(NamedTuple):
    """Drugs whose names are close to unknown words, and what is judged as possibly meant."""

    names: tuple[str, ...] = ()
    meant: Readings = ()


NOTHING_NEAR = Near()


def completed(reading: Reading, product: Coded) -> Reading:
    """What the text leaves open, the product's code may tell: its route, and what a piece holds.

    A product's strength is no dose: that is asked for, or so many pieces of it are told.
    """
    if reading.implied_route is None and reading.route is None:
        reading = reading._replace(implied_route=product.route)
    held = product.strength
    if reading.strength is not None or held is None or reading.dose is not None:
        return reading
    if reading.pieces is None:
        return reading._replace(strength=held)
    return reading._replace(strength=held, dose=Dose(held.value * reading.pieces, held.unit))


def agreed(product: Coded, reading: Reading, doubts: list[Doubt]) -> Readings:
    """Code and text agree, or every reading of both counts; words tell which drug of a group."""
    coded = product.readings
    if not reading.readings or reading.denied:
        return coded
    # Beside a code a class is what the drug is filed under: `SSRI antidepressants + fluvoxamine`.
    said = tuple(without_class(names) for names in reading.readings)
    if reading.is_whole:
        common = tuple(names for names in coded if names in said)
        if common:
            return common
        if any(product.members.issuperset(names) for names in reading.readings):
            return reading.readings
    elif all(set(names) <= set(coded[0]) for names in said):
        # The text was not understood to its end, and what was understood fits the code.
        return coded
    doubts.append(Doubt(DRUG, "", "code and text name different drugs"))
    return tuple(dict.fromkeys((*coded, *reading.readings)))


def meant(reading: Reading, near: Near) -> Readings:
    """What an order names, and what a slip in it can only have meant."""
    if reading.denied:
        return ()
    if not near.meant:
        return reading.readings
    return tuple(dict.fromkeys((*reading.readings, *near.meant)))


def told(readings: Readings, *, is_sure: bool) -> Disposition:
    """What becomes of an order: whether it is understood, and in one way.

    A class that stands in the place of a drug may mean any drug in it.
    """
    if not is_sure:
        return UNRESOLVED
    return EVALUATED if len(readings) == 1 and not is_class(readings) else AMBIGUOUS


def unknown_code(coding: Coding) -> Doubt:
    """A code that no table holds: the other codings and the words name the same drug, or none do.

    It takes nothing from what they say, and is no reason to ask, but has its fate.
    """
    system = coding.system.name if coding.system is not None else "of no known system"
    return Doubt("", f"{system} {coding.code}", CODE_NOT_KNOWN)


def unresolved(notes: Sequence[str], near: Near, doubts: tuple[Doubt, ...]) -> Understood:
    """An order of which no drug is known."""
    told = (*notes, *notes_of(doubts, NOTHING_NEAR))
    if not told:
        return NOTHING_SENT
    return Understood(UNRESOLVED, suggestions=near.names, notes=told, doubts=doubts)


def stopped(understood: Understood) -> Understood:
    """What was stopped is not current, where it is clear what it was."""
    if understood.disposition is not EVALUATED:
        return understood
    return understood._replace(disposition=Disposition.NOT_CURRENT)


def still_ordered(reading: Reading) -> Reading:
    """A drug that words stop while a code or a field orders it: it is judged as ordered."""
    told = [
        each._replace(what=STOPPED_AND_ORDERED) if each.what == IS_STOPPED else each
        for each in reading.doubts
    ]
    return reading._replace(stopped=False, doubts=tuple(told))


def ordered_first(found: Sequence[Reading]) -> list[Reading]:
    """The orders of a text: those that name a drug to be stopped stand behind the others."""
    return sorted(found, key=_is_off)


def _is_off(reading: Reading) -> bool:
    return reading.denied or reading.stopped


def together(orders: Sequence[Understood]) -> Understood:
    """Several orders of one text: the first with the others beside it."""
    first, *others = orders
    return first._replace(also=tuple(others))


def notes_of(doubts: Sequence[Doubt], near: Near) -> tuple[str, ...]:
    """What is in doubt, in words."""
    told = [f"'{each.words}' {each.what}" if each.words else each.what for each in doubts]
    if near.names and not doubts:
        told.append(NEAR_A_NAME)
    return tuple(dict.fromkeys(told))
