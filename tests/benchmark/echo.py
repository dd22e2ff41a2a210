"""A bare echo on the service's own stack: what gRPC itself costs, whatever the service does.

The same kind of server with the same options, one thread and none of our doors: it parses the
request and returns a ready reply. The replies, as long as those of the service, come from a file,
in turn.
"""

import itertools
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

from benchmark.http2 import PATH
from benchmark.servers import read_messages
from lems_guard.edges.grpc.port import OPTIONS
from lems_guard.v1 import prescription_pb2 as wire


def handlers(replies: list[bytes]) -> grpc.GenericRpcHandler:
    """The one method."""
    turn = itertools.cycle(replies)
    parse = wire.CheckPrescriptionRequest.FromString
    _, service, method = PATH.decode().split("/")

    def check(raw: bytes, _: object) -> bytes:
        parse(raw)
        return next(turn)

    handler: Any = grpc.unary_unary_rpc_method_handler(check)
    return grpc.method_handlers_generic_handler(service, {method: handler})


def serve(replies: list[bytes]) -> None:
    """Serve until killed."""
    server = grpc.server(ThreadPoolExecutor(1), [handlers(replies)], options=OPTIONS)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    line = json.dumps({"event": "serving", "grpc": f"127.0.0.1:{port}"})
    print(line, file=sys.stderr, flush=True)  # noqa: T201  # how the service says it too
    server.wait_for_termination()


if __name__ == "__main__":
    serve(read_messages(sys.argv[1]))
