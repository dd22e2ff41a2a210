"""How an order was understood, in words: which code or phrase was found in which table."""

from lems_guard.clinical.medication import Coding
from lems_guard.terminology.codes import Coded
from lems_guard.terminology.findings import Step
from lems_guard.terminology.lexicon import Lexicon
from lems_guard.terminology.order_text import OrderText
from lems_guard.terminology.vocabulary import Readings


def steps_of(text: str, lexicon: Lexicon) -> list[Step]:
    """Each phrase of a text with what it was taken for."""
    steps: list[Step] = []
    OrderText(text, lexicon, steps)
    return steps


def unknown_words(text: str, lexicon: Lexicon) -> tuple[list[str], list[int]]:
    """The words of a text, and the places of those that no table holds."""
    words: list[str] = []
    unknown: list[int] = []
    for step in steps_of(text, lexicon):
        if step.unknown:
            unknown.append(len(words))
        words += step.phrase.split(" ")
    return words, unknown


def coding_in_words(coding: Coding, coded: Coded) -> str:
    """What a code was taken for, and where that was found."""
    system = coding.system.name if coding.system is not None else "code"
    if not coded.readings:
        return f"{system} {coding.code}: not known"
    return f"{system} {coding.code}: {coded.source} → {sets_in_words(coded.readings)}"


def step_in_words(step: Step) -> str:
    """What a phrase was taken for."""
    entry = step.entry
    if entry is None:
        return f"'{step.phrase}': {'not understood' if step.unknown else 'number or sign'}"
    origin = "site " if entry.of_site else "spelling of a " if entry.spelled else ""
    kind = f"{origin}{entry.kind.name.lower()}"
    if entry.readings:
        return f"'{step.phrase}': {kind} → {sets_in_words(entry.readings)}"
    return f"'{step.phrase}': {kind}"


def sets_in_words(readings: Readings) -> str:
    """Sets of ingredients, the alternatives parted by `or`."""
    return " or ".join(" + ".join(names) for names in readings)
