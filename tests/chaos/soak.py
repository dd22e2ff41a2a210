"""Ten minutes of mixed load on one service, and whether anything grows: `make soak MINUTES=10`.

Checks of lists never seen before and seen before, streams, pages, broken-off calls. Memory and
descriptors are read as they go; latency is printed, and no test's business.
"""

import argparse
import contextlib
import itertools
import statistics
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lems_guard.v1 import interaction_check_service_pb2 as service_wire
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import prescription_pb2 as wire
from running import Running, start, stop
from steady_load import CHECK
from waiting import PATIENCE

DRUGS = ("metoprolol", "gentamicin iv", "ciprofloxacin", "prednisone", "lisinopril", "no such drug")
ROUND = 200  # calls between two readings


class Reading(NamedTuple):
    """The state of the service after a round."""

    calls: int
    memory: int  # bytes resident
    descriptors: int
    p50: float  # seconds of a check
    p99: float


def reading(service: Running, calls: int, seconds: list[float]) -> Reading:
    """How much the service holds now."""
    process = Path(f"/proc/{service.process.pid}")
    lines = (process / "status").read_text("ascii").splitlines()
    memory = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) * 1024
    held = len(list((process / "fd").iterdir()))
    cuts = statistics.quantiles(seconds, n=100)
    return Reading(calls, memory, held, cuts[49], cuts[98])


def unseen(number: int) -> wire.CheckPrescriptionRequest:
    """A list that was never asked before."""
    request = wire.CheckPrescriptionRequest(as_of="2026-11-21")
    request.patient.weight_kg = 40 + number / 1000
    for place in range(1 + number % 8):
        drug = DRUGS[(number + place) % len(DRUGS)]
        request.active.add(id=f"a{place}", text=f"{drug} {1 + (number * 7 + place) % 999} mg bid")
    return request


def one_round(service: Running, first: int) -> list[float]:
    """So many checks, of which each tenth is broken off, a stream, and the pages; their seconds."""
    seconds = []
    with service.channel() as channel:
        stub = rpc.InteractionCheckServiceStub(channel)
        for number in range(first, first + ROUND):
            before = time.perf_counter()
            stub.CheckPrescription(unseen(number) if number % 3 else CHECK, timeout=PATIENCE)
            seconds.append(time.perf_counter() - before)
            if number % 10 == 0:
                stub.CheckPrescription.future(CHECK, timeout=PATIENCE).cancel()
        items = (
            service_wire.CheckPrescriptionStreamRequest(request_id=str(n), request=unseen(n))
            for n in range(first, first + ROUND // 4)
        )
        assert len(list(stub.CheckPrescriptionStream(items, timeout=PATIENCE))) == ROUND // 4
    for page in ("metrics", "readyz"):
        with urllib.request.urlopen(f"http://{service.http_at}/{page}") as answered:
            assert answered.status == 200
    return seconds


@contextlib.contextmanager
def soaked() -> Iterator[Running]:
    """A service whose memory of replies is full soon."""
    service = start(LEMS_GUARD_REPLY_CACHE_BYTES="1000000")
    try:
        yield service
    finally:
        stop(service)


def main() -> int:
    """Soak, print a line each half minute, and tell whether memory or descriptors grew."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=10)
    end = time.monotonic() + asked.parse_args().minutes * 60
    readings: list[Reading] = []
    with soaked() as service:
        shown = 0.0
        for number in itertools.count():
            readings.append(reading(service, number * ROUND, one_round(service, number * ROUND)))
            if time.monotonic() > min(shown + 30, end):
                shown = time.monotonic()
                say(readings[-1])
            if shown > end:
                break
    return 0 if is_flat(readings) else 1


def say(found: Reading) -> None:
    """A reading as a line."""
    sys.stdout.write(
        f"{found.calls:8} calls, {found.memory / 1e6:6.1f} MB, {found.descriptors:4} descriptors, "
        f"p50 {found.p50 * 1e3:.2f} ms, p99 {found.p99 * 1e3:.2f} ms\n"
    )
    sys.stdout.flush()


def is_flat(readings: list[Reading]) -> bool:
    """Whether the second half held no more than the first: a tenth of memory, no descriptor."""
    half = len(readings) // 2
    early, late = readings[half // 2 : half], readings[half:]
    memory = max(each.memory for each in late) <= max(each.memory for each in early) * 1.1
    held = min(each.descriptors for each in late) <= max(each.descriptors for each in early)
    return memory and held


if __name__ == "__main__":
    sys.exit(main())
