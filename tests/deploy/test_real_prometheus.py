"""A real Prometheus over a real service: no panel and no rule asks for what is not there."""

import contextlib
import json
import math
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from system_programs import fetched, program
from waiting import until
from watched import Watched, blackbox, drive, watched

DEPLOY = Path(__file__).parents[2] / "deploy"
# Told where a callers file, a journal or TLS is set; by a night's run and a probe, by way of
# node_exporter; and by a cluster.
ELSEWHERE = (
    "lems_guard_batch_",
    "lems_guard_callers_refused",
    "lems_guard_journal_",
    "lems_guard_probe_",
    "lems_guard_tls_",
    "kube_",
)
BY_CALLERS = "lems_guard_calls_by_caller_total"
SELECTOR = re.compile(
    r"\b(?:lems_guard|grpc_server|process|probe_success|kube|up)[a-z0-9_:]*(?:\{[^}]*\})?"
)


@pytest.fixture(scope="module")
def seen() -> Iterator[Watched]:
    """After some twelve seconds of traffic, at one scrape a second."""
    program("prometheus")
    with watched() as found:
        drive(found.services, 12)
        until(lambda: found.ask("probe_success"))
        yield found


def expressions(board: str) -> list[str]:
    """The queries of a dashboard, with Grafana's variables as it would fill them in."""
    panels = json.loads((DEPLOY / "grafana" / f"{board}.json").read_text("utf-8"))["panels"]
    texts = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    for variable, value in (("rate_interval", "10s"), ("_range", "30s")):
        texts = [text.replace(f"$__{variable.lstrip('_')}", value) for text in texts]
    for variable, value in (("namespace", ".*"), ("job", ".*lems-guard"), ("instance", ".*")):
        texts = [text.replace(f"${variable}", value) for text in texts]
    return texts


@pytest.mark.parametrize("board", ["service", "clinical"])
def test_every_panel_shows_data(seen: Watched, board: str) -> None:
    asked = expressions(board)
    assert len(asked) > 10
    for expression in asked:
        if BY_CALLERS in expression:
            continue  # there are none of a callers file here: `e2e/test_callers.py` reads them
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


def test_a_known_prescription_is_asked_from_outside_and_a_wrong_answer_is_seen(
    seen: Watched,
) -> None:
    until(lambda: [right for _, right in seen.ask("probe_success")] == [1])
    with answering_wrongly() as wrong, blackbox() as outside:
        asked = f"http://{outside}/probe?module=lems_guard&debug=true&target=http://{wrong}/"
        told = fetched(asked)
    assert "\nprobe_http_status_code 200\n" in told
    assert "\nprobe_failed_due_to_regex 1\n" in told
    assert "\nprobe_success 0\n" in told


@contextlib.contextmanager
def answering_wrongly() -> Iterator[str]:
    """A service that finds nothing in anything."""

    class Wrong(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"completeness": "COMPLETENESS_COMPLETE"}')

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Wrong)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_rule_from_outside_asks_what_the_probe_asks() -> None:
    (module,) = YAML(typ="safe").load(DEPLOY / "prometheus/blackbox.yaml")["modules"].values()
    packaged = json.loads(resources.files("lems_guard.cli").joinpath("probe.json").read_bytes())
    assert json.loads(module["http"]["body"]) == packaged["request"]


def test_nothing_burns_in_quiet_weather(seen: Watched) -> None:
    alerts = [rule for rule in seen.rules() if rule["type"] == "alerting"]
    assert [rule["name"] for rule in alerts if rule["state"] == "firing"] == []
