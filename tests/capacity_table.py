"""The capacity table of deploy/OPERATING.md: measured, kept as JSON, and written from it.

`make capacity` measures on the machine at hand; a test holds the table to what was measured.
"""

import contextlib
import datetime
import http.client
import itertools
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import grpc

from lems_guard.answering.answer import Answerer
from lems_guard.bench import processes
from lems_guard.bench.echo import write_replies
from lems_guard.bench.load import Connection
from lems_guard.bench.order_calls import Hospital
from lems_guard.bench.ordering import CALLS_A_ROUND, Calls
from lems_guard.bench.prescriptions import Repeated, Requests, next_checks
from lems_guard.bench.serving import Load, Sizes, answerer_of, memory, startup
from lems_guard.editions.library import load_edition, packaged_rules
from readme_tables import table

DEPLOY = Path(__file__).parents[1] / "deploy"
MEASURED = DEPLOY / "capacity.json"
RUNBOOK = DEPLOY / "OPERATING.md"
SIZES = Sizes()
FILLED = 0.7  # of a core: what is planned with
BEGIN, END = "<!-- BEGIN capacity -->\n", "<!-- END capacity -->"
KINDS = {
    "evaluated": "a known patient's next check: ten orders, two of them new, some three alerts",
    "replayed": "the same list again, from the reply cache",
    "order_sign": "CDS Hooks: order-sign, ten orders, all in prefetch",
}


def measured() -> dict[str, Any]:
    """Processor milliseconds a call, interleaved; what a start takes, and memory."""
    rules = packaged_rules()
    edition = load_edition(rules).edition
    answerer = answerer_of(edition)
    requests = Requests(lambda: next_checks(edition))
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{processor()}, {platform.system()} {platform.machine()}",
        "software": f"Python {platform.python_version()}, grpcio {grpc.__version__}",
        "rules": len(edition.knowledge.rules),
        "rounds": SIZES.rounds,
        "cpu_ms": cpu_milliseconds(rules, answerer, requests, Hospital(edition).calls()),
        "startup_s": round(startup(rules, SIZES).value, 2),
        "rss_mb": round(memory(rules, requests, SIZES).value),
        "compiling_rss_mb": compiling(rules),
    }


def cpu_milliseconds(
    rules: Path, answerer: Answerer, requests: Requests, orders: Iterator[bytes]
) -> dict[str, Any]:
    """A server's processor time a call, each kind in every round: the machine may change pace."""
    bodies = requests.take(SIZES.replies)
    replies = [answerer.answer(body).reply for body in bodies]
    turns = itertools.cycle(map(len, replies))
    with contextlib.ExitStack() as stack:
        file = Path(stack.enter_context(tempfile.TemporaryDirectory()), "replies")
        write_replies(file, replies)
        service = stack.enter_context(processes.service(rules, "LEMS_GUARD_CDS_HOOKS_AUTH=off"))
        echo = stack.enter_context(processes.echo(file))

        def answered(body: bytes) -> int:
            return len(answerer.answer(body).reply)

        def checks(
            server: processes.Server, asked: Requests, length: Callable[[bytes], int] = answered
        ) -> Callable[[], float]:
            connection = stack.enter_context(contextlib.closing(Connection(server.port)))
            load = Load(server, connection, asked, length)
            return lambda: load.cpu_a_call(SIZES.calls, SIZES.in_flight)

        kinds = {
            "echo": checks(echo, requests, lambda _: next(turns)),
            "evaluated": checks(service, requests),
            "replayed": checks(service, Repeated(bodies)),
            "order_sign": signing(service, orders),
        }
        rounds = [
            {name: measure() * 1000 for name, measure in kinds.items()}
            for _ in range(1 + SIZES.rounds)
        ][1:]  # the first one warms up
    return {name: spread([each[name] for each in rounds]) for name in kinds}


def signing(service: processes.Server, bodies: Iterator[bytes]) -> Callable[[], float]:
    """The processor time of an order-sign call."""
    connection = http.client.HTTPConnection("127.0.0.1", service.http_port)
    calls = Calls(connection, bodies)

    def measure() -> float:
        begun = service.cpu_seconds()
        calls.signed()
        connection.close()  # the server would, before the next round
        return (service.cpu_seconds() - begun) / CALLS_A_ROUND

    return measure


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
