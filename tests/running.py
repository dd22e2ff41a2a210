"""A real service in a process of its own, as tests and people start one."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc

from waiting import PATIENCE

COMMAND = Path(sys.executable).parent / "lems-guard"


@dataclass
class Running:
    """A service that is serving: its process and where it listens."""

    process: subprocess.Popen[str]
    grpc_at: str
    http_at: str
    log: list[str] = field(default_factory=list, repr=False)
    reader: threading.Thread = field(default_factory=threading.Thread)

    def channel(self) -> grpc.Channel:
        return grpc.insecure_channel(self.grpc_at)


def start(**settings: str) -> Running:
    """Start a service on free ports and wait until it says that it serves."""
    environment = os.environ | {
        "LEMS_GUARD_GRPC_LISTEN": "127.0.0.1:0",
        "LEMS_GUARD_HTTP_LISTEN": "127.0.0.1:0",
        **settings,
    }
    process = subprocess.Popen(
        [COMMAND, "serve"],
        stdin=subprocess.DEVNULL,  # not a terminal, on which SIGHUP ends the service
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stderr is not None
    log = []
    for line in process.stderr:
        log.append(line)
        said: dict[str, Any] = json.loads(line)
        if said["event"] == "serving":
            running = Running(process, said["grpc"], said["http"], log)
            # An unread pipe would fill, and the service would wait for it.
            running.reader = threading.Thread(target=log.extend, args=(process.stderr,))
            running.reader.start()
            return running
    raise AssertionError(f"the service ended with {process.wait()} before it served")


def ended(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """How a command ends that cannot go on."""
    return subprocess.run(
        [COMMAND, *(arguments or ("serve",))],
        env=os.environ | {"COLUMNS": "500"} | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def stop(running: Running) -> None:
    """End a service as an operator would, so that it ends well (and tells what it covered)."""
    running.process.terminate()
    try:
        running.process.wait(PATIENCE)
    finally:
        running.process.kill()
    running.reader.join()
    if running.process.stderr is not None:
        running.process.stderr.close()


def trailing(call: Any) -> dict[str, Any]:  # noqa: ANN401  # an error and a call both have it
    """The trailing metadata of a call, by key."""
    return dict(call.trailing_metadata() or ())
