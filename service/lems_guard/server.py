"""The composition root: order entry, one process's service, its life."""

import asyncio
import contextlib
import datetime
import gc
import signal
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.routing import Route

from lems_guard.answering.answer import OUTCOMES, Answer, Answerer, Answers
from lems_guard.answering.contract import unary_methods
from lems_guard.answering.described import decided, described, reported
from lems_guard.answering.in_service import InService, Reload
from lems_guard.caching.replies import Replies, ReplyCache
from lems_guard.caching.shared_replies import WORTH_IT_BYTES, SharedReplies
from lems_guard.callers.calling import CALLING
from lems_guard.callers.entrance import Entrance, looking
from lems_guard.callers.nobody import NobodyKnown
from lems_guard.callers.pages import OpenEntrance
from lems_guard.clinical.outcome import AlertOutcome
from lems_guard.edges.evaluating import Beside
from lems_guard.edges.frame import Frame
from lems_guard.edges.grpc.guarded import Guard
from lems_guard.edges.grpc.port import Drain, Limits, Port
from lems_guard.edges.http.connections import HttpConnections
from lems_guard.edges.http.contract import contract_routes
from lems_guard.edges.http.port import HttpListen, running_http
from lems_guard.edges.http.probes import probe_routes
from lems_guard.edges.observed import Observed
from lems_guard.edges.order_entry.card_shapes import CardStyle
from lems_guard.edges.order_entry.composed import (
    HookOptions,
    ServedHooks,
    Surroundings,
    served_hooks,
)
from lems_guard.edges.order_entry.engine import Engine
from lems_guard.edges.order_entry.routes import Clients, LetsIn
from lems_guard.edges.workbench.access import KnownDoor, OpenDoor, PageDoor
from lems_guard.edges.workbench.order_screen import HookTrial
from lems_guard.edges.workbench.pages import Pages, State
from lems_guard.edges.workbench.routes import workbench_routes
from lems_guard.edges.workbench.rules_pages import Site
from lems_guard.editions.compiling import load_apart
from lems_guard.editions.known_answers import refuse_unknowing
from lems_guard.editions.library import Edition, Library, packaged_rules
from lems_guard.editions.reloading import Reloader, in_background
from lems_guard.exposure import (
    are_hooks_open,
    certificates_of,
    closures,
    hooks_in_words,
    is_here,
    known_of,
    notices,
    refuse_open_hooks,
)
from lems_guard.screening.screen import RuleScreener
from lems_guard.settings import (
    Address,
    RedisReplies,
    Settings,
    Switch,
    WorkbenchDoor,
    notify_socket,
    variable,
)
from lems_guard.shared import Shared, journal_of
from lems_guard.supervised import READY, STOPPING, end_with_serving_thread, tell
from lems_guard.telemetry.call_log import CallLog
from lems_guard.telemetry.health import Health
from lems_guard.telemetry.loop_lag import watch_loop
from lems_guard.telemetry.metrics import Metrics
from lems_guard.telemetry.order_entry_metrics import OrderEntryMetrics
from lems_guard.telemetry.tracing import traces_of

log = structlog.get_logger(__name__)

# A thread that wants the interpreter waits for it so long: each arrival wants it a few times, and
# beside an evaluation would grow old by Python's 5 ms each time.
SWITCH_SECONDS = 0.0005
ENDING = (signal.SIGTERM, signal.SIGINT)
ENDING_ON_TERMINAL = (*ENDING, signal.SIGHUP)


def on_terminal() -> bool:
    """Whether somebody started this process on a terminal, and it ends with that."""
    return sys.stdin is not None and sys.stdin.isatty()


def utc_today() -> datetime.date:
    """The day on which a request is judged when it does not say."""
    return datetime.datetime.now(datetime.UTC).date()


class Service:
    """One process's service: knowledge, metrics, health and the two ports."""

    def __init__(self, settings: Settings) -> None:
        """Load the knowledge base; raises `InvalidKnowledge` when there is none to serve."""
        self.settings = settings
        self.country = settings.country or ""
        self.certificates = certificates_of(settings)
        self.metrics = Metrics(OUTCOMES)
        if self.certificates is not None:
            self.metrics.watch_certificate(self.certificates.expires)
        self.metrics.in_flight_limit.set(settings.max_in_flight)
        self.calls = CallLog(settings.log_calls_per_second)
        self.traces = traces_of(settings.traces)
        self.frame = Frame(settings.max_in_flight, self.metrics.rpc, self.calls, self.traces)
        self.beside = Beside(settings.max_in_flight)
        self.health = Health("knowledge base", "accepting calls")
        self.journal = journal_of(settings, self.metrics)
        self.shared = Shared.of(settings, self.metrics, self.note_report)
        self.replies = Replies(settings.reply_cache_bytes, self.shared.cache_metrics.evicted)
        self.shared.cache_metrics.watch_replies(lambda: self.replies.bytes, self.replies.__len__)
        rules = settings.rules or packaged_rules()
        self.library = Library(
            rules, site=settings.vocabulary, overlay=settings.overlay, approve=refuse_unknowing
        )
        self.known = known_of(settings, self.shared.tokens, self.metrics.callers)
        self.entrance = Entrance(self.known.gate)
        refuse_open_hooks(settings)
        self.hook_metrics = OrderEntryMetrics(self.metrics.registry)
        self.take()
        self.methods = unary_methods(self, self.shared.outcomes, self.shared.repeats)
        limits = Limits(
            settings.max_streams, settings.stream_idle_seconds, settings.message_seconds
        )
        self.port = Port(self.frame, self.methods, self, limits)
        self.metrics.watch_calls(
            in_flight=lambda: self.frame.places.taken,
            waiting=lambda: self.frame.turns.waiting,
            streams=lambda: self.port.streams.taken,
        )

    def take(self) -> None:
        """Put the library's current edition to work."""
        edition = self.library.current
        answers = self._remembering(self._answerer_on(edition), edition)
        self.answers = Observed(answers, self.observe)
        self.engine = Engine(answers, edition, self.country)
        now = datetime.datetime.now(datetime.UTC)
        self.shown = InService(edition, self.settings.jurisdiction, Reload(now), self.country)
        knowledge = edition.knowledge
        self.metrics.knowledge_loaded(knowledge)
        self.shared.metrics.rules_loaded(rule.id for rule in knowledge.rules)
        self.hook_metrics.rules_loaded(rule.id for rule in knowledge.rules)
        self.health.set("knowledge base", ready=True)

    def reloaded(self, outcome: str) -> None:
        """Show how a reload ended; a refusal is shown until the folder is good again."""
        self.metrics.knowledge.reloaded(outcome)
        state, problem = Reload(self.shown.reload.loaded_at), self.library.problem
        if problem is not None:
            now = datetime.datetime.now(datetime.UTC)
            state = state._replace(refused_at=now, problems=problem.problems)
        self.shown = self.shown._replace(reload=state)

    @contextlib.asynccontextmanager
    async def kept_up(self) -> AsyncIterator[None]:
        """Reload on SIGHUP and on changes of the rules, watch the event loop, work with Redis.

        On a terminal SIGHUP says that it is closed, and ends the service instead.
        """
        self.library.load = load_apart
        reloader = Reloader(self.library, self.take, self.reloaded)
        work = [watch_loop(self.metrics.loop_lag.set)]
        if self.known.callers is not None:
            work.append(looking(self.known.callers))
        if self.settings.reload_seconds:
            work.append(reloader.watch(self.settings.reload_seconds))
        journal = contextlib.nullcontext() if self.journal is None else self.journal.running()
        with journal, self.shared.entries.running():
            hangups = contextlib.nullcontext() if on_terminal() else reloader.on_hangup()
            async with hangups, in_background(*work):
                yield

    def _answerer_on(self, edition: Edition) -> Answerer:
        return Answerer(
            edition.knowledge,
            edition,
            RuleScreener(),
            jurisdiction=self.settings.jurisdiction,
            country=self.country,
            today=utc_today,
        )

    def _remembering(self, answers: Answers, edition: Edition) -> Answers:
        scope = edition.knowledge.digest + self.country, self.settings.jurisdiction
        metrics, policy = self.shared.cache_metrics, self.settings.redis_replies
        if self.settings.redis_url is not None and policy is not RedisReplies.OFF:
            least = 0 if policy is RedisReplies.ALWAYS else WORTH_IT_BYTES
            entries = self.shared.entries
            answers = SharedReplies(answers, entries, scope, utc_today, metrics, least)
        if self.settings.reply_cache_bytes:
            answers = ReplyCache(answers, self.replies, scope, utc_today, metrics)
        return answers

    def observe(self, answer: Answer, seconds: float) -> None:
        """Count an answer, and log it unless too many are."""
        self.metrics.observe(answer.tally)
        if self.journal is not None:
            self.journal.note(CALLING.get(), lambda: decided(answer))
        self.calls.answered(lambda: described(answer), seconds)
        if self.traces is not None:
            self.traces.answered(answer.tally.outcome, answer.tier)

    def note_report(self, outcome: AlertOutcome) -> None:
        """Have the journal say what was done about an alert."""
        if self.journal is not None:
            knowledge = self.library.current.knowledge
            self.journal.note(CALLING.get(), lambda: reported(outcome, knowledge))

    def http_app(self) -> Starlette:
        """The HTTP port's pages."""
        hooks = self.hooks()
        pages = [] if self.settings.workbench is WorkbenchDoor.OFF else self.pages(hooks)
        probes = self.probes(self.entrance)
        origins = self.settings.cors_origins or ()
        calls = contract_routes(self.frame, self.beside, self.methods, self.entrance, origins)
        # Routes are tried in this order: an order screen waits for its call, a person for a page.
        return Starlette(routes=[*hooks.routes, *calls, *probes, *pages])

    def hooks(self) -> ServedHooks:
        """Order entry."""
        settings = self.settings
        entrance: LetsIn = self.entrance
        if are_hooks_open(settings):
            entrance = OpenEntrance(settings.cds_hooks_origins)
        elif self.known.callers is None:
            entrance = NobodyKnown()
        one_id = settings.cds_hooks_one_id is Switch.ON
        clients = Clients(settings.cds_hooks_origins, settings.cds_hooks_headers, one_id)
        style = CardStyle(settings.workbench_url or "", settings.cds_hooks_reasons or ())
        options = HookOptions(style, settings.cds_hooks_fhir_servers or (), clients, entrance)
        around = Surroundings(lambda: self.engine, utc_today, self.observe, self.frame, self.beside)
        return served_hooks(options, self.hook_metrics, self.shared, around)

    def pages(self, hooks: ServedHooks) -> list[Route]:
        """The workbench."""
        door: PageDoor = KnownDoor(self.entrance)
        if self.known.callers is None:
            door = OpenDoor(self.settings.workbench)
        where = Site(self.library.rules_dir, self.settings.overlay)

        def state() -> State:
            return State(self.shown, self.health.states(), self.notices)

        pages = Pages(self.frame, self.beside, door, state, lambda: self.library.current)
        trial = HookTrial(hooks.within, hooks_in_words(self.settings))
        return workbench_routes(pages, where, lambda: self.answers, trial)

    def probes(self, entrance: Entrance | None = None) -> list[Route]:
        """The pages for those who run it."""
        return probe_routes(self.health, self.metrics, self.told, entrance)

    def told(self) -> dict[str, object]:
        """What `/readyz` tells whoever asks, beside what is ready."""
        known = self.library.current.knowledge
        edition = {
            "version": known.version,
            "digest": known.digest,
            "rules": len(known.rules),
            "a_reload_was_refused": bool(self.shown.reload.problems),
        }
        notices = self.notices
        return {"knowledge_base": edition, **({"notices": notices} if notices else {})}

    def guard(self) -> Guard:
        """What asks who calls by gRPC."""
        settings = self.settings
        asks_certificates = settings.tls_client_ca is not None and not settings.grpc_listen.path
        return Guard(
            self.known.gate,
            is_here=is_here(settings.grpc_listen),
            asks_certificates=asks_certificates,
        )

    @property
    def notices(self) -> tuple[str, ...]:
        """What of it anybody must know who asks."""
        trouble = self.journal.trouble if self.journal is not None else ""
        return (*notices(self.settings), *([trouble] if trouble else []))

    @contextlib.asynccontextmanager
    async def http_ports(self) -> AsyncIterator[tuple[Address, Address | None]]:
        """The HTTP port, and that of health and metrics where there is one."""
        settings, certificates = self.settings, self.certificates
        is_shared = settings.share_port is Switch.ON
        seconds = settings.request_seconds
        listen = HttpListen(settings.http_listen, variable("http_listen"), seconds, is_shared)
        watched = settings.metrics_listen
        connections = HttpConnections()
        async with contextlib.AsyncExitStack() as ports:
            tls = None if certificates is None else certificates.context()
            origins = settings.cors_origins or ()
            listen = listen._replace(tls=tls, origins=origins)
            http = running_http(self.http_app(), listen, connections)
            at = await ports.enter_async_context(http)
            if watched is None:
                yield at, None
                return
            if certificates is not None:
                tls = certificates.context(asks_clients=False)
            listen = HttpListen(watched, variable("metrics_listen"), seconds, is_shared, tls)
            metrics = running_http(Starlette(routes=self.probes()), listen, connections)
            yield at, await ports.enter_async_context(metrics)


def settle_down() -> None:
    """Have the interpreter do what suits a process that serves from now on.

    What has been loaded stays for good: the garbage collector need not look at it again.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    sys.setswitchinterval(SWITCH_SECONDS)


async def serve(settings: Settings, announce: Callable[[dict[str, Any]], None]) -> None:
    """Serve until SIGTERM or SIGINT, then let the calls under way end.

    `announce` is told once where it serves, and by which rules.
    """
    service = Service(settings)
    end_with_serving_thread()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in ENDING_ON_TERMINAL if on_terminal() else ENDING:
        loop.add_signal_handler(number, stop.set)
    drain = Drain(
        settings.drain_notice_seconds, settings.connection_seconds, settings.drain_seconds
    )
    port = service.port.running(
        settings.grpc_listen,
        drain,
        is_shared=settings.share_port is Switch.ON,
        certificates=service.certificates,
        guard=service.guard(),
    )
    async with service.kept_up(), service.http_ports() as (http_at, metrics_at), port as grpc_at:
        service.health.set("accepting calls", ready=True)
        for said in (*notices(settings), *closures(settings)):
            log.warning(said)
        knowledge = service.library.current.knowledge
        settle_down()
        announce(
            {
                "grpc": str(grpc_at),
                "http": str(http_at),
                "metrics": metrics_at and str(metrics_at),
                "tls": service.certificates is not None,
                "knowledge_base": knowledge.version,
                "digest": knowledge.digest,
                "rules": len(knowledge.rules),
                "compiled_at_start": service.library.compiled_because or None,
            }
        )
        tell(notify_socket(), READY)
        async with in_background(asyncio.to_thread(service.library.index_names)):
            await stop.wait()
        log.info("draining", **drain._asdict())
        tell(notify_socket(), STOPPING)
        service.health.set("accepting calls", ready=False)
    if service.traces is not None:
        service.traces.close()
    log.info("stopped")
