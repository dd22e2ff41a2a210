"""Writes the dashboards beside this file: `python deploy/grafana/build.py`.

A panel is a few lines in `service_board.py` or `clinical_board.py`, and some forty in the JSON.
Tests hold the JSON to these files, to Grafana's own types, and each query to a real Prometheus.
"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from clinical_board import CLINICAL
from panels import WHERE, Panel, Row
from runbook_board import entries, link_to
from service_board import SERVICE

HERE = Path(__file__).parent
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
GREEN, AMBER, RED = "green", "orange", "red"
TALL, LOW = 7, 4  # rows of Grafana's grid

BOARDS = {
    "service": ("LEMS Guard: service", SERVICE),
    "clinical": ("LEMS Guard: clinical", CLINICAL),
}
TITLES = {name: title for name, (title, _) in BOARDS.items()} | {"runbook": "LEMS Guard: runbook"}

LAST = {"calcs": ["lastNotNull"], "fields": "", "values": False}
# What each kind of panel is drawn by.
OPTIONS: dict[str, dict[str, Any]] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "bargauge": {"displayMode": "basic", "orientation": "horizontal", "reduceOptions": LAST},
    "stat": {"colorMode": "value", "graphMode": "none", "reduceOptions": LAST},
}


def thresholds(panel: Panel) -> dict[str, Any]:
    """Green, and from the two steps on amber and red; of what should rise the other way round."""
    base, last = (RED, GREEN) if panel.is_rising else (GREEN, RED)
    found: list[dict[str, Any]] = [{"value": None, "color": base}]
    if panel.steps:
        low, high = panel.steps
        found += [{"value": low, "color": AMBER}, {"value": high, "color": last}]
    return {"mode": "absolute", "steps": found}


def panel_json(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    """A panel as Grafana reads it."""
    instant = panel.kind != "timeseries"
    custom = {"fillOpacity": 8, "thresholdsStyle": {"mode": "line" if panel.steps else "off"}}
    link = {"title": "Runbook", "url": link_to(panel.runbook), "targetBlank": True}
    options = OPTIONS[panel.kind] | ({"textMode": "name"} if panel.named else {})
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": SOURCE,
        "gridPos": place,
        "links": [link],
        "options": options,
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "min": 0,
                "noValue": "none in this range" if panel.kind == "bargauge" else "no data",
                "thresholds": thresholds(panel),
                **({} if instant else {"custom": custom}),
            },
            "overrides": [],
        },
        "targets": [
            {
                "refId": chr(ord("A") + index),
                "datasource": SOURCE,
                "expr": expression,
                "legendFormat": legend,
                "instant": instant,
                "range": not instant,
            }
            for index, (expression, legend) in enumerate(panel.queries)
        ],
    }


def spread(panels: tuple[Panel, ...]) -> list[tuple[int, int]]:
    """Where each panel begins in Grafana's 24 columns and how wide it is: a number needs half."""
    weights = [1 if panel.kind == "stat" else 2 for panel in panels]
    edges = [round(24 * sum(weights[:at]) / sum(weights)) for at in range(len(weights) + 1)]
    return [(left, right - left) for left, right in pairwise(edges)]


def panels_json(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    """The rows' headings and panels, laid out on Grafana's grid."""
    found: list[dict[str, Any]] = []
    top = 0
    for row in rows:
        place = {"x": 0, "y": top, "w": 24, "h": 1}
        found.append(
            {
                "id": len(found) + 1,
                "type": "row",
                "title": row.title,
                "gridPos": place,
                "panels": [],
            }
        )
        high = TALL if any(panel.kind != "stat" for panel in row.panels) else LOW
        for panel, (left, width) in zip(row.panels, spread(row.panels), strict=True):
            place = {"x": left, "y": top + 1, "w": width, "h": high}
            found.append(panel_json(panel, len(found) + 1, place))
        top += 1 + high
    return found


def variables() -> list[dict[str, Any]]:
    """The source of the data, and what to show: which deployments, which of their replicas."""
    source = {"name": "datasource", "label": "Source", "type": "datasource", "query": "prometheus"}
    return [
        source,
        variable("namespace", "Namespace", "lems_guard_build_info"),
        # All of ours: what a job is called ends so, be it by Compose, systemd, kustomize or Helm.
        variable("job", "Job", 'lems_guard_build_info{namespace=~"$namespace"}', ".*lems-guard"),
        variable("instance", "Replica", f"lems_guard_build_info{{{WHERE}}}"),
    ]


def variable(label: str, title: str, series: str, every: str = ".*") -> dict[str, Any]:
    """A choice among the values that a label has; `every` is what All stands for."""
    return {
        "name": label,
        "label": title,
        "type": "query",
        "datasource": SOURCE,
        "query": f"label_values({series}, {label})",
        "includeAll": True,
        "allValue": every,
        "multi": True,
        "refresh": 2,
    }


def frame_json(name: str) -> dict[str, Any]:
    """What all dashboards have in common."""
    return {
        "uid": f"lems-guard-{name}",
        "title": TITLES[name],
        "description": "Written by deploy/grafana/build.py.",
        "tags": ["lems-guard"],
        "schemaVersion": 38,
        "editable": False,
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "links": [
            {"title": title, "type": "link", "url": f"/d/lems-guard-{other}", "keepTime": True}
            for other, title in TITLES.items()
            if other != name
        ],
    }


def board_json(name: str) -> dict[str, Any]:
    """A dashboard as Grafana reads it."""
    if name == "runbook":
        return frame_json(name) | {"panels": entries()}
    return frame_json(name) | {
        "refresh": "30s",
        "templating": {"list": variables()},
        "panels": panels_json(BOARDS[name][1]),
    }


def text_of(name: str) -> str:
    """The content of a dashboard's file."""
    return json.dumps(board_json(name), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for board in TITLES:
        (HERE / f"{board}.json").write_text(text_of(board), "utf-8")
