"""Writes base/prometheusrule.yaml from the rule files of Prometheus: run it after a change."""

from pathlib import Path

HERE = Path(__file__).parent
SOURCES = [HERE.parent / "prometheus" / name for name in ("recording.yaml", "alerts.yaml")]
TARGET = HERE / "base" / "prometheusrule.yaml"
HEAD = """\
# Written by deploy/kubernetes/rules.py from deploy/prometheus/*.yaml.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: lems-guard
spec:
  groups:
"""


def groups(text: str) -> str:
    """The groups of a rule file, indented to where the manifest has them."""
    lines = text.partition("\ngroups:\n")[2].splitlines(keepends=True)
    return "".join(f"  {line}" if line.strip() else line for line in lines)


if __name__ == "__main__":
    TARGET.write_text(HEAD + "".join(groups(path.read_text("utf-8")) for path in SOURCES), "utf-8")
