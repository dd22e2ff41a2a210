"""Writes the two dashboards beside this file: `python deploy/grafana/build.py`.

A panel is a few lines in `service_board.py` or `clinical_board.py`, and some forty in the JSON.
Tests hold the JSON to these files, to Grafana's own types, and each query to a real Prometheus.
"""

import json
from pathlib import Path
from typing import Any

from clinical_board import CLINICAL
from panels import Panel, Row
from service_board import SERVICE

HERE = Path(__file__).parent
RUNBOOK = "deploy/OPERATING.md"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
GREEN, AMBER, RED = "green", "orange", "red"

BOARDS = {
    "service": ("LEMS Guard: service", SERVICE),
    "clinical": ("LEMS Guard: clinical", CLINICAL),
}


def thresholds(steps: tuple[float, float] | None) -> dict[str, Any]:
    """Green, and from the two steps on amber and red."""
    found: list[dict[str, Any]] = [{"value": None, "color": GREEN}]
    if steps:
        found += [{"value": steps[0], "color": AMBER}, {"value": steps[1], "color": RED}]
    return {"mode": "absolute", "steps": found}


def panel_json(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    """A panel as Grafana reads it."""
    instant = panel.kind != "timeseries"
    custom = {"fillOpacity": 8, "thresholdsStyle": {"mode": "line" if panel.steps else "off"}}
    link = {
        "title": "Runbook",
        "url": f"{RUNBOOK}#{panel.runbook}" if panel.runbook else RUNBOOK,
        "targetBlank": True,
    }
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": SOURCE,
        "gridPos": place,
        "links": [link],
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "min": 0,
                "thresholds": thresholds(panel.steps),
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


def panels_json(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    """The rows' headings and panels, laid out on Grafana's grid of 24 columns."""
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
        width = 24 // len(row.panels)
        for index, panel in enumerate(row.panels):
            place = {"x": index * width, "y": top + 1, "w": width, "h": 7}
            found.append(panel_json(panel, len(found) + 1, place))
        top += 8
    return found


def variables() -> list[dict[str, Any]]:
    """The source of the data, and which replicas to show."""
    return [
        {"name": "datasource", "label": "Source", "type": "datasource", "query": "prometheus"},
        {
            "name": "instance",
            "label": "Replica",
            "type": "query",
            "datasource": SOURCE,
            "query": 'label_values(up{job="lems-guard"}, instance)',
            "includeAll": True,
            "allValue": ".*",
            "multi": True,
            "refresh": 2,
        },
    ]


def board_json(name: str) -> dict[str, Any]:
    """A dashboard as Grafana reads it."""
    title, rows = BOARDS[name]
    other = next(each for each in BOARDS if each != name)
    return {
        "uid": f"lems-guard-{name}",
        "title": title,
        "description": "Written by deploy/grafana/build.py.",
        "tags": ["lems-guard"],
        "schemaVersion": 38,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "links": [
            {
                "title": BOARDS[other][0],
                "type": "link",
                "url": f"/d/lems-guard-{other}",
                "keepTime": True,
            }
        ],
        "templating": {"list": variables()},
        "panels": panels_json(rows),
    }


def text_of(name: str) -> str:
    """The content of a dashboard's file."""
    return json.dumps(board_json(name), indent=1) + "\n"


if __name__ == "__main__":
    for board in BOARDS:
        (HERE / f"{board}.json").write_text(text_of(board), "utf-8")
