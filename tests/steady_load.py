"""A steady load: clients that ask on and on, and keep every status that was not an answer."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import grpc

from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import prescription_pb2 as prescription

CHECK = prescription.CheckPrescriptionRequest(
    patient=prescription.Patient(age_years=61),
    proposed=[
        prescription.Medication(id="p1", text="metoprolol 50 mg po bid"),
        prescription.Medication(id="p2", text="lisinopril 10 mg po daily"),
    ],
    as_of="2026-11-21",
)

# What deploy/OPERATING.md asks of clients: a check changes nothing, so it may be sent again.
# CANCELLED too: gRPC's core so ends the calls that reach a server in the moment of its shutdown.
RETRYING = json.dumps(
    {
        "methodConfig": [
            {
                "name": [{"service": "lems_guard.v1.InteractionCheckService"}],
                "retryPolicy": {
                    "maxAttempts": 4,
                    "initialBackoff": "0.05s",
                    "maxBackoff": "0.5s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"],
                },
            }
        ]
    }
)


@dataclass
class Load:
    """What became of the calls."""

    answered: list[tuple[float, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def wait_for(self, more: int) -> None:
        """Wait until so many more calls were answered."""
        goal, patience = len(self.answered) + more, time.monotonic() + 30
        while len(self.answered) < goal:
            assert time.monotonic() < patience, f"answers stopped: {self.failed[-3:]}"
            time.sleep(0.01)


def ask_on(target: str, load: Load, *, pause: float, retrying: bool) -> None:
    options = (
        ("grpc.service_config", RETRYING if retrying else "{}"),
        ("grpc.enable_retries", int(retrying)),
        ("grpc.use_local_subchannel_pool", 1),
    )
    with grpc.insecure_channel(target, options=options) as channel:
        stub = rpc.InteractionCheckServiceStub(channel)
        while not load.over.is_set():
            try:
                answer = stub.CheckPrescription(CHECK, timeout=10)
                load.answered.append((time.monotonic(), answer.knowledge_base.digest))
            except grpc.RpcError as error:
                load.failed.append(f"{error.code()}: {error.details()}")
            time.sleep(pause)


@contextlib.contextmanager
def steady_load(
    target: str, *, clients: int = 3, pause: float = 0.002, retrying: bool = False
) -> Iterator[Load]:
    """Ask a target on several connections until the block ends."""
    load = Load()
    threads = [
        threading.Thread(
            target=ask_on, args=(target, load), kwargs={"pause": pause, "retrying": retrying}
        )
        for _ in range(clients)
    ]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.over.set()
        for thread in threads:
            thread.join()
