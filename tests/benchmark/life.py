"""The life of the process: its start, its memory, and the pauses of its garbage collector."""

import contextlib
import json
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from grpc_health.v1 import health_pb2, health_pb2_grpc

from benchmark.bodies import checks
from benchmark.calls import IN_FLIGHT
from benchmark.figures import Figure, NotMeasured, middle
from benchmark.http2 import PATIENCE_SECONDS, Connection
from benchmark.loops import closed_loop
from benchmark.servers import Server, service

FIRST_CHECKS, BATCH = 2000, 1000
LONG_SECONDS = 0.005


def starts(rounds: int = 5) -> dict[str, Figure]:
    """Seconds from the spawn to SERVING from the health service."""
    return {"startup_s": middle([_seconds_to_serving() for _ in range(rounds)])}


def _seconds_to_serving() -> float:
    begun = time.perf_counter()
    with service() as server, server.channel() as channel:
        health: Any = health_pb2_grpc.HealthStub(channel)
        answer = health.Check(health_pb2.HealthCheckRequest(), timeout=PATIENCE_SECONDS)
        if answer.status != health_pb2.HealthCheckResponse.SERVING:
            raise NotMeasured("its health is not SERVING")
        return time.perf_counter() - begun


def long_use(number: int = 30_000) -> dict[str, Figure]:
    """Memory after the first checks, and long pauses in all of them."""
    bodies = checks(seed=8)
    with tempfile.TemporaryDirectory() as folder:
        pauses = Path(folder, "pauses.json")
        with service("-m", "benchmark.watched", str(pauses), "serve") as server:
            serving = time.monotonic()
            memory = memory_in_use(server, bodies, min(FIRST_CHECKS, number))
            memory_in_use(server, bodies, number - FIRST_CHECKS)
            server.process.terminate()
            server.process.wait(PATIENCE_SECONDS)
        found = json.loads(pauses.read_text("utf-8"))
    long = sum(at > serving and seconds > LONG_SECONDS for at, seconds in found)
    return {"rss_mb": middle([memory]), "gc_pauses_over_5ms": middle([long])}


def memory_in_use(server: Server, bodies: Iterator[bytes], number: int = FIRST_CHECKS) -> float:
    """The memory, in MB, after so many checks more."""
    with contextlib.closing(Connection(server.port)) as connection:
        for left in range(number, 0, -BATCH):
            closed_loop(connection, list(islice(bodies, min(BATCH, left))), IN_FLIGHT)
    return server.rss_mb()
