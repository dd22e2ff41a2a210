"""What a dashboard is made of: rows of panels, and the expressions that they share."""

from typing import NamedTuple

# What the dashboard's variables choose: everything of a deployment, and of some replicas of it.
WHERE = 'namespace=~"$namespace",job=~"$job"'
ONE = f'{WHERE},instance=~"$instance"'
CHECKS = f'grpc_service="lems_guard.v1.InteractionCheckService",{ONE}'
EACH = "by (namespace, job)"  # what is promised is promised of each deployment
OF_EACH = "{{namespace}} {{job}}"
PER_SECOND = "suffix: /s"


class Panel(NamedTuple):
    """What a panel shows; `steps` are the values from which it turns amber and red."""

    title: str
    unit: str
    description: str
    queries: tuple[tuple[str, str], ...]  # expression, legend
    steps: tuple[float, float] | None = None
    kind: str = "timeseries"
    runbook: str = ""  # the alert whose entry tells what to do
    named: bool = False  # a stat that shows its series' name rather than a number
    is_rising: bool = False  # red below the first step, green from the second on


class Row(NamedTuple):
    """A heading and the panels under it, side by side."""

    title: str
    panels: tuple[Panel, ...]


def rate(metric: str, labels: str = ONE) -> str:
    """The rate of a counter over the interval that Grafana chooses."""
    return f"rate({metric}{{{labels}}}[$__rate_interval])"


def by(label: str, metric: str, labels: str = ONE) -> str:
    """The rate of a counter, by one of its labels."""
    return f"sum by ({label}) ({rate(metric, labels)})"


def ten_most(label: str, metric: str) -> str:
    """The ten values of a label that were counted most often in the range shown."""
    return f"topk(10, sum by ({label}) (increase({metric}{{{ONE}}}[$__range])) > 0)"


def quantile(share: float, histogram: str, labels: str = ONE) -> str:
    """A quantile of a histogram, of each deployment."""
    summed = f"sum by (namespace, job, le) ({rate(f'{histogram}_bucket', labels)})"
    return f"histogram_quantile({share}, {summed})"
