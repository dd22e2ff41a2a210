"""The gRPC port: what it serves, opened on entry and drained on leaving."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.edges.grpc.alert_service import Alerts
from lems_guard.edges.grpc.connections import Connections
from lems_guard.edges.grpc.interaction_check import SERVICE, InteractionCheck
from lems_guard.edges.grpc.knowledge import Knowledge
from lems_guard.edges.grpc.metered import MeteredCalls, MeteredMethods
from lems_guard.settings import Address
from lems_guard.v1 import (
    alert_service_pb2,
    alert_service_pb2_grpc,
    knowledge_service_pb2,
    knowledge_service_pb2_grpc,
)

KNOWLEDGE_SERVICE = knowledge_service_pb2.DESCRIPTOR.services_by_name["KnowledgeService"].full_name
ALERT_SERVICE = alert_service_pb2.DESCRIPTOR.services_by_name["AlertService"].full_name
SERVICES = (SERVICE, KNOWLEDGE_SERVICE, ALERT_SERVICE)
SERVING = health_pb2.HealthCheckResponse.SERVING


class GrpcServices(NamedTuple):
    """The servicers, and what counts and traces their calls."""

    check: InteractionCheck
    knowledge: Knowledge
    alerts: Alerts
    calls: MeteredCalls
    interceptors: tuple[grpc.aio.ServerInterceptor, ...]

    def register(self, served: Any) -> None:  # noqa: ANN401  # a server, or what stands in its place
        """Give every method's handler to what serves them."""
        served.add_registered_method_handlers(SERVICE, self.check.handlers())
        knowledge_service_pb2_grpc.add_KnowledgeServiceServicer_to_server(self.knowledge, served)
        alert_service_pb2_grpc.add_AlertServiceServicer_to_server(self.alerts, served)


class Drain(NamedTuple):
    """How a port closes.

    New connections are taken through the notice; then those there are may grow old, and their
    clients go elsewhere; then calls that are still under way may end.
    """

    notice_seconds: float
    connection_seconds: float
    seconds: float

    @property
    def oldest_seconds(self) -> float:
        """When the last connection is gone: gRPC spreads their age by a tenth, and asks twice."""
        return self.connection_seconds * 1.1 + 1


class Port(NamedTuple):
    """A server with every service registered, and what tells of its health."""

    server: grpc.aio.Server
    health: health_aio.HealthServicer


def grpc_server(services: GrpcServices, connection_seconds: float) -> Port:
    """A server with every service registered, not yet listening.

    SO_REUSEPORT lets any supervisor start several on one host. A connection that has grown old is
    ended without losing a call (0: none is).
    """
    options = [("grpc.so_reuseport", 1)]
    if connection_seconds:
        options.append(("grpc.max_connection_age_ms", round(connection_seconds * 1000)))
    server = grpc.aio.server(
        interceptors=services.interceptors,
        options=options,
    )
    health = health_aio.HealthServicer()
    metered: Any = MeteredMethods(services.calls)
    services.register(metered)
    health_pb2_grpc.add_HealthServicer_to_server(health, metered)
    names = (*SERVICES, "grpc.health.v1.Health", reflection.SERVICE_NAME)
    reflecting: Any = reflection_pb2_grpc  # has no types
    reflecting.add_ServerReflectionServicer_to_server(
        reflection.aio.ReflectionServicer(names), metered
    )
    server.add_generic_rpc_handlers((metered,))
    return Port(server, health)


@contextlib.asynccontextmanager
async def running_grpc(port: Port, where: Address, drain: Drain) -> AsyncIterator[Address]:
    """Listen and report SERVING; on leaving report NOT_SERVING, and `drain`.

    Raises `InvalidSettings` when the address cannot be had.
    """
    server, health = port
    try:
        number = server.add_insecure_port(str(where))
    except RuntimeError:
        raise InvalidSettings(f"LEMS_GUARD_GRPC_LISTEN: cannot listen on {where}") from None
    await server.start()
    for name in ("", *SERVICES):
        await health.set(name, SERVING)
    try:
        yield Address(where.host, number)
    finally:
        await health.enter_graceful_shutdown()
        await asyncio.sleep(drain.notice_seconds)
        if drain.connection_seconds:
            connections = Connections(number)
            connections.take_no_more()
            await connections.gone(drain.oldest_seconds)
        await server.stop(drain.seconds)
