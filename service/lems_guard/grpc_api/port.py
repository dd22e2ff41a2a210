"""The gRPC port: what it serves, opened on entry and drained on leaving."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple

import grpc
from google.protobuf import descriptor_pool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio
from grpc_reflection.v1alpha import reflection

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.grpc_api.alert_service import Alerts
from lems_guard.grpc_api.interaction_check import SERVICE, InteractionCheck
from lems_guard.grpc_api.interceptor import KINDS
from lems_guard.grpc_api.knowledge import Knowledge
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
    """The servicers, and what counts and traces their calls, the outermost first."""

    check: InteractionCheck
    knowledge: Knowledge
    alerts: Alerts
    interceptors: tuple[grpc.aio.ServerInterceptor, ...]


class Drain(NamedTuple):
    """How a port closes: new calls are taken through the notice, then those under way may end."""

    notice_seconds: float
    seconds: float


def methods() -> Iterator[tuple[str, str, str]]:
    """Type, service and name of every method of ours, so that each is counted from zero."""
    for name in SERVICES:
        for method in descriptor_pool.Default().FindServiceByName(name).methods:
            kind = KINDS[method.client_streaming, method.server_streaming]
            yield kind, name, method.name


def grpc_server(services: GrpcServices, max_in_flight: int) -> grpc.aio.Server:
    """A server with every service registered, not yet listening.

    SO_REUSEPORT lets any supervisor start several on one host.
    """
    server = grpc.aio.server(
        interceptors=services.interceptors,
        maximum_concurrent_rpcs=max_in_flight,
        options=(("grpc.so_reuseport", 1),),
    )
    server.add_generic_rpc_handlers((services.check.handlers(),))
    knowledge_service_pb2_grpc.add_KnowledgeServiceServicer_to_server(services.knowledge, server)
    alert_service_pb2_grpc.add_AlertServiceServicer_to_server(services.alerts, server)
    reflection.enable_server_reflection(
        (*SERVICES, "grpc.health.v1.Health", reflection.SERVICE_NAME), server
    )
    return server


@contextlib.asynccontextmanager
async def running_grpc(
    server: grpc.aio.Server, where: Address, drain: Drain
) -> AsyncIterator[Address]:
    """Listen and report SERVING; on leaving report NOT_SERVING, wait, and let calls end.

    Raises `InvalidSettings` when the address cannot be had.
    """
    health = health_aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    try:
        port = server.add_insecure_port(str(where))
    except RuntimeError:
        raise InvalidSettings(f"LEMS_GUARD_GRPC_LISTEN: cannot listen on {where}") from None
    await server.start()
    for name in ("", *SERVICES):
        await health.set(name, SERVING)
    try:
        yield Address(where.host, port)
    finally:
        await health.enter_graceful_shutdown()
        await asyncio.sleep(drain.notice_seconds)
        await server.stop(drain.seconds)
