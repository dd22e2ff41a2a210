"""The gRPC port in this process, before answers that a test holds in its hand."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import grpc

from lems_guard.answering.answer import Answer, Tally
from lems_guard.answering.contract import CHECK_SERVICE, UnaryMethod, unary_methods
from lems_guard.clinical.deadline import InTime, always
from lems_guard.edges.frame import Frame
from lems_guard.edges.grpc.port import Drain, Limits, Port
from lems_guard.setting_values import Address
from lems_guard.telemetry.call_log import CallLog
from lems_guard.telemetry.rpc_metrics import RpcMetrics
from waiting import PATIENCE

CHECK = f"/{CHECK_SERVICE}/CheckPrescription"
STREAM = f"/{CHECK_SERVICE}/CheckPrescriptionStream"
HOLD = b"hold"  # what is answered only when the test lets it
NOTHING = Tally("clear", (), (), (), ())


class Echo:
    """`Answers` that give back what was asked, under their own name."""

    def __init__(self, name: str = "") -> None:
        self.name = name.encode()
        self.asked: list[bytes] = []
        self.go_on = threading.Event()

    def answer(self, raw: bytes, _: InTime = always) -> Answer:
        self.asked.append(raw)
        if raw == HOLD:
            assert self.go_on.wait(PATIENCE)
        return Answer(self.name + raw, NOTHING)


@dataclass
class Served:
    """A port that serves, what it answers by, and what it counts."""

    limit: int
    limits: Limits
    answers: Echo = field(default_factory=Echo)
    shown: Any = None
    address: str = ""

    def __post_init__(self) -> None:
        self.metrics = RpcMetrics()
        self.frame = Frame(self.limit, self.metrics, CallLog(0))
        methods: tuple[UnaryMethod, ...] = unary_methods(self, None, None)  # type: ignore[arg-type]
        self.port = Port(self.frame, methods, self, self.limits)

    def channel(self, **options: int) -> grpc.Channel:
        """A connection of its own."""
        own = [("grpc.use_local_subchannel_pool", 1)]
        named = [(f"grpc.{name}", value) for name, value in options.items()]
        return grpc.insecure_channel(self.address, options=[*own, *named])

    def counted(self, path: str = CHECK, kind: str = "unary") -> dict[str, int]:
        """How the calls of a method ended, by code."""
        service, _, name = path[1:].partition("/")
        codes = self.metrics.method(kind, service, name).codes
        return {code: number for code, number in codes.items() if number}

    def unaccounted(self, path: str = CHECK, kind: str = "unary") -> int:
        """How many calls of a method have begun and not ended."""
        service, _, name = path[1:].partition("/")
        method = self.metrics.method(kind, service, name)
        return method.begun - sum(method.codes.values())


@contextlib.contextmanager
def serving(
    limit: int = 64, streams: int = 4, idle_seconds: float = 60, message_seconds: float = 1
) -> Iterator[Served]:
    served = Served(limit, Limits(streams, idle_seconds, message_seconds))
    over, begun = asyncio.Event(), threading.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with served.port.running(Address("127.0.0.1", 0), Drain(0, 0, 1)) as where:
            served.address = str(where)
            begun.set()
            await over.wait()

    running = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    running.start()
    assert begun.wait(PATIENCE)
    try:
        yield served
    finally:
        served.answers.go_on.set()
        loop.call_soon_threadsafe(over.set)
        running.join()
        loop.close()


def asked(
    channel: grpc.Channel, message: bytes, path: str = CHECK, seconds: float = PATIENCE
) -> Any:  # noqa: ANN401
    """A call's future."""
    method: Any = channel.unary_unary(path)
    return method.future(message, timeout=seconds)


def headers_alone(channel: grpc.Channel, path: str, go_on: threading.Event) -> Any:  # noqa: ANN401
    """A call of which only the headers are sent."""

    def messages() -> Iterator[bytes]:
        go_on.wait(PATIENCE)
        yield from ()

    method: Any = channel.stream_unary(path)
    return method.future(messages(), timeout=PATIENCE)


def code_of(call: Any) -> str:  # noqa: ANN401
    """The code that a call ends with."""
    return str(call.code().name)
