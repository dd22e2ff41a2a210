"""Orders explained: every word's fate, what was read, and why each rule spoke or was silent."""

from collections.abc import Callable
from typing import NamedTuple

from lems_guard.answering.read_as import doubts, orders
from lems_guard.answering.spoken import doubts_of, read_as
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.medication import Medication, TextPhrase, Understood
from lems_guard.screening.fates import RuleFate, fates_of
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.v1 import screening_pb2 as wire


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
        told = told_of(understood)
        found.append(
            ExplainedOrder(
                order.id,
                order.list.name.lower(),
                order.text or " / ".join(coding.code for coding in order.codings),
                phrases(order) if order.text else (),
                tuple(read_as(told)),
                tuple(doubts_of(told)),
                tuple(fate for fate in fates if fate.order == order.id),
            )
        )
    return tuple(found)


def told_of(understood: Understood) -> wire.MedicationResult:
    """What an answer tells of how an order was read, and of what is in doubt."""
    each = (understood, *understood.also)
    told = orders(understood) + doubts(doubt for one in each for doubt in one.doubts)
    found = wire.MedicationResult(disposition=f"DISPOSITION_{understood.disposition.name}")
    found.MergeFromString(told)
    return found
