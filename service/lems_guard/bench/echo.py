"""A bare echo on the service's own stack: what gRPC itself costs, whatever the service does.

`grpc.aio` on uvloop, one generic handler without interceptors: it parses the request and returns
a ready reply. The replies, as long as those of the service, come from a file, in turn.
"""

import itertools
import json
import sys
from pathlib import Path
from typing import Any

import grpc
import uvloop

from lems_guard.edges.grpc.interaction_check import SERVICE
from lems_guard.v1 import prescription_pb2 as wire

LENGTH_BYTES = 4


def write_replies(path: Path, replies: list[bytes]) -> None:
    """Write the file that an echo reads."""
    path.write_bytes(b"".join(len(reply).to_bytes(LENGTH_BYTES) + reply for reply in replies))


def read_replies(path: Path) -> list[bytes]:
    """The replies in a file."""
    content, place, replies = path.read_bytes(), 0, []
    while place < len(content):
        begin = place + LENGTH_BYTES
        place = begin + int.from_bytes(content[place:begin])
        replies.append(content[begin:place])
    return replies


def handlers(replies: list[bytes]) -> grpc.GenericRpcHandler:
    """The one method."""
    turn = itertools.cycle(replies)
    parse = wire.CheckPrescriptionRequest.FromString

    async def check(raw: bytes, _: object) -> bytes:
        parse(raw)
        return next(turn)

    method: Any = grpc.unary_unary_rpc_method_handler(check)
    return grpc.method_handlers_generic_handler(SERVICE, {"CheckPrescription": method})


async def serve(replies: list[bytes]) -> None:
    """Serve until killed."""
    server = grpc.aio.server(options=(("grpc.so_reuseport", 1),))
    server.add_generic_rpc_handlers((handlers(replies),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    line = json.dumps({"event": "serving", "grpc": f"127.0.0.1:{port}"})
    print(line, file=sys.stderr, flush=True)  # noqa: T201  # how the service says it too
    await server.wait_for_termination()


if __name__ == "__main__":
    uvloop.run(serve(read_replies(Path(sys.argv[1]))))
