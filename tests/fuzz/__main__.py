"""Fuzzing for as long as wished: `make fuzz MINUTES=10`; with what it found, and what inputs cost.

Each door gets its share of the time. Inputs are random; where atheris is installed, GUIDED=1 lets
coverage guide them instead. A fault is printed with its input and ends with exit code 1.
"""

import argparse
import gc
import importlib
import math
import random
import signal
import statistics
import sys
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from fuzz.door import Door
from fuzz.doors import DOORS
from fuzz.mutating import mutated

HANGS_AFTER = 20  # seconds of processor time for one input of at most 64 kB
GROWN = (100, 200, 400)
ENOUGH = 0.3  # seconds of processor time: some systems count them in hundredths


class Told(NamedTuple):
    """What became of a door."""

    inputs: int
    slowest: float  # seconds of processor time
    faults: int


class Hangs(BaseException):
    """An input took longer than any may: no door's own errors hold this up."""


def _hangs(_: int, __: FrameType | None) -> None:
    raise Hangs


def say(words: str) -> None:
    """To whoever watches, at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def entered(door: Door, data: bytes) -> float:
    """Send an input in: the processor time that it took."""
    before = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, HANGS_AFTER)
    try:
        door.enter(data)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - before


def search(name: str, inputs: int, seconds: float, seed: int, found: Path) -> Told:
    """Send random inputs in, until so many or so long."""
    door, choose = DOORS[name](), random.Random(f"{seed} {name}").randrange  # noqa: S311
    for seed_input in door.seeds:  # what a first call builds, no input is charged for
        door.enter(seed_input)
    gc.collect()
    gc.freeze()  # as the service does
    end, number, slowest, faults = time.monotonic() + seconds, 0, 0.0, 0
    while number < inputs and time.monotonic() < end:
        data = mutated(door.seeds, door.pieces, choose)
        number += 1
        try:
            slowest = max(slowest, entered(door, data))
        except (Exception, Hangs):  # noqa: BLE001 - whatever it is, it is a fault
            faults += 1
            tell(name, data, found)
            if faults == 10:
                break
    return Told(number, slowest, faults)


def tell(name: str, data: bytes, found: Path) -> None:
    """Keep an input that is a fault, and say what it did."""
    folder = found / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{len(list(folder.iterdir()))}.bin"
    path.write_bytes(data)
    say(f"{name}: {path}: {traceback.format_exc(limit=-4)}")


def exponent(door: Door) -> float:
    """How processor time grows with an input: 1 where the double input takes double the time."""
    sizes = [math.log(size) for size in GROWN]
    costs = [math.log(cost(door, door.grown(size))) for size in GROWN]
    return statistics.linear_regression(sizes, costs).slope


def cost(door: Door, data: bytes) -> float:
    """The processor time of an input, in seconds, over as many as give a sum that can be told."""
    entered(door, data)  # what a first call builds, no input is charged for
    spent, times = 0.0, 0
    while spent < ENOUGH:
        spent += entered(door, data)
        times += 1
    return spent / times


def guided(name: str, minutes: float) -> None:
    """Hand a door to atheris, which ends this process."""
    atheris = importlib.import_module("atheris")  # a developer's own extra

    atheris.instrument_all()
    atheris.Setup(
        [sys.argv[0], f"-max_total_time={int(minutes * 60)}", "-timeout=60", "-max_len=65536"],
        DOORS[name]().enter,
    )
    atheris.Fuzz()


def main() -> int:
    """Fuzz the doors that are asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("doors", nargs="*", default=sorted(DOORS))
    asked.add_argument("--minutes", type=float, default=10)
    asked.add_argument("--inputs", type=int, default=10**9, help="at most so many for each door")
    asked.add_argument("--seed", type=int, default=int(time.time()))
    asked.add_argument("--found", type=Path, default=Path("fuzz-found"))
    asked.add_argument("--guided", action="store_true", help="by coverage, with atheris; one door")
    given = asked.parse_args()
    if given.guided:
        guided(given.doors[0], given.minutes)
    signal.signal(signal.SIGVTALRM, _hangs)
    share = given.minutes * 60 / len(given.doors)
    say(f"seed {given.seed}\n{'door':10} {'inputs':>9} {'faults':>6} {'slowest s':>9} exponent")
    every = []
    for name in given.doors:
        told = search(name, given.inputs, share, given.seed, given.found)
        every.append(told)
        power = f"{exponent(DOORS[name]()):8.2f}"
        say(f"{name:10} {told.inputs:9} {told.faults:6} {told.slowest:9.3f} {power}")
    faults = sum(told.faults for told in every)
    say(f"{'all':10} {sum(told.inputs for told in every):9} {faults:6}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
