"""The desk at which hook calls are answered: what is missing is fetched, then all is evaluated."""

import datetime
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import msgspec

from lems_guard.answering.answer import Answer
from lems_guard.edges.order_entry.card_shapes import Response
from lems_guard.edges.order_entry.chart import Chart
from lems_guard.edges.order_entry.discovery import PREFETCH, TELLING, Service
from lems_guard.edges.order_entry.engine import Engine
from lems_guard.edges.order_entry.evaluating import Evaluation, evaluation_of
from lems_guard.edges.order_entry.hooks import HookCall
from lems_guard.edges.order_entry.refusals import Refusal, bad_request, precondition_failed
from lems_guard.edges.order_entry.repeats import RepeatFilter, Sifted
from lems_guard.fhir.relevance import are_drugs_told, may_concern
from lems_guard.fhir.shapes import obj

FILTERED = "lems-guard.repeated-alerts"
NEEDED = (
    "the patient's Conditions and active MedicationRequests are needed: send them as prefetch, or "
    "a fhirServer that this site allows; nothing was checked"
)
NEEDED_WHOLE = (
    "the Conditions or active medications were read in part only, and no LEMS was found in that "
    "part: send them whole, with the Medications that they refer to; nothing was checked"
)
OF_ANOTHER = "prefetch: it holds another patient than context.patientId"
NOTHING = msgspec.json.encode(Response([]))


class Counts(Protocol):
    """What counts cards."""

    def observe(self, answer: Answer, seconds: float) -> None:
        """A patient was screened, in so many seconds."""

    def shown(self, hook: str, indicator: str) -> None:
        """A card was shown."""

    def repeated(self, rule_id: str) -> None:
        """An alert of a rule was left out, because it was shown already."""


class Completes(Protocol):
    """Fetches for one call."""

    async def complete(self, chart: Chart, keys: Iterable[str]) -> None:
        """Take in what can be had of some queries; never raises."""


class Fetches(Protocol):
    """What fetches what clients did not send."""

    def begin(self, call: HookCall) -> Completes | None:
        """Begin for a call; `None` where nothing may be fetched for it."""


class Desk:
    """Answers hook calls."""

    def __init__(
        self,
        current: Callable[[], Engine],
        today: Callable[[], datetime.date],
        fetcher: Fetches | None,
        repeats: RepeatFilter,
        counts: Counts,
    ) -> None:
        """`current` gives the engine in service; without a fetcher nothing is fetched."""
        self._current = current
        self._today = today
        self._fetcher = fetcher
        self._repeats = repeats
        self._counts = counts

    async def answer(self, service: Service, call: HookCall, caller: str) -> bytes:
        """The response to a call of a hook; raises `Refusal`."""
        chart = charted(service, call)
        engine, today = self._current(), self._today()
        fetching = self._fetcher.begin(call) if self._fetcher else None
        if fetching:
            await fetching.complete(chart, TELLING)
        if chart.is_missing:
            raise precondition_failed(NEEDED, "record_missing")
        if not may_concern(chart.record, engine.vocabulary):
            return nothing_of(chart, engine, today)
        if fetching:
            await fetching.complete(chart, PREFETCH)
        evaluation = evaluation_of(engine, service, call, chart, today)
        if evaluation is None:
            return nothing_of(chart, engine, today)
        sifted = self._repeats.sift(service, call, caller, evaluation.alerts)
        return self._told(service, evaluation, sifted)

    def _told(self, service: Service, evaluation: Evaluation, sifted: Sifted) -> bytes:
        """The response, counted."""
        if evaluation.answer:
            self._counts.observe(evaluation.answer, evaluation.seconds)
        cards = [each.card for each in sifted.shown] + evaluation.others
        for card in cards:
            self._counts.shown(service.hook, card.indicator)
        for each in sifted.repeated:
            for rule_id in each.rule_ids:
                self._counts.repeated(rule_id)
        return msgspec.json.encode(Response(cards, _extension(sifted)))


def charted(service: Service, call: HookCall) -> Chart:
    """The chart of what a call holds; raises `Refusal`."""
    if call.hook != service.hook:
        raise bad_request(f"hook: this service is for {service.hook}")
    if not call.patient_id():
        raise bad_request("context.patientId (missing)")
    if service.orders and obj(call.orders()).get("resourceType") != "Bundle":
        raise bad_request(f"context.{service.orders}: a Bundle is expected")
    chart = Chart(call.patient_id())
    chart.take_prefetch(call.prefetch or {})
    if chart.is_of_another:
        raise Refusal(400, "invalid", OF_ANOTHER, reason="another_patient")
    chart.take_drafts(call.orders())
    return chart


def nothing_of(chart: Chart, engine: Engine, today: datetime.date) -> bytes:
    """No cards, for a patient who has no LEMS; raises `Refusal` where that is not known."""
    if not chart.is_whole or not are_drugs_told(chart.record, engine.vocabulary, today):
        raise precondition_failed(NEEDED_WHOLE, "record_in_part")
    return NOTHING


def _extension(sifted: Sifted) -> dict[str, Any] | msgspec.UnsetType:
    """Repeated alerts stay retrievable: they are listed where the client can look."""
    if not sifted.repeated:
        return msgspec.UNSET
    cards = [each.card for each in sifted.repeated]
    return {
        FILTERED: [
            {"uuid": card.uuid, "summary": card.summary, "indicator": card.indicator}
            for card in cards
        ]
    }
