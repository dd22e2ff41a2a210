"""What Connect costs beside gRPC: the server's processor time of the same first checks."""

import contextlib
import http.client
from collections.abc import Sequence
from itertools import islice

from benchmark.bodies import checks
from benchmark.figures import Figure, NotMeasured, in_turn, ratio
from benchmark.http2 import PATH, PATIENCE_SECONDS, Connection
from benchmark.loops import closed_loop
from benchmark.servers import Server, service

HEADERS = {
    "content-type": "application/proto",
    "connect-protocol-version": "1",
    "connect-timeout-ms": "60000",
}


def against_grpc(rounds: int = 5, calls: int = 400) -> dict[str, Figure]:
    """Calls by Connect on a kept connection ÷ by gRPC on one, one after the other in both."""
    bodies = checks(seed=4)
    with (
        service() as server,
        contextlib.closing(Connection(server.port)) as grpc,
        contextlib.closing(
            http.client.HTTPConnection("127.0.0.1", server.http_port, PATIENCE_SECONDS)
        ) as connect,
    ):

        def by_grpc() -> float:
            asked = list(islice(bodies, calls))
            begun = server.cpu_seconds()
            closed_loop(grpc, asked, 1)
            return (server.cpu_seconds() - begun) / calls

        measures = {
            "grpc": by_grpc,
            "connect": lambda: cpu_a_call(server, connect, list(islice(bodies, calls))),
        }
        in_turn(1, measures)  # to warm up
        told = in_turn(rounds, measures)
    return {"connect_vs_grpc": ratio(told["connect"], told["grpc"])}


def cpu_a_call(
    server: Server, connection: http.client.HTTPConnection, bodies: Sequence[bytes]
) -> float:
    """The server's CPU seconds a call, each answered."""
    begun = server.cpu_seconds()
    for body in bodies:
        connection.request("POST", PATH.decode(), body, HEADERS)
        response = connection.getresponse()
        content = response.read()
        if response.status != http.client.OK:
            raise NotMeasured(f"{response.status}: {content[:80]!r}")
    seconds = (server.cpu_seconds() - begun) / len(bodies)
    connection.close()  # the server would, before the next turn
    return seconds
