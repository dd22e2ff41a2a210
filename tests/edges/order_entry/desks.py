"""A desk of order entry in this process, with a FHIR server made up for a test."""

import asyncio
import contextlib
import datetime
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, TypeVar

import httpx2
import msgspec

from lems_guard.answering.answer import Answer, Answerer
from lems_guard.callers.profile import ANYBODY
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.edges.order_entry.card_shapes import CardStyle
from lems_guard.edges.order_entry.desk import Desk
from lems_guard.edges.order_entry.discovery import SERVICES
from lems_guard.edges.order_entry.engine import Engine
from lems_guard.edges.order_entry.fetching import Bounds, Fetcher
from lems_guard.edges.order_entry.refusals import Refusal
from lems_guard.edges.order_entry.repeats import RepeatFilter
from lems_guard.editions.library import Edition
from lems_guard.screening.screen import RuleScreener
from lems_guard.sharing.memory import Memory
from lems_guard.sharing.repeats import Repeats
from lems_guard.store.entries import NoStore

TODAY = datetime.date(2026, 11, 30)
BASE = "https://ehr.example/fhir"
Made = TypeVar("Made")
Handler = Callable[[httpx2.Request], httpx2.Response]


class Said(NamedTuple):
    """What a call got: a status, and cards where it was answered."""

    status: int
    cards: list[dict[str, Any]]


class Uncounted:
    """Counts nothing but screenings."""

    def __init__(self) -> None:
        self.screened = 0
        self.fetches: list[tuple[str, str]] = []

    def observe(self, _: Answer, __: float) -> None:
        self.screened += 1

    def shown(self, hook: str, indicator: str) -> None:
        """A card was shown."""

    def repeated(self, rule_id: str) -> None:
        """An alert was left out."""

    def fetched(self, resource: str, result: str) -> None:
        """A page was asked for."""
        self.fetches.append((resource, result))

    def waited(self, seconds: float) -> None:
        """A call waited."""


class AtOnce:
    """Gives each turn at once."""

    async def turn(self, work: Callable[[], Made], *, is_light: bool = False) -> Made:  # noqa: ARG002
        return work()

    def aside(self) -> AbstractContextManager[None]:
        return contextlib.nullcontext()

    def in_time(self) -> None:
        """There is always time."""


class Asked:
    """A desk, the requests that its FHIR server got, and how often patients were screened."""

    def __init__(
        self, edition: Edition, handler: Handler | None = None, seconds: float = 5
    ) -> None:
        answers = Answerer(
            edition.knowledge,
            edition,
            RuleScreener(),
            jurisdiction=Jurisdiction.US,
            today=lambda: TODAY,
        )
        engine = Engine(answers, edition)
        self.caller = ANYBODY
        self.style = CardStyle()
        self.counts = Uncounted()
        self.requests: list[httpx2.Request] = []
        self.engine, self._handler, self._seconds = engine, handler, seconds

    def say(self, call: dict[str, Any]) -> Said:
        """What a call gets."""
        return self.send(json.dumps(call).encode())

    def send(self, body: bytes) -> Said:
        """What the body of a call gets."""
        return asyncio.run(self._send(body))

    async def _send(self, body: bytes) -> Said:
        fetcher = None
        if self._handler:
            bounds = Bounds(seconds=self._seconds)
            fetcher = Fetcher(
                frozenset({"ehr.example"}), self.counts, bounds, httpx2.MockTransport(self._heard)
            )
        services = {each.hook: each for each in SERVICES.values()}
        try:
            content = await self._desk(fetcher).answer(body, services, self.caller, AtOnce())
        except Refusal as refusal:
            return Said(refusal.status, [])
        finally:
            if fetcher:
                await fetcher.close()
        return Said(200, msgspec.json.decode(content)["cards"])

    def _desk(self, fetcher: Fetcher | None) -> Desk:
        repeats = RepeatFilter(Repeats(NoStore(), Memory(9), lambda *_: None))
        return Desk(lambda: self.engine, lambda: TODAY, fetcher, repeats, self.counts, self.style)

    async def _heard(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        assert self._handler
        reply = self._handler(request)
        if reply.status_code == 599:  # hangs
            await asyncio.sleep(30)
        return reply
