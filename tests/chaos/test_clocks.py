"""Clocks that jump under a real process (libfaketime): nothing is wrong, slow or lost by it.

The clock of the day jumps, as when somebody sets it; that by which processes wait does not.
"""

import datetime
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.counting import TIMES, answer_of
from lems_guard.journal.reading import verified
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import prescription_pb2 as wire
from running import Running, start, stop
from steady_load import CHECK
from waiting import PATIENCE

LIBRARY = "*/faketime/libfaketimeMT.so.1"
TOO_LATE = datetime.date(2038, 1, 20)  # beyond 32 bits of seconds
JUMPS = ("2026-12-01", "2026-12-31", "2026-11-30", "2024-02-29", str(TOO_LATE), "2026-12-01")
UNDATED = wire.CheckPrescriptionRequest(proposed=CHECK.proposed)


class Clock:
    """The day of a process, which a test may set."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.set(JUMPS[0])

    def set(self, day: str) -> None:
        """From now on it is noon of this day; a reader sees the old one or this, never half."""
        beside = self.file.with_suffix(".new")
        beside.write_text(f"@{day} 12:00:00\n", "utf-8")
        beside.replace(self.file)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "clock")


@pytest.fixture
def service(clock: Clock, tmp_path: Path) -> Iterator[Running]:
    library = next(Path("/usr/lib").glob(LIBRARY), None)
    if library is None:
        assert os.environ.get("CI") != "true", "libfaketime must be installed: see .ci/run"
        pytest.skip("libfaketime is not installed")
    running = start(
        LD_PRELOAD=str(library),
        FAKETIME_TIMESTAMP_FILE=str(clock.file),
        FAKETIME_NO_CACHE="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
        TZ="UTC",
        LEMS_GUARD_JOURNAL=str(tmp_path / "decisions.jsonl"),
    )
    yield running
    stop(running)


def test_the_day_jumps(service: Running, clock: Clock, tmp_path: Path) -> None:
    """A dated list has the same answer on every day; one that is not dated, that day's own.

    One call at a time: beside others a call may pause for an instant, and libfaketime takes such
    a pause, which is by the other clock, for one by the clock that jumps.
    """
    right = answer_of(service)
    with service.channel() as channel:
        check = rpc.InteractionCheckServiceStub(channel).CheckPrescription
        for day in JUMPS * TIMES:
            clock.set(day)
            for _ in range(20):
                dated = check(CHECK, timeout=PATIENCE)
                assert dated.SerializeToString(deterministic=True) == right
                assert check(UNDATED, timeout=PATIENCE).as_of == day
    journal = tmp_path / "decisions.jsonl"
    assert verified(journal).faults == (), "its chain is of numbers and hashes, and of no clock"
