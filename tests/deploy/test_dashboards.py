"""The dashboards: fresh, as Grafana's own types have them, and complete for a reader."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

GRAFANA = Path(__file__).parents[2] / "deploy" / "grafana"
BOARDS = ("service", "clinical")


def board(name: str) -> dict[str, Any]:
    return dict(json.loads((GRAFANA / f"{name}.json").read_text("utf-8")))


def panels(name: str) -> list[dict[str, Any]]:
    return [panel for panel in board(name)["panels"] if panel["type"] != "row"]


def lost(sent: Any, kept: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401
    """The paths of what a reader did not take over."""
    if isinstance(sent, dict):
        for key, value in sent.items():
            known = kept.get(key) if isinstance(kept, dict) else None
            yield from lost(value, known, f"{path}.{key}")
    elif isinstance(sent, list):
        for index, value in enumerate(sent):
            yield from lost(value, kept[index] if kept else None, f"{path}[{index}]")
    elif sent != kept:
        yield path


@pytest.mark.parametrize("name", BOARDS)
def test_grafanas_own_types_take_all_of_it(name: str) -> None:
    encoder = JSONEncoder(sort_keys=True)
    kept = json.loads(encoder.encode(Dashboard.from_json(board(name))))
    assert list(lost(board(name), kept)) == []
    assert list(lost({"tittle": "a"}, kept)) == [".tittle"]


def test_the_files_are_as_the_generator_writes_them(tmp_path: Path) -> None:
    copy = tmp_path / "grafana"
    copy.mkdir()
    for source in GRAFANA.glob("*.py"):
        (copy / source.name).write_bytes(source.read_bytes())
    subprocess.run([sys.executable, copy / "build.py"], check=True)
    for name in BOARDS:
        assert (copy / f"{name}.json").read_text("utf-8") == (GRAFANA / f"{name}.json").read_text(
            "utf-8"
        ), "run `python deploy/grafana/build.py`"


@pytest.mark.parametrize("name", BOARDS)
def test_a_reader_is_told_what_a_panel_shows(name: str) -> None:
    for panel in panels(name):
        assert panel["description"].endswith(".")
        defaults = panel["fieldConfig"]["defaults"]
        assert defaults["unit"]
        assert defaults["thresholds"]["steps"]
        assert panel["links"]
        assert all(target["legendFormat"] for target in panel["targets"])
