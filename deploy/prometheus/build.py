"""Writes the rules beside this file to where Kubernetes has them: run it after a change.

`python deploy/prometheus/build.py [RUNBOOK]`: RUNBOOK is the address of your copy of OPERATING.md,
to which the alerts' links lead then. The chart has a value for it, monitoring.runbook.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = [HERE / name for name in ("recording.yaml", "alerts.yaml")]
CHART = HERE.parent / "helm/lems-guard/files/rules.yaml"
COMPONENT = HERE.parent / "kubernetes/components/monitoring/prometheusrule.yaml"
RUNBOOK = "deploy/OPERATING.md"
WRITTEN = "# Written by deploy/prometheus/build.py.\n"
HEAD = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: lems-guard
  labels: {app.kubernetes.io/name: lems-guard, app.kubernetes.io/instance: lems-guard}
spec:
"""


def groups() -> str:
    """The groups of all rule files, as one list."""
    parts = [path.read_text("utf-8").partition("\ngroups:\n")[2] for path in SOURCES]
    return "groups:\n" + "".join(parts)


def indented(text: str) -> str:
    """Two columns further to the right."""
    lines = text.splitlines(keepends=True)
    return "".join(f"  {line}" if line.strip() else line for line in lines)


if __name__ == "__main__":
    runbook = sys.argv[1] if len(sys.argv) > 1 else RUNBOOK
    CHART.write_text(WRITTEN + groups(), "utf-8")
    COMPONENT.write_text(WRITTEN + HEAD + indented(groups().replace(RUNBOOK, runbook)), "utf-8")
