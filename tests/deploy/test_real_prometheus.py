"""A real Prometheus over a real service: no panel and no rule asks for what is not there."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from system_programs import program
from watched import Watched, drive, watched

DEPLOY = Path(__file__).parents[2] / "deploy"
# Told where a callers file is set; and by a night's run, by way of node_exporter.
ELSEWHERE = ("lems_guard_batch_", "lems_guard_callers_refused", "lems_guard_tls_")
SELECTOR = re.compile(r"\b(?:lems_guard|grpc_server|process|up)[a-z0-9_:]*(?:\{[^}]*\})?")


@pytest.fixture(scope="module")
def seen() -> Iterator[Watched]:
    """After some twelve seconds of traffic, at one scrape a second."""
    program("prometheus")
    with watched() as found:
        drive(found.services, 12)
        yield found


def expressions(board: str) -> list[str]:
    """The queries of a dashboard, with Grafana's variables as it would fill them in."""
    panels = json.loads((DEPLOY / "grafana" / f"{board}.json").read_text("utf-8"))["panels"]
    texts = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    for variable, value in (("rate_interval", "10s"), ("_range", "30s")):
        texts = [text.replace(f"$__{variable.lstrip('_')}", value) for text in texts]
    return [text.replace("$instance", ".*") for text in texts]


@pytest.mark.parametrize("board", ["service", "clinical"])
def test_every_panel_shows_data(seen: Watched, board: str) -> None:
    asked = expressions(board)
    assert len(asked) > 10
    for expression in asked:
        found = seen.ask(expression)
        assert found, f"no data: {expression}"
        assert any(math.isfinite(value) for _, value in found), f"no numbers: {expression}"


def test_every_recording_rule_records(seen: Watched) -> None:
    recorded = [rule for rule in seen.rules() if rule["type"] == "recording"]
    assert len(recorded) > 15
    for rule in recorded:
        assert rule["health"] == "ok", rule["name"]
        assert seen.ask(rule["name"]), f"no data: {rule['name']}"


def test_every_series_that_an_alert_reads_is_there(seen: Watched) -> None:
    alerts = [rule for rule in seen.rules() if rule["type"] == "alerting"]
    assert len(alerts) > 10
    for alert in alerts:
        assert alert["health"] == "ok", alert["name"]
        read = SELECTOR.findall(alert["query"])
        assert read, alert["name"]
        for selector in read:
            if not selector.startswith(ELSEWHERE):
                assert seen.ask(selector), f"{alert['name']} reads nothing: {selector}"


def test_nothing_burns_in_quiet_weather(seen: Watched) -> None:
    alerts = [rule for rule in seen.rules() if rule["type"] == "alerting"]
    assert [rule["name"] for rule in alerts if rule["state"] == "firing"] == []
