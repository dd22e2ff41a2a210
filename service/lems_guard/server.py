"""The composition root: the only file that names every concrete class, and the life of a server.

Each concern is one line in `Service.__init__`; deleting the line deletes the concern.
"""

import asyncio
import contextlib
import datetime
import gc
import signal
import socket
from collections.abc import AsyncIterator

import grpc
import structlog
import uvicorn
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio
from grpc_reflection.v1alpha import reflection
from starlette.applications import Starlette

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.grpc_api.answer import OUTCOMES, Answerer, Tally
from lems_guard.grpc_api.interaction_check import SERVICE, InteractionCheck
from lems_guard.grpc_api.interceptor import MeteredCalls
from lems_guard.grpc_api.knowledge import Knowledge
from lems_guard.grpc_api.shown import Reload, Shown
from lems_guard.library import Library, packaged_rules
from lems_guard.screening.screen import RuleScreener
from lems_guard.settings import Address, Settings
from lems_guard.telemetry.health import Health
from lems_guard.telemetry.metrics import Metrics
from lems_guard.telemetry.probes import probe_routes
from lems_guard.v1 import knowledge_service_pb2, knowledge_service_pb2_grpc

log = structlog.get_logger(__name__)

KNOWLEDGE_SERVICE = knowledge_service_pb2.DESCRIPTOR.services_by_name["KnowledgeService"].full_name
SERVED = (SERVICE, KNOWLEDGE_SERVICE, "")


def utc_today() -> datetime.date:
    """The day on which a request is judged when it does not say."""
    return datetime.datetime.now(datetime.UTC).date()


class Service:
    """One process's service: knowledge, metrics, health and the two ports."""

    def __init__(self, settings: Settings) -> None:
        """Load the knowledge base; raises `InvalidKnowledge` when there is none to serve."""
        self.settings = settings
        self.metrics = Metrics(OUTCOMES)
        self.health = Health("knowledge base", "accepting calls")
        self.library = Library(settings.rules or packaged_rules())
        self._loaded()

    def _loaded(self) -> None:
        edition = self.library.current
        self.answerer = Answerer(
            edition.knowledge,
            edition,
            RuleScreener(),
            jurisdiction=self.settings.jurisdiction,
            today=utc_today,
        )
        now = datetime.datetime.now(datetime.UTC)
        self.shown = Shown(edition, self.settings.jurisdiction, Reload(now))
        knowledge = edition.knowledge
        self.metrics.knowledge_loaded(knowledge.version, knowledge.digest, len(knowledge.rules))
        self.health.set("knowledge base", ready=True)

    def observe(self, tally: Tally) -> None:
        """Count an answer."""
        self.metrics.observe(*tally)

    def grpc_server(self) -> grpc.aio.Server:
        """The gRPC server with every service registered, not yet listening."""
        server = grpc.aio.server(
            interceptors=(MeteredCalls(self.metrics),),
            maximum_concurrent_rpcs=self.settings.max_in_flight,
            options=(("grpc.so_reuseport", 1),),
        )
        check = InteractionCheck(lambda: self.answerer, self.observe)
        server.add_generic_rpc_handlers((check.handlers(),))
        knowledge_service_pb2_grpc.add_KnowledgeServiceServicer_to_server(
            Knowledge(lambda: self.shown), server
        )
        reflection.enable_server_reflection((*SERVED[:2], reflection.SERVICE_NAME), server)
        return server

    def http_app(self) -> Starlette:
        """The HTTP port's pages."""
        return Starlette(routes=probe_routes(self.health, self.metrics))


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then let the calls under way end."""
    service = Service(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running_http(service) as http_at, running_grpc(service) as grpc_at:
        knowledge = service.library.current.knowledge
        # What has been loaded stays for good: the garbage collector need not look at it again.
        gc.collect()
        gc.freeze()
        log.info(
            "serving",
            grpc=str(grpc_at),
            http=str(http_at),
            knowledge_base=knowledge.version,
            digest=knowledge.digest,
            rules=len(knowledge.rules),
            compiled_at_start=service.library.compiled_because or None,
        )
        await stop.wait()
        log.info("draining", seconds=settings.drain_seconds)
        service.health.set("accepting calls", ready=False)
    log.info("stopped")


@contextlib.asynccontextmanager
async def running_grpc(service: Service) -> AsyncIterator[Address]:
    """The gRPC port: open on entry, drained on leaving."""
    server = service.grpc_server()
    servicer = health_aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    where = service.settings.grpc_listen
    try:
        port = server.add_insecure_port(str(where))
    except RuntimeError:
        raise InvalidSettings(f"LEMS_GUARD_GRPC_LISTEN: cannot listen on {where}") from None
    await server.start()
    service.health.set("accepting calls", ready=True)
    states = health_pb2.HealthCheckResponse
    for name in SERVED:
        await servicer.set(name, states.SERVING)
    try:
        yield Address(where.host, port)
    finally:
        await servicer.enter_graceful_shutdown()
        await server.stop(service.settings.drain_seconds)


@contextlib.asynccontextmanager
async def running_http(service: Service) -> AsyncIterator[Address]:
    """The HTTP port: open on entry, closed on leaving."""
    listening = bound(service.settings.http_listen)
    config = uvicorn.Config(service.http_app(), log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    # uvicorn would take the signals for itself; this process has one place for them.
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment]
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield Address(service.settings.http_listen.host, listening.getsockname()[1])
    finally:
        server.should_exit = True
        await running


def bound(where: Address) -> socket.socket:
    """A listening socket, shared with other processes of this host; raises `InvalidSettings`."""
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    try:
        return socket.create_server((where.host, where.port), family=family, reuse_port=True)
    except OSError as fault:
        raise InvalidSettings(f"LEMS_GUARD_HTTP_LISTEN: {where}: {fault.strerror}") from None
