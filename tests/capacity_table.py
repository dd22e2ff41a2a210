"""The capacity table of deploy/OPERATING.md: measured, kept as JSON, and written from it.

`make capacity` measures on the machine at hand; a test holds the table to what was measured.
"""

import datetime
import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc

from benchmark import calls, hooks, life
from benchmark.bodies import checks, edition
from benchmark.servers import service
from lems_guard.editions.library import packaged_rules
from readme_tables import table

DEPLOY = Path(__file__).parents[1] / "deploy"
MEASURED = DEPLOY / "capacity.json"
RUNBOOK = DEPLOY / "OPERATING.md"
FILLED = 0.7  # of a core: what is planned with
BEGIN, END = "<!-- BEGIN capacity -->\n", "<!-- END capacity -->"
KINDS = {
    "first_check": "a first check: ten orders as text, patient and orders never seen",
    "replayed": "the same list again, from the replies in process",
    "hook_no_lems": "CDS Hooks: order-sign, patient without LEMS, 14 orders, all in prefetch",
    "hook_lems": "the same for a patient with LEMS",
}


def measured() -> dict[str, Any]:
    """Processor milliseconds a call, in turn; what a start takes, and memory."""
    seconds = calls.cpu_seconds() | hooks.cpu_seconds()
    with service() as server:
        memory = life.memory_in_use(server, checks(seed=8))
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{processor()}, {platform.system()} {platform.machine()}",
        "software": f"Python {platform.python_version()}, grpcio {grpc.__version__}",
        "rules": len(edition().knowledge.rules),
        "rounds": len(seconds["echo"]),
        "cpu_ms": {kind: spread([each * 1000 for each in seconds[kind]]) for kind in seconds},
        "startup_s": round(life.starts()["startup_s"].value, 2),
        "rss_mb": round(memory),
        "compiling_rss_mb": compiling(packaged_rules()),
    }


def compiling(rules: Path) -> int:
    """Most memory of the process that compiles new rules, in MB."""
    command = (sys.executable, "-m", "lems_guard.editions.compiling", str(rules))
    process = os.posix_spawn(
        sys.executable,
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, _, used = os.wait4(process, 0)
    return round(used.ru_maxrss / 1024)


def spread(values: Sequence[float]) -> dict[str, float]:
    """The median, the lowest and the highest."""
    found = {"median": statistics.median(values), "low": min(values), "high": max(values)}
    return {name: round(value, 4) for name, value in found.items()}


def processor() -> str:
    """What the machine says of its processors."""
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return f"{len(names)} cores of {names[0]}"


def capacity(found: dict[str, Any]) -> str:
    """The table: ratios first, since they hold on other machines too."""
    milliseconds = found["cpu_ms"]
    echo = milliseconds["echo"]["median"]
    head = ("call", "processor time ÷ a bare gRPC echo's", "ms", "calls/s a core", "plan with")
    rows = []
    for kind, meaning in KINDS.items():
        median, each = milliseconds[kind]["median"], milliseconds[kind]
        told = f"{median:.2f} ({each['low']:.2f}-{each['high']:.2f})"
        rates = f"{1000 / median:,.0f}", f"{FILLED * 1000 / median:,.0f}"
        rows.append((meaning, f"{median / echo:.1f}", told, *rates))
    return (
        f"{table(head, rows)}\n\n"
        f"From the start to SERVING {found['startup_s']:.1f} s. Memory after 2,000 checks "
        f"{found['rss_mb']} MB;\na process that compiles new rules takes "
        f"{found['compiling_rss_mb']} MB for a moment.\n\n"
        f"Measured {found['date']} by `make capacity` on {found['machine']},\n"
        f"{found['software']}: one process with {found['rules']} rules, medians of "
        f"{found['rounds']} interleaved rounds (lowest-highest).\n"
    )


def with_capacity(runbook: str, found: dict[str, Any]) -> str:
    """The runbook with its table as measured."""
    before, _, rest = runbook.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{capacity(found)}{END}{after}"


if __name__ == "__main__":
    MEASURED.write_text(json.dumps(measured(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    text = with_capacity(RUNBOOK.read_text("utf-8"), json.loads(MEASURED.read_text("utf-8")))
    RUNBOOK.write_text(text, "utf-8")
