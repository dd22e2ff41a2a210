"""Small calls beside heavy ones: what others' work adds to the slowest of a hundred."""

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import islice

import grpc

from benchmark.bodies import checks, of_others
from benchmark.figures import Figure, NotMeasured, in_turn, percentile, ratio
from benchmark.http2 import Connection
from benchmark.loops import OpenLoop
from benchmark.servers import Server, messages_file, read_messages, running, service
from lems_guard.v1 import interaction_check_service_pb2 as messages
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import prescription_pb2 as wire

CALLS_A_SECOND = 100
LATE_SECONDS = 5.0  # then a caller gives up; what is late or refused counts as so long
STREAMS, ITEM_ORDERS, LARGE_ORDERS = 8, 200, 500
HEAVY = 16  # different heavy requests
KINDS = {"unary_p99_beside_streams": ITEM_ORDERS, "unary_p99_beside_500": LARGE_ORDERS}


def small_calls(rounds: int = 3, calls: int = 300) -> dict[str, Figure]:
    """The p99 beside each kind of heavy calls ÷ the p99 alone."""
    bodies = checks(seed=4, orders=1)
    with service() as server, contextlib.closing(Connection(server.port)) as connection:

        def p99() -> float:
            outcomes = OpenLoop([connection], LATE_SECONDS).run(
                list(islice(bodies, calls)), CALLS_A_SECOND
            )
            if outcomes.others:
                raise NotMeasured("a small call ended without an answer or a refusal")
            unanswered = calls - len(outcomes.answered)
            return percentile([*outcomes.answered, *[LATE_SECONDS] * unanswered], 0.99)

        def beside(kind: str) -> Callable[[], float]:
            def measure() -> float:
                with heavy(kind, server):
                    return p99()

            return measure

        p99()  # to warm up
        told = in_turn(rounds, {"alone": p99} | {kind: beside(kind) for kind in KINDS})
    return {kind: ratio(told[kind], told["alone"]) for kind in KINDS}


@contextlib.contextmanager
def heavy(kind: str, server: Server) -> Iterator[None]:
    """Heavy calls from a process of their own, from their first answer on."""
    bodies = list(islice(checks(seed=5, orders=KINDS[kind]), HEAVY))
    program = ("-m", "benchmark.neighbours", kind, str(server.port))
    with messages_file(bodies) as path, running((*program, path)):
        yield


def _call_on(
    kind: str, channel: grpc.Channel, bodies: list[bytes], answered: threading.Event
) -> None:
    """Call until killed."""
    stub = rpc.InteractionCheckServiceStub(channel)
    requests = map(wire.CheckPrescriptionRequest.FromString, of_others(bodies))
    if kind == "unary_p99_beside_500":
        for request in requests:
            stub.CheckPrescription(request)
            answered.set()
    else:
        items = (
            messages.CheckPrescriptionStreamRequest(request_id="1", request=each)
            for each in requests
        )
        for _ in stub.CheckPrescriptionStream(items):
            answered.set()


def _main(kind: str, port: str, path: str) -> None:
    answered = threading.Event()
    callers = STREAMS if kind == "unary_p99_beside_streams" else 1
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        for _ in range(callers):
            arguments = kind, channel, read_messages(path), answered
            threading.Thread(target=_call_on, args=arguments, daemon=True).start()
        answered.wait()
        print('{"event": "serving", "grpc": ":0"}', file=sys.stderr, flush=True)  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    _main(*sys.argv[1:])
