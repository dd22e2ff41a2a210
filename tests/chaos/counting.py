"""Calls all along while something breaks, and what became of each: right, error, wrong or lost."""

import contextlib
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import grpc

from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import screening_pb2 as told
from running import Running
from steady_load import CHECK
from waiting import PATIENCE, until

# How many times longer than in an ordinary run of the tests: `make chaos TIMES=20`.
TIMES = int(os.environ.get("CHAOS_TIMES") or "1")
# What a client may act upon: nothing of these looks like an answer.
CLEAR = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.INTERNAL,
}

Ask: TypeAlias = Callable[..., told.CheckPrescriptionResponse]


@dataclass
class Calls:
    """What became of the calls that were made."""

    right: bytes
    made: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def lost(self) -> int:
        """Calls that nobody heard of again."""
        return self.made - self.ends.total()

    def ask_on(self, target: str, request: wire.CheckPrescriptionRequest) -> None:
        """Ask until it is over, each time by whatever connection there is."""
        options = (
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.max_reconnect_backoff_ms", 100),
        )
        with grpc.insecure_channel(target, options=options) as channel:
            ask = rpc.InteractionCheckServiceStub(channel).CheckPrescription
            while not self.over.is_set():
                self.made += 1
                self.ends[self._end(ask, request)] += 1
                time.sleep(0.002)

    def _end(self, ask: Ask, request: wire.CheckPrescriptionRequest) -> str:
        try:
            raw = ask(request, timeout=PATIENCE).SerializeToString(deterministic=True)
        except grpc.RpcError as error:
            return "error" if error.code() in CLEAR else f"unclear: {error.code()}"
        return "right" if raw == self.right else "wrong"

    def wait_for(self, more: int, end: str = "right") -> None:
        """Wait until so many more calls ended so."""
        goal = self.ends[end] + more * TIMES
        until(lambda: self.ends[end] >= goal)

    def nothing_wrong(self) -> None:
        """Every call was right, or a clear error."""
        assert self.lost == 0
        assert self.ends.keys() <= {"right", "error"}, self.ends
        assert self.ends["right"]

    def all_right(self) -> None:
        """Every call was right."""
        assert self.lost == 0
        assert self.ends.keys() == {"right"}, self.ends


def answer_of(service: Running) -> bytes:
    """What is right: the answer before anything broke."""
    with service.channel() as channel:
        stub = rpc.InteractionCheckServiceStub(channel)
        raw: bytes = stub.CheckPrescription(CHECK, timeout=PATIENCE).SerializeToString(
            deterministic=True
        )
        return raw


@contextlib.contextmanager
def counted(service: Running) -> Iterator[Calls]:
    """Call all along, one call after the other, until the block ends."""
    calls = Calls(answer_of(service))
    thread = threading.Thread(target=calls.ask_on, args=(service.grpc_at, CHECK))
    thread.start()
    try:
        calls.wait_for(20)
        yield calls
    finally:
        calls.over.set()
        thread.join()
