"""Prometheus' rules: valid, tried case by case, and each alert with its entry in the runbook."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from system_programs import program

DEPLOY = Path(__file__).parents[2] / "deploy"
PROMETHEUS = DEPLOY / "prometheus"
CASES = sorted(path.name for path in PROMETHEUS.glob("*_test.yaml"))


def read(name: str) -> Any:  # noqa: ANN401  # whatever the file holds
    return YAML(typ="safe").load(PROMETHEUS / name)


ALERTS = [rule for group in read("alerts.yaml")["groups"] for rule in group["rules"]]


def promtool(*arguments: str) -> None:
    ran = subprocess.run(
        [program("promtool"), *arguments],
        cwd=PROMETHEUS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_configuration_and_its_rules_are_valid() -> None:
    promtool("check", "config", "prometheus.yaml")


@pytest.mark.parametrize("cases", CASES)
def test_the_cases_pass(cases: str) -> None:
    promtool("test", "rules", cases)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: str(alert["alert"]))
def test_every_alert_is_tried_and_explained(alert: dict[str, Any]) -> None:
    tried = [
        bool(trial["exp_alerts"])
        for cases in CASES
        for case in read(cases)["tests"]
        for trial in case["alert_rule_test"]
        if trial["alertname"] == alert["alert"]
    ]
    assert set(tried) == {True, False}, "a case in which it fires, and one in which it does not"
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert alert["annotations"]["summary"]
    assert alert["annotations"]["description"]
    assert anchor_exists(alert["annotations"]["runbook_url"])


def anchor_exists(url: str) -> bool:
    """Whether a link into the runbook meets a heading."""
    path, _, anchor = url.partition("#")
    assert path == "deploy/OPERATING.md"
    headings = re.findall(r"^#+ (.+)$", (DEPLOY / "OPERATING.md").read_text("utf-8"), re.MULTILINE)
    return anchor in {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


def test_a_link_into_the_void_is_found() -> None:
    assert not anchor_exists("deploy/OPERATING.md#nothing-of-the-kind")
