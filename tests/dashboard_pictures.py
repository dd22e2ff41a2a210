"""Draws the dashboards from a real Prometheus, for deploy/README.md: `make pictures`.

A plain sketch of what Grafana shows: each panel's own queries, over a minute and a half of traffic.
"""

import html
import json
from pathlib import Path
from typing import Any, TypeAlias

from watched import Watched, drive, watched

GRAFANA = Path(__file__).parents[1] / "deploy" / "grafana"
SECONDS = 90
CELL, TALL, HEAD = 54, 34, 22  # pixels of a column, of a row, of a row's heading
COLOURS = ("#3274d9", "#e0752d", "#37872d", "#8f3bb8", "#c4162a", "#0a9ea3", "#a16a1c", "#6b7280")
MOST_SERIES, POINTS = 8, 60
Series: TypeAlias = list[tuple[dict[str, str], list[tuple[float, float]]]]


def shown(value: float, unit: str) -> str:
    """A value with its unit, as Grafana would put it."""
    if unit == "percentunit":
        return f"{100 * value:.3g} %"
    if unit == "bytes":
        return f"{value / 2**20:.3g} MiB"
    if unit == "s":
        return f"{value / 86400:.3g} d" if value > 86400 else f"{1000 * value:.3g} ms"
    number = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return number + {"reqps": " /s", "ops": " /s"}.get(unit, "")


def legend(pattern: str, labels: dict[str, str]) -> str:
    for name, value in labels.items():
        pattern = pattern.replace(f"{{{{{name}}}}}", value)
    return pattern


def text(x: float, y: float, words: str, style: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" {style}>{html.escape(words)}</text>'


def asked(seen: Watched, target: dict[str, Any]) -> Series:
    """A target's series, the largest first."""
    expression = target["expr"].replace("$__rate_interval", "10s")
    expression = expression.replace("$__range", f"{SECONDS}s").replace("$instance", ".*")
    if target["instant"]:
        found = [(labels, [(0.0, value)]) for labels, value in seen.ask(expression)]
    else:
        found = seen.ask_range(expression, SECONDS - 5)
    real = [(labels, [(t, v) for t, v in points if v == v]) for labels, points in found]  # noqa: PLR0124
    return sorted(
        [each for each in real if each[1]], key=lambda each: -max(value for _, value in each[1])
    )


def box(panel: dict[str, Any]) -> tuple[float, float, float, float]:
    place = panel["gridPos"]
    return place["x"] * CELL, place["y"] * TALL, place["w"] * CELL - 8, place["h"] * TALL - 8


def panel_svg(seen: Watched, panel: dict[str, Any]) -> str:
    x, y, wide, tall = box(panel)
    if panel["type"] == "row":
        return text(x + 2, y + 24, panel["title"], 'class="row"')
    parts = [f'<rect x="{x}" y="{y}" width="{wide}" height="{tall}" class="panel"/>']
    parts.append(text(x + 8, y + 18, panel["title"], 'class="title"'))
    named = [
        (legend(target["legendFormat"], labels), points)
        for target in panel["targets"]
        for labels, points in asked(seen, target)
    ]
    draw = {"timeseries": lines, "bargauge": bars, "stat": number}[panel["type"]]
    unit = panel["fieldConfig"]["defaults"]["unit"]
    return "\n".join([*parts, draw(named, unit, (x + 8, y + 28, wide - 16, tall - 36))])


Named: TypeAlias = list[tuple[str, list[tuple[float, float]]]]
Box: TypeAlias = tuple[float, float, float, float]


def lines(named: Named, unit: str, area: Box) -> str:
    """Curves over time, with a scale at the left and the names below."""
    x, y, wide, tall = area
    named = [each for each in named if max(value for _, value in each[1]) > 0][
        :MOST_SERIES
    ] or named[:1]
    top = max(value for _, points in named for _, value in points) or 1.0
    begin = min(points[0][0] for _, points in named)
    end = max(points[-1][0] for _, points in named)
    rows = (len(named) + 1) // 2
    high, left = tall - 14 * rows - 4, 58
    parts = [
        f'<path d="M{x + left} {y + at * high:.0f}H{x + wide}" class="grid"/>'
        + text(x + left - 4, y + at * high + 4, shown(top * (1 - at), unit), 'class="scale"')
        for at in (0.0, 0.5, 1.0)
    ]
    for index, (name, points) in enumerate(named):
        colour = COLOURS[index % len(COLOURS)]
        step = max(1, len(points) // POINTS)
        curve = " ".join(
            f"{x + left + (wide - left) * (t - begin) / (end - begin or 1):.0f},"
            f"{y + high * (1 - v / top):.0f}"
            for t, v in points[::step]
        )
        parts.append(f'<polyline points="{curve}" stroke="{colour}" class="curve"/>')
        at_x, at_y = x + index % 2 * wide / 2, y + high + 16 + 14 * (index // 2)
        parts.append(
            text(at_x, at_y, name[: int(wide / 14)], f'class="name" style="fill:{colour}"')
        )
    return "\n".join(parts)


def bars(named: Named, unit: str, area: Box) -> str:
    """A bar for each name, with its value."""
    x, y, wide, tall = area
    named = named[:10]
    top = max((points[-1][1] for _, points in named), default=1) or 1
    parts = []
    for index, (name, points) in enumerate(named):
        at, value = y + index * tall / 10, points[-1][1]
        parts.append(
            f'<rect x="{x + wide * 0.5:.0f}" y="{at + 4:.0f}" height="12" fill="{COLOURS[0]}" '
            f'width="{wide * 0.3 * value / top:.0f}"/>'
        )
        parts.append(text(x, at + 14, name[: int(wide / 13)], 'class="name"'))
        parts.append(text(x + wide, at + 14, shown(value, unit), 'class="scale"'))
    return "\n".join(parts)


def number(named: Named, unit: str, area: Box) -> str:
    """One number, large."""
    x, y, _, tall = area
    if not named:
        return ""
    name, points = named[0]
    value = text(x, y + tall / 2, shown(points[-1][1], unit), 'class="number"')
    return value + text(x, y + tall / 2 + 24, name, 'class="name"')


STYLE = """text{font-family:sans-serif;font-size:11px;fill:#222}
.row{font-size:15px;font-weight:bold}.title{font-size:12px;font-weight:bold}.panel{fill:#fff;stroke:#ccd}.grid{stroke:#e4e4ec}
.scale{text-anchor:end;font-size:10px;fill:#555}.name{font-size:10px}.number{font-size:30px}
.curve{fill:none;stroke-width:1.5}"""


def board_svg(seen: Watched, name: str) -> str:
    panels = json.loads((GRAFANA / f"{name}.json").read_text("utf-8"))["panels"]
    tall = max(y + high for _, y, _, high in map(box, panels)) + 12
    parts = [panel_svg(seen, panel) for panel in panels]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 0 {24 * CELL + 8} {tall}">'
        f"<style>{STYLE}</style><rect x='-8' width='100%' height='100%' fill='#f4f5f8'/>"
        + "\n".join(parts)
        + "</svg>\n"
    )


if __name__ == "__main__":
    with watched() as everything:
        drive(everything.service, SECONDS)
        for board in ("service", "clinical"):
            (GRAFANA / f"{board}.svg").write_text(board_svg(everything, board), "utf-8")
