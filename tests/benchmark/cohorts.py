"""A night's cohort: two cores against one, and against reading and writing the file alone."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from google.protobuf.json_format import MessageToJson

from benchmark.bodies import checks
from benchmark.figures import Figure, NotMeasured, in_turn, ratio
from lems_guard.v1.prescription_pb2 import CheckPrescriptionRequest

COMMAND = Path(sys.executable).parent / "lems-guard"


def of_one_night(rounds: int = 3, lists: int = 6000) -> dict[str, Figure]:
    """Lists a second on two cores ÷ on one, and the time of one core ÷ a copy as JSON."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "in.ndjson"
        bodies = checks(seed=11)
        with source.open("w", encoding="utf-8") as file:
            for _ in range(lists):
                request = CheckPrescriptionRequest.FromString(next(bodies))
                file.write(MessageToJson(request, indent=None) + "\n")
        seconds = in_turn(
            rounds,
            {
                "one": lambda: answered(folder, jobs=1),
                "two": lambda: answered(folder, jobs=2),
                "copy": lambda: copied(folder),
            },
        )
    return {
        "cohort_two_cores": ratio(seconds["one"], seconds["two"]),
        "cohort_vs_copy": ratio(seconds["one"], seconds["copy"]),
    }


def answered(folder: Path, *, jobs: int) -> float:
    """Seconds to answer the cohort, with the start of the program and its processes."""
    begun = time.perf_counter()
    files = (str(folder / "in.ndjson"), str(folder / "out.ndjson"))
    command = [str(COMMAND), "batch", *files, "--restart", "--jobs", str(jobs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMeasured(f"the batch ended with {done.returncode}: {done.stderr[-200:]}")
    return time.perf_counter() - begun


def copied(folder: Path) -> float:
    """Seconds to read the cohort as JSON and to write it, and its answers, again."""
    begun = time.perf_counter()
    for name in ("in.ndjson", "out.ndjson"):
        with (folder / name).open(encoding="utf-8") as lines, (folder / "copy").open("w") as copy:
            for line in lines:
                copy.write(json.dumps(json.loads(line)) + "\n")
    return time.perf_counter() - begun
