"""Orders explained: every word's fate, what was read, and why each rule spoke or was silent."""

from collections.abc import Callable
from typing import NamedTuple

from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.medication import Medication, TextPhrase, Understood
from lems_guard.papers.words import in_words
from lems_guard.screening.fates import RuleFate, fates_of
from lems_guard.screening.knowledge_base import KnowledgeBase


class ExplainedOrder(NamedTuple):
    """One order line: its words with their fates, its readings, its doubts, its rules' fates."""

    id: str
    list: str
    text: str
    phrases: tuple[TextPhrase, ...]
    read: tuple[str, ...]
    doubts: tuple[str, ...]
    fates: tuple[RuleFate, ...]


def explained(
    request: ScreeningRequest,
    knowledge: KnowledgeBase,
    phrases: Callable[[Medication], tuple[TextPhrase, ...]],
) -> tuple[ExplainedOrder, ...]:
    """Every order of a request, explained."""
    fates = fates_of(request, knowledge)
    found = []
    for order, understood in request.orders:
        each = (understood, *understood.also)
        found.append(
            ExplainedOrder(
                order.id,
                in_words(order.list),
                order.text or " / ".join(coding.code for coding in order.codings),
                phrases(order) if order.text else (),
                tuple(line_of(one) for one in each if one.readings),
                doubts_of(understood),
                tuple(fate for fate in fates if fate.order == order.id),
            )
        )
    return tuple(found)


def doubts_of(understood: Understood) -> tuple[str, ...]:
    """What is in doubt of an order, in words."""
    each = (understood, *understood.also)
    doubts = [doubt for one in each for doubt in one.doubts]
    return tuple(f"“{it.words}” {it.what}" if it.words else it.what for it in doubts)


def line_of(understood: Understood) -> str:
    """How an order was read, in a line: drug, route, and what that makes in a day."""
    drugs = " or ".join(" + ".join(drug.name for drug in each) for each in understood.readings)
    route = in_words(understood.route) if understood.route else "route not known"
    return " · ".join((drugs, route, _amount(understood)))


def _amount(understood: Understood) -> str:
    dose, often = understood.dose, understood.doses_per_day
    if dose is None:
        return "dose not known"
    told = f"{dose.value:g} {dose.unit}".strip()
    if often is None:
        return told
    daily = understood.daily_amount()
    whole = f" = {daily.value:g} {daily.unit}/day" if daily is not None and often >= 1 else ""
    return f"{told} \N{MULTIPLICATION SIGN} {often:.3g}{whole}"
