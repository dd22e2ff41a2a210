"""The desk at which hook calls are answered: what is missing is fetched, then all is evaluated."""

import datetime
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

import msgspec

from lems_guard.answering.answer import Answer
from lems_guard.callers.profile import Caller
from lems_guard.clinical.deadline import InTime, always
from lems_guard.clinical.errors import Overloaded
from lems_guard.edges.order_entry.card_shapes import CardStyle, Response
from lems_guard.edges.order_entry.chart import Chart
from lems_guard.edges.order_entry.discovery import PREFETCH, TELLING, HookService
from lems_guard.edges.order_entry.engine import Engine
from lems_guard.edges.order_entry.evaluating import Asking, Evaluation, evaluation_of
from lems_guard.edges.order_entry.hooks import HookCall, read_call
from lems_guard.edges.order_entry.refusals import Refusal, bad_request, precondition_failed
from lems_guard.edges.order_entry.repeats import RepeatFilter, Sifted
from lems_guard.fhir.nameless import nameless
from lems_guard.fhir.relevance import are_drugs_told, may_concern
from lems_guard.fhir.shapes import obj

Made = TypeVar("Made")
Services: TypeAlias = Mapping[str, HookService]  # by their hooks

# In so many bytes a record can be read, and told to be of nobody with LEMS, in half a millisecond.
LIGHT_BYTES = 16_384
# So many calls may wait for FHIR servers at once; each may take two seconds.
MOST_FETCHING = 256
FILTERED = "lems-guard.repeated-alerts"
NEEDED = (
    "the patient's Conditions and active MedicationRequests are needed: send them as prefetch, or "
    "a fhirServer that this site allows; nothing was checked"
)
NEEDED_WHOLE = (
    "the Conditions or active medications were read in part only, and no LEMS was found in that "
    "part: send them whole, with the Medications that they refer to; nothing was checked"
)
NOT_OPEN = "this hook is not open to this caller"
OF_ANOTHER = "prefetch: it holds another patient than context.patientId"
NOTHING = msgspec.json.encode(Response([]))


class CountsCards(Protocol):
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

    def may_ask(self, call: HookCall, hosts: Collection[str]) -> bool:
        """Whether the call's server may be asked, of some hosts alone where any are named."""

    def begin(self, call: HookCall) -> Completes:
        """Begin for a call whose server may be asked."""


class Gets(Protocol):
    """How a call gets what it needs: turns to evaluate in, and time beside them."""

    async def turn(self, work: Callable[[], Made], *, is_light: bool = False) -> Made:
        """What the work makes, in a turn; raises `LemsGuardError` where there is none in time.

        What is light takes less than to hand it to another thread.
        """

    def aside(self) -> AbstractContextManager[None]:
        """What is done within waits for others, and keeps nobody from a place of ours."""

    def in_time(self) -> None:
        """Raises why nobody waits for the answer any more."""


class Wanted(NamedTuple):
    """What a call wants of a FHIR server before it can go on."""

    call: HookCall
    chart: Chart
    keys: Iterable[str]


class Heavy(NamedTuple):
    """What a call says before work that takes long."""


HEAVY = Heavy()
Steps: TypeAlias = Generator[Wanted | Heavy, None, bytes]


class Desk:
    """Answers hook calls."""

    def __init__(
        self,
        current: Callable[[], Engine],
        today: Callable[[], datetime.date],
        fetcher: Fetches | None,
        repeats: RepeatFilter,
        counts: CountsCards,
        style: CardStyle,
    ) -> None:
        """`current` gives the engine in service; without a fetcher nothing is fetched."""
        self._style = style
        self._current = current
        self._today = today
        self._fetcher = fetcher
        self._repeats = repeats
        self._counts = counts
        self._fetching = 0

    async def answer(self, body: bytes, services: Services, caller: Caller, gets: Gets) -> bytes:
        """The response to a call of one of some services; raises `Refusal` or `LemsGuardError`."""
        steps = self._steps(body, services, caller, gets.in_time)
        fetching: Completes | None = None
        is_light = len(body) <= LIGHT_BYTES
        while True:
            step = await gets.turn(lambda: _next(steps), is_light=is_light)
            is_light = False
            if isinstance(step, bytes):
                return step
            if isinstance(step, Heavy):
                continue
            fetching = fetching or (self._fetcher.begin(step.call) if self._fetcher else None)
            if fetching:
                with gets.aside():
                    await self._fetch(fetching, step)

    def answer_in_turn(self, body: bytes, services: Services, caller: Caller) -> bytes:
        """The same to a call that has its turn, and names no FHIR server that could be asked."""
        steps = self._steps(body, services, caller, always)
        while not isinstance(step := _next(steps), bytes):
            pass
        return step

    async def _fetch(self, fetching: Completes, step: Wanted) -> None:
        if self._fetching >= MOST_FETCHING:
            raise Overloaded
        self._fetching += 1
        try:
            await fetching.complete(step.chart, step.keys)
        finally:
            self._fetching -= 1

    def _steps(self, body: bytes, services: Services, caller: Caller, in_time: InTime) -> Steps:
        """The way to a response: each step is for a turn, what is between them is not."""
        call = read_call(body)
        service = services.get(call.hook)
        if service is None:
            raise bad_request(f"hook: this service is for {' or '.join(services)}")
        if caller.profile.hooks and service.hook not in caller.profile.hooks:
            raise Refusal(403, "forbidden", NOT_OPEN, reason="caller")
        chart, engine, today = charted(service, call), self._current(), self._today()
        may_fetch = self._fetcher is not None and self._fetcher.may_ask(
            call, caller.profile.fhir_servers
        )
        if may_fetch and is_wanting(chart, TELLING, call):
            yield Wanted(call, chart, TELLING)
        if chart.is_missing:
            raise precondition_failed(NEEDED, "record_missing")
        if not may_concern(chart.record, engine.vocabulary):
            return nothing_of(chart, engine, today)
        yield HEAVY
        if may_fetch and is_wanting(chart, PREFETCH, call):
            yield Wanted(call, chart, PREFETCH)
        evaluation = evaluation_of(
            engine, Asking(service, call, caller.profile, self._style), chart, today, in_time
        )
        if evaluation is None:
            return nothing_of(chart, engine, today)
        sifted = self._repeats.sift(service, call, caller.name, evaluation.alerts)
        return self._told(service, evaluation, sifted)

    def _told(self, service: HookService, evaluation: Evaluation, sifted: Sifted) -> bytes:
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


def _next(steps: Steps) -> Wanted | Heavy | bytes:
    """The next step of the way to a response, or the response."""
    try:
        return next(steps)
    except StopIteration as end:
        response: bytes = end.value
        return response


def is_wanting(chart: Chart, keys: Iterable[str], call: HookCall) -> bool:
    """Whether a chart wants anything that may be fetched."""
    base = (call.fhir_server or "").rstrip("/")
    return any(chart.wanting(keys)) or bool(nameless(chart.record, base))


def charted(service: HookService, call: HookCall) -> Chart:
    """The chart of what a call holds; raises `Refusal`."""
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
