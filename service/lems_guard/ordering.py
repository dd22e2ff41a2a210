"""Order entry, put together: a part of the composition root, beside `server.py`.

It names the concrete classes of `order_entry`, and nothing else does.
"""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from starlette.routing import Route

from lems_guard.answering.answer import Answer, Observe
from lems_guard.callers.loopback import is_loopback
from lems_guard.callers.nobody import NobodyKnown
from lems_guard.clinical.errors import InvalidSettings
from lems_guard.edges.evaluating import Beside
from lems_guard.edges.frame import Frame
from lems_guard.edges.order_entry.desk import Desk, Fetches
from lems_guard.edges.order_entry.engine import Engine
from lems_guard.edges.order_entry.feedback import FeedbackDesk
from lems_guard.edges.order_entry.framed import HookFrame
from lems_guard.edges.order_entry.repeats import RepeatFilter
from lems_guard.edges.order_entry.routes import FRAMED, Clients, KnowsCallers, OrderEntry
from lems_guard.settings import HookAuth, Settings, Switch
from lems_guard.shared import Shared
from lems_guard.telemetry.metrics import Metrics
from lems_guard.telemetry.order_entry_metrics import OrderEntryMetrics

OFF = "CDS Hooks: authentication is off; anybody on this machine may call"
NOBODY = "CDS Hooks: no issuer is configured; every call is refused with 401"


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
    """What order entry stands on: the engine in service, the day, who counts answers, the frame."""

    current: Callable[[], Engine]
    today: Callable[[], datetime.date]
    observe: Observe
    frame: Frame
    beside: Beside


def ordering(
    settings: Settings, metrics: Metrics, shared: Shared, around: Surroundings
) -> Ordering:
    """Order entry as the settings ask; raises `InvalidSettings`."""
    counted = OrderEntryMetrics(metrics.registry)
    counts = Counts(counted, around.observe)
    filtered = RepeatFilter(shared.repeats)
    desk = Desk(around.current, around.today, _fetcher(settings, counted), filtered, counts)
    feedback = FeedbackDesk(shared.outcomes, lambda: around.current().rules, counted)
    verifier, warning = _verifier(settings, shared)
    one_id = settings.cds_hooks_one_id is Switch.ON
    clients = Clients(settings.cds_hooks_origins, settings.cds_hooks_headers, one_id)
    frame = HookFrame(around.frame, around.beside, FRAMED)
    entry = OrderEntry(desk, feedback, verifier, counts, clients, frame)
    return Ordering(entry.routes(), warning, counted)


def _fetcher(settings: Settings, counted: OrderEntryMetrics) -> Fetches | None:
    """What fetches from FHIR servers, where any may be asked."""
    if not settings.cds_hooks_fhir_servers:
        return None
    from lems_guard.edges.order_entry.fetching import Fetcher  # noqa: PLC0415 - an HTTP client: 2 MB

    return Fetcher(frozenset(settings.cds_hooks_fhir_servers), counted)


def _verifier(settings: Settings, shared: Shared) -> tuple[KnowsCallers | None, str]:
    """What verifies callers, and what must be said of it."""
    if settings.cds_hooks_auth is HookAuth.OFF:
        if not is_loopback(settings.http_listen.host):
            raise InvalidSettings(
                "LEMS_GUARD_CDS_HOOKS_AUTH: off is for this machine alone: let "
                "LEMS_GUARD_HTTP_LISTEN be 127.0.0.1 or [::1], or take jwt"
            )
        return None, OFF
    if settings.cds_hooks_issuers is None:
        return NobodyKnown(), NOBODY
    return _verifier_of(settings.cds_hooks_issuers, settings, shared)


def _verifier_of(file: Path, settings: Settings, shared: Shared) -> tuple[KnowsCallers, str]:
    # Signatures and an HTTP client: 10 MB that only a site with issuers needs.
    from lems_guard.callers.issuers import Issuers  # noqa: PLC0415
    from lems_guard.callers.key_addresses import get_keys  # noqa: PLC0415
    from lems_guard.callers.tokens import TokenHolders, Verifier  # noqa: PLC0415

    issuers = Issuers(file, get_keys)
    base_url = settings.cds_hooks_url or f"http://{settings.http_listen}"
    holders = TokenHolders(Verifier(issuers, base_url), shared.tokens)
    return holders, "" if len(issuers) else NOBODY
