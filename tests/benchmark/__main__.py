"""`make bench`: measure, show each figure beside its goal, and write them as JSON where asked.

Exit code 0 when all that is there was measured, whatever the figures; 1 when something was not.
"""

import argparse
import datetime
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from benchmark import (
    beside_redis,
    calls,
    cohorts,
    exponents,
    growth,
    hooks,
    journals,
    life,
    neighbours,
    over_connect,
    overload,
    peers,
    reading,
    secure,
)
from benchmark.figures import Figure, NotMeasured
from benchmark.keys import BY_NAME, KEYS, Key
from capacity_table import processor
from readme_tables import README, table, with_part

Measurement: TypeAlias = Callable[[], dict[str, Figure]]
MEASUREMENTS: tuple[Measurement, ...] = (
    life.starts,
    calls.against_echo,
    calls.thousand_characters,
    hooks.against_floor,
    overload.shedding,
    neighbours.small_calls,
    reading.new_lines,
    secure.against_plain,
    over_connect.against_grpc,
    journals.against_none,
    exponents.of_all_kinds,
    growth.growth,
    peers.against_peers,
    beside_redis.p50_ratios,
    cohorts.of_one_night,
    life.long_use,
)
CAUTION = """\
Ratios of medians over rounds in turn (in brackets the lowest and highest), processor time where it
says CPU. What is no ratio is of this machine. Goals are shown, not enforced.
"""


class Found(NamedTuple):
    """The figures by key, and why there are no others."""

    figures: dict[str, Figure]
    hindrances: list[str]


def measured(measurements: Sequence[Measurement]) -> Found:
    """One measurement after the other."""
    found = Found({}, [])
    for measure in measurements:
        begun = time.monotonic()
        try:
            found.figures.update(measure())
        except (NotMeasured, OSError) as why:
            found.hindrances.append(f"{name_of(measure)}: not measured: {why}")
        told(f"{name_of(measure)}: {time.monotonic() - begun:.0f} s")
    return found


def name_of(measure: Measurement) -> str:
    """As a caller names it: `calls.against_echo`."""
    return f"{measure.__module__}.{measure.__name__}".removeprefix("benchmark.")


def told(words: str) -> None:
    """Say on standard error how far we are."""
    print(words, file=sys.stderr, flush=True)  # noqa: T201


def report(found: Mapping[str, Figure], keys: Iterable[Key] = KEYS) -> str:
    """The table of some keys."""
    rows = []
    for key in keys:
        figure = found.get(key.name)
        if figure is None:
            value, met = "not measured", ""
        else:
            value = in_words(figure)
            met = "" if not key.goal else "yes" if key.is_met(figure.value) else "no"
        rows.append((f"`{key.name}`", key.meaning, key.goal, value, key.unit, met))
    return table(("key", "what", "goal", "measured", "unit", "met"), rows)


def in_words(figure: Figure) -> str:
    """A figure with its spread."""
    value = f"{figure.value:.3g}"
    return value if figure.rounds == 1 else f"{value} ({figure.low:.3g}-{figure.high:.3g})"


def for_readme(found: Mapping[str, Figure]) -> str:
    """The table of all keys, and when and on what it was measured."""
    rows = report(found)
    day = datetime.datetime.now(datetime.UTC).date()
    busy = os.getloadavg()[2]
    return f"{rows}\n\nMeasured {day} on {processor()}; load over 15 minutes {busy:.1f}."


def as_json(found: Mapping[str, Figure]) -> str:
    """Each measured key with its number."""
    numbers = {key: round(found[key].value, 4) for key in BY_NAME if key in found}
    return json.dumps(numbers, indent=2) + "\n"


def main(arguments: list[str]) -> int:
    """Measure; the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write {key: number} here")
    parser.add_argument("--readme", action="store_true", help="write README's table too")
    parser.add_argument("names", nargs="*", help="of measurements, as calls.against_echo; else all")
    options = parser.parse_args(arguments)
    if options.json:
        options.json.open("a", encoding="utf-8").close()  # before all the measuring
    chosen = [each for each in MEASUREMENTS if not options.names or name_of(each) in options.names]
    found = measured(chosen)
    if options.json:
        options.json.write_text(as_json(found.figures), "utf-8")
    if options.readme:
        text = with_part(README.read_text("utf-8"), "benchmark", for_readme(found.figures))
        README.write_text(text, "utf-8")
    print(report(found.figures), CAUTION, *found.hindrances, sep="\n")  # noqa: T201
    return 1 if found.hindrances else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
