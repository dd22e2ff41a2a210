"""Running the command line, in this process or in one of its own."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from lems_guard.cli.main import run
from waiting import PATIENCE

PROGRAM = (sys.executable, "-m", "lems_guard.cli.main")
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if not name.startswith("LEMS_GUARD_")
}


class Ran(NamedTuple):
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def default_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ.keys() - ENVIRONMENT.keys():
        monkeypatch.delenv(name)


@pytest.fixture
def lems_guard(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process."""

    def command(*arguments: str | Path, stdin: str | None = None) -> Ran:
        if stdin is not None:
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = run([str(argument) for argument in arguments])
        return Ran(code, *capsys.readouterr())

    return command


@pytest.fixture
def program() -> Run:
    """Run a command in a process of its own, as a user does."""

    def command(*arguments: str | Path, stdin: str = "", **environment: str) -> Ran:
        done = subprocess.run(
            [*PROGRAM, *map(str, arguments)],
            input=stdin.encode(),
            capture_output=True,
            env=ENVIRONMENT | environment,
            timeout=PATIENCE,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return command


def prescription(*proposed: str, **more: object) -> str:
    """A request as JSON, on one line."""
    orders = [{"id": f"p{number}", "text": text} for number, text in enumerate(proposed, 1)]
    return json.dumps({"proposed": orders, **more})
