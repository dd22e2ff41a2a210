"""The repeat filter of PDDI-CDS, from order-select to order-sign and from refill to refill.

It works only where a client asks.

Another clinician, patient or encounter, a changed text or urgency: each shows the card again. A
client that does not say who orders is never filtered, nor is a contraindication.
"""

from collections.abc import Sequence
from typing import NamedTuple

from lems_guard.clinical.episode import Episode
from lems_guard.edges.order_entry.cards import ShownCard
from lems_guard.edges.order_entry.discovery import (
    FILTER,
    FILTERING,
    REMEMBER,
    REMEMBERING,
    HookService,
)
from lems_guard.edges.order_entry.hooks import HookCall
from lems_guard.fhir.shapes import obj
from lems_guard.sharing.repeats import Repeats

CONFIGURATIONS = ("pddi-configuration-items", "configuration-items")


class Sifted(NamedTuple):
    """The cards to be shown, and those left out because they were shown already."""

    shown: Sequence[ShownCard]
    repeated: Sequence[ShownCard]


class RepeatFilter:
    """Leaves out what an episode has seen."""

    def __init__(self, memory: Repeats) -> None:
        """`memory` may be shared by all replicas."""
        self._memory = memory

    def sift(
        self, service: HookService, call: HookCall, caller: str, cards: Sequence[ShownCard]
    ) -> Sifted:
        """Remember cards, or leave out the remembered ones, as the client asks."""
        remembers = REMEMBERING in service.options and wants(call, REMEMBER)
        filters = FILTERING in service.options and wants(call, FILTER)
        episode = episode_of(call, caller) if remembers or filters else None
        if episode is None or not cards:
            return Sifted(cards, ())
        names = [each.name() for each in cards]
        seen = self._memory.shown(episode, names) if filters else frozenset()
        if remembers:
            self._memory.remember(episode, names)
        named = list(zip(cards, names, strict=True))
        hidden = [each for each, name in named if name in seen and not each.is_contraindication]
        return Sifted([each for each in cards if each not in hidden], hidden)


def wants(call: HookCall, option: str) -> bool:
    """Whether the client switched an option on; its examples and its text name two places."""
    extension = obj(call.extension)
    return any(obj(extension.get(name)).get(option) is True for name in CONFIGURATIONS)


def episode_of(call: HookCall, caller: str) -> Episode | None:
    """Who orders for whom, or `None` where the client does not say."""
    clinician, patient = call.clinician(), call.patient_id()
    if not clinician or not patient:
        return None
    client = f"{caller}|{call.fhir_server or ''}"
    return Episode(client, clinician, patient, call.context.encounter_id or "")
