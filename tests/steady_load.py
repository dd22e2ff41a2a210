"""A steady load: clients that ask on and on, and keep every status that was not an answer."""

import contextlib
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import grpc

from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import prescription_pb2 as prescription
from waiting import PATIENCE

CHECK = prescription.CheckPrescriptionRequest(
    patient=prescription.Patient(age_years=61),
    proposed=[
        prescription.Medication(id="p1", text="metoprolol 50 mg po bid"),
        prescription.Medication(id="p2", text="lisinopril 10 mg po daily"),
    ],
    as_of="2026-11-21",
)

CONTRACT = (Path(__file__).parents[1] / "proto" / "README.md").read_text("utf-8")


def service_config() -> str:
    """What proto/README.md asks of clients."""
    blocks = re.findall(r"```json\n(.*?)```", CONTRACT, re.DOTALL)
    (found,) = (each for each in blocks if "loadBalancingConfig" in each)
    return json.dumps(json.loads(found))


@dataclass
class Load:
    """What became of the calls."""

    answered: list[tuple[float, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def wait_for(self, more: int) -> None:
        """Wait until so many more calls were answered."""
        goal, patience = len(self.answered) + more, time.monotonic() + PATIENCE
        while len(self.answered) < goal:
            assert time.monotonic() < patience, f"answers stopped: {self.failed[-3:]}"
            time.sleep(0.01)


def ask_on(target: str, load: Load, *, pause: float, retrying: bool) -> None:
    options = (
        ("grpc.service_config", service_config() if retrying else "{}"),
        ("grpc.use_local_subchannel_pool", 1),
    )
    with grpc.insecure_channel(target, options=options) as channel:
        stub = rpc.InteractionCheckServiceStub(channel)
        while not load.over.is_set():
            try:
                answer = stub.CheckPrescription(CHECK, timeout=PATIENCE)
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
