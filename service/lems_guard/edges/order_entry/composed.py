"""Order entry, put together: the routes of CDS Hooks, and what is counted of them."""

import datetime
from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol

from starlette.routing import Route

from lems_guard.answering.answer import Answer, Observe
from lems_guard.edges.evaluating import Beside
from lems_guard.edges.frame import Frame
from lems_guard.edges.order_entry.card_shapes import CardStyle
from lems_guard.edges.order_entry.desk import Desk, Fetches
from lems_guard.edges.order_entry.engine import Engine
from lems_guard.edges.order_entry.feedback import FeedbackDesk
from lems_guard.edges.order_entry.framed import HookFrame
from lems_guard.edges.order_entry.repeats import RepeatFilter
from lems_guard.edges.order_entry.routes import FRAMED, Clients, LetsIn, OrderEntry
from lems_guard.edges.order_entry.within import HooksWithin
from lems_guard.sharing.outcomes import AlertOutcomes
from lems_guard.sharing.repeats import Repeats
from lems_guard.telemetry.order_entry_metrics import OrderEntryMetrics


class Remembers(Protocol):
    """What replicas share that order entry works with."""

    @property
    def outcomes(self) -> AlertOutcomes:
        """Outcomes reported."""

    @property
    def repeats(self) -> Repeats:
        """Cards shown."""


class Counts:
    """Counts calls and cards where order entry has them, and answers where all edges have them."""

    def __init__(self, metrics: OrderEntryMetrics, observe: Observe) -> None:
        """`observe` hears of every answer."""
        self._observe = observe
        self.called = metrics.called
        self.refused = metrics.refused
        self.shown = metrics.shown
        self.repeated = metrics.repeated

    def observe(self, answer: Answer, seconds: float) -> None:
        """A patient was screened."""
        self._observe(answer, seconds)


class HookOptions(NamedTuple):
    """What a site chooses: how cards look, which FHIR servers are asked, which clients may call.

    `entrance` is how callers come in.
    """

    style: CardStyle
    fhir_servers: Collection[str]
    clients: Clients
    entrance: LetsIn


class Surroundings(NamedTuple):
    """What order entry stands on: the engine in service, the day, who counts answers, the frame."""

    current: Callable[[], Engine]
    today: Callable[[], datetime.date]
    observe: Observe
    frame: Frame
    beside: Beside


class ServedHooks(NamedTuple):
    """CDS Hooks as a site has them: the routes of the port, and the way of this process's pages."""

    routes: list[Route]
    within: HooksWithin


def served_hooks(
    options: HookOptions, metrics: OrderEntryMetrics, shared: Remembers, around: Surroundings
) -> ServedHooks:
    """Order entry, by the options of a site."""
    counts = Counts(metrics, around.observe)
    filtered = RepeatFilter(shared.repeats)
    fetcher = _fetcher(options.fhir_servers, metrics)
    desk = Desk(around.current, around.today, fetcher, filtered, counts, options.style)
    feedback = FeedbackDesk(shared.outcomes, lambda: around.current().rules, metrics)
    frame = HookFrame(around.frame, around.beside, FRAMED)
    entry = OrderEntry(desk, feedback, options.entrance, counts, options.clients, frame)
    return ServedHooks(entry.routes(), HooksWithin(desk, feedback, counts))


def _fetcher(servers: Collection[str], metrics: OrderEntryMetrics) -> Fetches | None:
    """What fetches from FHIR servers, where any may be asked."""
    if not servers:
        return None
    from lems_guard.edges.order_entry.fetching import Fetcher  # noqa: PLC0415 - an HTTP client: 2 MB

    return Fetcher(frozenset(servers), metrics)
