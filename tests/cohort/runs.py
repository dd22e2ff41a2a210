"""Running batches in this process, by rules that are read once."""

import csv
import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lems_guard.cli.main import run
from lems_guard.editions.library import load_edition

LOAD = functools.cache(load_edition)
DAY = "2026-11-30"
Batch = Callable[..., tuple[int, str]]


@pytest.fixture
def batch(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Batch:
    """Run a batch as of a day; the exit code, and what was said."""
    monkeypatch.setattr("lems_guard.cohort.in_process.load_edition", LOAD)

    def command(*arguments: str | Path) -> tuple[int, str]:
        code = run(["batch", *map(str, arguments), "--as-of", DAY])
        return code, capsys.readouterr().err

    return command


def answers(path: Path) -> dict[str, dict[str, Any]]:
    """The answers in a file by the references of their lists."""
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {each["requestId"]: each for each in found}


def drugs(answer: dict[str, Any]) -> list[str]:
    """The drugs that an answer warns of."""
    return [each["drug"] for each in answer["response"].get("alerts", [])]


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a worklist."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rejects(path: Path) -> list[tuple[str, str, str]]:
    """The rejects beside an output: file, line, reason."""
    beside = Path(f"{path}.rejects")
    if not beside.exists():
        return []
    lines = beside.read_text("utf-8").splitlines()[1:]
    return [(file, line, reason) for file, line, reason in (each.split("\t") for each in lines)]
