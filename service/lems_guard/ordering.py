"""Order entry, put together: the routes of CDS Hooks, who may call, and what is counted of them."""

import datetime
from collections.abc import Callable
from typing import NamedTuple, Protocol

from starlette.routing import Route

from lems_guard.answering.answer import Answer, Observe
from lems_guard.callers.nobody import NobodyKnown
from lems_guard.clinical.errors import InvalidSettings
from lems_guard.edges.evaluating import Beside
from lems_guard.edges.frame import Frame
from lems_guard.edges.order_entry.card_shapes import CardStyle
from lems_guard.edges.order_entry.desk import Desk, Fetches
from lems_guard.edges.order_entry.engine import Engine
from lems_guard.edges.order_entry.feedback import FeedbackDesk
from lems_guard.edges.order_entry.framed import HookFrame
from lems_guard.edges.order_entry.repeats import RepeatFilter
from lems_guard.edges.order_entry.routes import FRAMED, Clients, LetsIn, OrderEntry
from lems_guard.exposure import is_here
from lems_guard.settings import HookAuth, Settings, Switch
from lems_guard.sharing.outcomes import AlertOutcomes
from lems_guard.sharing.repeats import Repeats
from lems_guard.telemetry.metrics import Metrics
from lems_guard.telemetry.order_entry_metrics import OrderEntryMetrics

OFF = "CDS Hooks: authentication is off; anybody on this machine may call"
NOBODY = "CDS Hooks: LEMS_GUARD_CALLERS is not set; every call is refused with 401"


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


class Ordering(NamedTuple):
    """The routes of CDS Hooks, what must be known of them, and their metrics.

    `warning` is said at the start; where anybody may call, readiness says it too.
    """

    routes: list[Route]
    warning: str
    metrics: OrderEntryMetrics


class Surroundings(NamedTuple):
    """What order entry stands on: the engine in service, the day, who counts answers, the frame.

    `entrance` is `None` where no caller is configured.
    """

    current: Callable[[], Engine]
    today: Callable[[], datetime.date]
    observe: Observe
    frame: Frame
    beside: Beside
    entrance: LetsIn | None


def ordering(
    settings: Settings, metrics: Metrics, shared: Remembers, around: Surroundings
) -> Ordering:
    """Order entry as the settings ask; raises `InvalidSettings`."""
    counted = OrderEntryMetrics(metrics.registry)
    counts = Counts(counted, around.observe)
    filtered = RepeatFilter(shared.repeats)
    style = CardStyle(settings.workbench_url or "", settings.cds_hooks_reasons or ())
    fetcher = _fetcher(settings, counted)
    desk = Desk(around.current, around.today, fetcher, filtered, counts, style)
    feedback = FeedbackDesk(shared.outcomes, lambda: around.current().rules, counted)
    entrance, warning = _entrance(settings, around.entrance)
    one_id = settings.cds_hooks_one_id is Switch.ON
    clients = Clients(settings.cds_hooks_origins, settings.cds_hooks_headers, one_id)
    frame = HookFrame(around.frame, around.beside, FRAMED)
    entry = OrderEntry(desk, feedback, entrance, counts, clients, frame)
    return Ordering(entry.routes(), warning, counted)


def _fetcher(settings: Settings, counted: OrderEntryMetrics) -> Fetches | None:
    """What fetches from FHIR servers, where any may be asked."""
    if not settings.cds_hooks_fhir_servers:
        return None
    from lems_guard.edges.order_entry.fetching import Fetcher  # noqa: PLC0415 - an HTTP client: 2 MB

    return Fetcher(frozenset(settings.cds_hooks_fhir_servers), counted)


def _entrance(settings: Settings, entrance: LetsIn | None) -> tuple[LetsIn | None, str]:
    """How callers come in, and what must be said of it."""
    if settings.cds_hooks_auth is HookAuth.OFF:
        if not is_here(settings.http_listen):
            raise InvalidSettings(
                "LEMS_GUARD_CDS_HOOKS_AUTH: off is for this machine alone: let "
                "LEMS_GUARD_HTTP_LISTEN be 127.0.0.1 or [::1], or take jwt"
            )
        return None, OFF
    return (NobodyKnown(), NOBODY) if entrance is None else (entrance, "")
