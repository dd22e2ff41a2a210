"""The composition root: the only file that names every concrete class, and the life of a server.

Each concern is one line in `Service.__init__`; deleting the line deletes the concern.
"""

import asyncio
import contextlib
import datetime
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator

import structlog
import uvicorn
from starlette.applications import Starlette

from lems_guard.answering.answer import OUTCOMES, Answer, Answerer, Answers
from lems_guard.answering.contract import unary_methods
from lems_guard.answering.described import described
from lems_guard.answering.shown import Reload, Shown
from lems_guard.caching.replies import Replies, ReplyCache
from lems_guard.caching.shared_replies import WORTH_IT_BYTES, SharedReplies
from lems_guard.callers.admission import Admission
from lems_guard.clinical.errors import InvalidSettings
from lems_guard.edges.evaluating import Beside
from lems_guard.edges.frame import Frame
from lems_guard.edges.grpc.port import Drain, Limits, Port
from lems_guard.edges.http.json_calls import JsonCalls
from lems_guard.edges.http.json_methods import JsonMethods
from lems_guard.edges.http.probes import probe_routes
from lems_guard.edges.observed import Observed
from lems_guard.edges.order_entry.engine import Engine
from lems_guard.edges.workbench.page import State, page_route
from lems_guard.editions.compiling import load_apart
from lems_guard.editions.library import Edition, Library, packaged_rules
from lems_guard.editions.reloading import Reloader, in_background
from lems_guard.ordering import OFF, Surroundings, ordering
from lems_guard.screening.screen import RuleScreener
from lems_guard.settings import Address, RedisReplies, Settings, Switch
from lems_guard.shared import Shared
from lems_guard.telemetry.call_log import CallLog
from lems_guard.telemetry.health import Health
from lems_guard.telemetry.loop_lag import watch_loop
from lems_guard.telemetry.metrics import Metrics
from lems_guard.telemetry.tracing import traces_of

log = structlog.get_logger(__name__)


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
        self.metrics = Metrics(OUTCOMES)
        self.metrics.in_flight_limit.set(settings.max_in_flight)
        self.calls = CallLog(settings.log_calls_per_second)
        self.traces = traces_of(settings.traces)
        self.frame = Frame(settings.max_in_flight, self.metrics.rpc, self.calls, self.traces)
        self.beside = Beside(settings.max_in_flight)
        self.health = Health("knowledge base", "accepting calls")
        self.shared = Shared.of(settings, self.metrics)
        self.replies = Replies(settings.reply_cache_bytes, self.shared.cache_metrics.evicted)
        self.shared.cache_metrics.watch_replies(lambda: self.replies.bytes, self.replies.__len__)
        rules = settings.rules or packaged_rules()
        self.library = Library(rules, site=settings.vocabulary, overlay=settings.overlay)
        around = Surroundings(lambda: self.engine, utc_today, self.observe, self.frame, self.beside)
        self.ordering = ordering(settings, self.metrics, self.shared, around)
        self.take()
        self.methods = unary_methods(self, self.shared.outcomes)
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
        self.shown = Shown(edition, self.settings.jurisdiction, Reload(now), self.country)
        knowledge = edition.knowledge
        self.metrics.knowledge_loaded(knowledge)
        self.shared.metrics.rules_loaded(rule.id for rule in knowledge.rules)
        self.ordering.metrics.rules_loaded(rule.id for rule in knowledge.rules)
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
        if self.settings.reload_seconds:
            work.append(reloader.watch(self.settings.reload_seconds))
        with self.shared.entries.running():
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
        self.calls.answered(lambda: described(answer), seconds)
        if self.traces is not None:
            self.traces.answered(answer.tally.outcome, answer.tier)

    def http_app(self) -> Starlette:
        """The HTTP port's pages."""
        said = self.ordering.warning
        notices = (said,) if said == OFF else ()
        probes = probe_routes(self.health, self.metrics, notices)
        admission = Admission(self.settings.http_api, self.settings.http_listen)
        methods = JsonMethods(self.frame, self.beside, self.methods)
        calls = JsonCalls(methods, admission)
        page = page_route(lambda: self.state(notices), admission)
        return Starlette(routes=[page, *probes, *self.ordering.routes, *calls.routes()])

    def state(self, notices: tuple[str, ...]) -> State:
        """What the page tells of this process."""
        return State(self.shown.state(), self.settings.jurisdiction, self.health.states(), notices)


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then let the calls under way end."""
    service = Service(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in ENDING_ON_TERMINAL if on_terminal() else ENDING:
        loop.add_signal_handler(number, stop.set)
    drain = Drain(
        settings.drain_notice_seconds, settings.connection_seconds, settings.drain_seconds
    )
    is_shared = settings.share_port is Switch.ON
    port = service.port.running(settings.grpc_listen, drain, is_shared=is_shared)
    async with service.kept_up(), running_http(service) as http_at, port as grpc_at:
        service.health.set("accepting calls", ready=True)
        if service.ordering.warning:
            log.warning(service.ordering.warning)
        knowledge = service.library.current.knowledge
        # What has been loaded stays for good: the garbage collector need not look at it again.
        gc.collect()
        gc.freeze()
        log.info(
            "serving",
            settings=settings.shown(),
            grpc=str(grpc_at),
            http=str(http_at),
            knowledge_base=knowledge.version,
            digest=knowledge.digest,
            rules=len(knowledge.rules),
            compiled_at_start=service.library.compiled_because or None,
        )
        await stop.wait()
        log.info("draining", **drain._asdict())
        service.health.set("accepting calls", ready=False)
    if service.traces is not None:
        service.traces.close()
    log.info("stopped")


@contextlib.asynccontextmanager
async def running_http(service: Service) -> AsyncIterator[Address]:
    """The HTTP port: open on entry, closed on leaving."""
    settings = service.settings
    listening = bound(settings.http_listen, is_shared=settings.share_port is Switch.ON)
    config = uvicorn.Config(service.http_app(), log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    # uvicorn would take the signals for itself; this process has one place for them.
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment]
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield Address(settings.http_listen.host, listening.getsockname()[1])
    finally:
        server.should_exit = True
        await running


def bound(where: Address, *, is_shared: bool) -> socket.socket:
    """A listening socket, alone on its address unless shared; raises `InvalidSettings`."""
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    try:
        return socket.create_server((where.host, where.port), family=family, reuse_port=is_shared)
    except OSError as fault:
        raise InvalidSettings(f"LEMS_GUARD_HTTP_LISTEN: {where}: {fault.strerror}") from None
