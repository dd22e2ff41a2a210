"""The dashboards: fresh, as Grafana's own types have them, and complete for a reader."""

import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboard_pictures import drawn_from

DEPLOY = Path(__file__).parents[2] / "deploy"
GRAFANA = DEPLOY / "grafana"
BOARDS = ("service", "clinical")
ALL = (*BOARDS, "runbook")
ALERT = re.compile(r"^ +- alert: (\w+)$", re.MULTILINE)


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


@pytest.mark.parametrize("name", ALL)
def test_grafanas_own_types_take_all_of_it(name: str) -> None:
    encoder = JSONEncoder(sort_keys=True)
    kept = json.loads(encoder.encode(Dashboard.from_json(board(name))))
    assert list(lost(board(name), kept)) == []
    assert list(lost({"tittle": "a"}, kept)) == [".tittle"]


def test_the_files_are_as_the_generator_writes_them(tmp_path: Path) -> None:
    copy = tmp_path / "grafana"
    copy.mkdir()
    for source in (*GRAFANA.glob("*.py"), DEPLOY / "OPERATING.md"):
        (tmp_path / source.relative_to(DEPLOY)).write_bytes(source.read_bytes())
    subprocess.run([sys.executable, copy / "build.py"], check=True)
    for name in ALL:
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
        assert all(target["legendFormat"] for target in panel["targets"])


@pytest.mark.parametrize(
    "counted",
    [
        "lems_guard_calls_in_flight_limit",
        "lems_guard_calls_waiting",
        "lems_guard_streams_open",
        'grpc_code="RESOURCE_EXHAUSTED"',
    ],
)
def test_too_much_at_once_is_seen(counted: str) -> None:
    asked = [target["expr"] for panel in panels("service") for target in panel["targets"]]
    assert any(counted in expression for expression in asked)


def test_every_alert_has_its_panel_in_the_runbook() -> None:
    alerts = ALERT.findall((DEPLOY / "prometheus" / "alerts.yaml").read_text("utf-8"))
    entries = {panel["title"]: panel["options"]["content"] for panel in panels("runbook")}
    assert set(entries) == set(alerts)
    assert all(entries.values())


@pytest.mark.parametrize("name", ALL)
def test_links_lead_somewhere(name: str) -> None:
    there = {f"/d/{board(each)['uid']}" for each in ALL}
    numbers = {str(panel["id"]) for panel in panels("runbook")}
    links = board(name)["links"] + [link for each in panels(name) for link in each.get("links", ())]
    urls = [link["url"] for link in links]
    urls += re.findall(r"\]\((.*?)\)", json.dumps(panels(name)))
    assert len(urls) > len(ALL)
    for url in urls:
        path, _, number = url.partition("?viewPanel=")
        assert path in there, url
        assert not number or number in numbers, url


@pytest.mark.parametrize("name", ALL)
def test_panels_neither_overlap_nor_leave_the_grid(name: str) -> None:
    taken = set[tuple[int, int]]()
    for panel in board(name)["panels"]:
        place = panel["gridPos"]
        cells = set(
            itertools.product(
                range(place["x"], place["x"] + place["w"]),
                range(place["y"], place["y"] + place["h"]),
            )
        )
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        taken |= cells


@pytest.mark.parametrize("name", BOARDS)
def test_the_picture_is_of_this_dashboard(name: str) -> None:
    picture = (GRAFANA / f"{name}.svg").read_text("utf-8")
    assert drawn_from(board(name)["panels"]) in picture, "run `make pictures`"
