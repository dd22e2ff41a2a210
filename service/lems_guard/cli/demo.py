"""`lems-guard demo`: a real service, a real client and the README's prescription, in seconds."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import IO

from lems_guard.cli.output import write_text
from lems_guard.clinical.errors import Unavailable
from lems_guard.settings import Address, address

# ruff: noqa: PLC0415 - what checks is only loaded when there is something to check.

START_SECONDS = 60.0  # a first start may have to compile the rules
STOP_SECONDS = 15.0
ANY_FREE = "127.0.0.1:0"
SERVICE = (
    "env",
    f"LEMS_GUARD_GRPC_LISTEN={ANY_FREE}",
    f"LEMS_GUARD_HTTP_LISTEN={ANY_FREE}",
    "LEMS_GUARD_LOG_FORMAT=json",  # it is read here
    "LEMS_GUARD_LOG_LEVEL=info",
    sys.executable,
    "-m",
    "lems_guard.cli.main",
    "serve",
)
GO_ON = """
Three doors from here:
  pharmacist   make serve, then http://127.0.0.1:8080/ in a browser; rules/README.md
  integrator   make serve, then from another terminal
                 {program} check "metoprolol" --active amifampridine --server 127.0.0.1:50051
                 curl http://127.0.0.1:8080/v1/InteractionCheckService/CheckPrescription \\
                   -H 'content-type: application/json' -d @{example}
               proto/README.md
  operator     deploy/README.md, and {program} doctor
"""


def example() -> bytes:
    """The prescription that README shows, as JSON."""
    return resources.files("lems_guard.cli").joinpath("example.json").read_bytes()


def demo() -> None:
    """Start the service, send it an example prescription, and print the alerts."""
    write_text("Starting a service of its own …\n")
    with running_service() as where:
        write_text(f"It listens on {where}. Sending it over gRPC:\n\n{example().decode()}\n")
        write_text(_answer(where))
    sent = resources.files("lems_guard.cli").joinpath("example.json")
    write_text(GO_ON.format(example=sent, program=_program()))


def _program() -> str:
    """How this program is called from here: by its name, where a shell finds it under that."""
    name = "lems-guard"
    return name if shutil.which(name) else os.path.relpath(Path(sys.executable).with_name(name))


def _answer(where: Address) -> str:
    """What the service says of the example, as `check` shows it."""
    from rich.console import Console

    from lems_guard.answering.proto_json import read_request
    from lems_guard.cli.reach import Reach
    from lems_guard.cli.remote import Remote
    from lems_guard.cli.report import Report, printed

    request = read_request(example())
    with Remote(Reach(where)) as client:
        return printed(Report(request, client.check(request), client.signed()), Console())


@contextlib.contextmanager
def running_service() -> Iterator[Address]:
    """A service on free ports of this machine, as a process of its own; always stopped."""
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        with subprocess.Popen(  # noqa: S603 - our own program
            SERVICE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
        ) as child:
            try:
                yield _address_of(child)
            finally:
                _stop(child)
    finally:
        signal.signal(signal.SIGTERM, before)


def _address_of(child: subprocess.Popen[bytes]) -> Address:
    """Where a starting service listens, as it logs once it serves; raises `Unavailable`."""
    too_late = threading.Timer(START_SECONDS, child.kill)
    too_late.start()
    said = []
    try:
        for line in _lines(child.stderr):
            serving = _event(line)
            if serving.get("event") == "serving":
                _drain(child.stderr)
                return address(str(serving["grpc"]))
            said.append(line.rstrip())
    finally:
        too_late.cancel()
    raise Unavailable("the service did not start:\n" + "\n".join(said))


def _lines(stream: IO[bytes] | None) -> Iterator[str]:
    for line in stream or ():
        yield line.decode(errors="replace")


def _event(line: str) -> dict[str, object]:
    """A line of the service's log; nothing when it is no JSON."""
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _drain(stream: IO[bytes] | None) -> None:
    """Read on what the service says, so that it never waits for a reader."""
    threading.Thread(target=lambda: [None for _ in stream or ()], daemon=True).start()


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
