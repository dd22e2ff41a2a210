"""How an order was understood, in words: which code or phrase was found in which table."""

from lems_guard.clinical.medication import Coding
from lems_guard.terminology.findings import Step
from lems_guard.terminology.lexicon import Lexicon
from lems_guard.terminology.order_text import OrderText
from lems_guard.terminology.vocabulary import Readings


def steps_of(text: str, lexicon: Lexicon) -> list[Step]:
    """Each phrase of a text with what it was taken for."""
    steps: list[Step] = []
    OrderText(text, lexicon, steps)
    return steps


def coding_in_words(coding: Coding, readings: Readings) -> str:
    """What a code was taken for."""
    system = coding.system.name if coding.system is not None else "code"
    return f"{system} {coding.code}: {sets_in_words(readings) or 'not known'}"


def step_in_words(step: Step) -> str:
    """What a phrase was taken for."""
    entry = step.entry
    if entry is None:
        return f"'{step.phrase}': {'not understood' if step.unknown else 'number or sign'}"
    kind = entry.kind.name.lower()
    if entry.readings:
        return f"'{step.phrase}': {kind} → {sets_in_words(entry.readings)}"
    return f"'{step.phrase}': {kind}"


def sets_in_words(readings: Readings) -> str:
    """Sets of ingredients, the alternatives parted by `or`."""
    return " or ".join(" + ".join(names) for names in readings)
