"""Draws the dashboards from a real Prometheus, for deploy/README.md: `make pictures`.

A plain sketch of what Grafana shows: each panel's own queries, over a minute and a half of traffic.
"""

import hashlib
import html
import json
import math
import re
import time
from pathlib import Path
from typing import Any, TypeAlias

from watched import Watched, drive, watched

GRAFANA = Path(__file__).parents[1] / "deploy" / "grafana"
SECONDS = 90
CELL, TALL, HEAD = 54, 34, 22  # pixels of a column, of a row, of a row's heading
COLOURS = ("#3274d9", "#e0752d", "#37872d", "#8f3bb8", "#c4162a", "#0a9ea3", "#a16a1c", "#6b7280")
SHADES = {"green": "#37872d", "orange": "#e0752d", "red": "#c4162a"}
MOST, POINTS = 8, 60
LETTER = 5.8  # pixels of a letter of a name
Points: TypeAlias = list[tuple[float, float]]
Series: TypeAlias = list[tuple[dict[str, str], Points]]
Named: TypeAlias = list[tuple[str, Points]]
Box: TypeAlias = tuple[float, float, float, float]


def shown(value: float, unit: str) -> str:
    """A value with its unit, as Grafana would put it."""
    if unit == "percentunit":
        return f"{100 * value:.3g} %"
    if unit == "bytes":
        return f"{value / 2**20:.3g} MiB"
    if unit == "s":
        return seconds(value)
    number = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return number + unit.removeprefix("suffix:").removeprefix("none")


def seconds(value: float) -> str:
    for size, name in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if value >= size:
            return f"{value / size:.3g} {name}"
    return f"{1000 * value:.3g} ms"


def rounded_up(value: float, unit: str) -> float:
    """The end of a scale: 1, 2 or 5 of something."""
    step = 2**20 if unit == "bytes" else 1
    power = 10.0 ** math.floor(math.log10(value / step or 1)) * step
    return next(each * power for each in (1, 2, 5, 10) if each * power >= value * 0.999)


def clipped(words: str, wide: float) -> str:
    """As much of a name as has room."""
    room = int(wide / LETTER)
    return words if len(words) <= room else words[: room - 1] + "…"


def drawn_from(panels: list[dict[str, Any]]) -> str:
    """What of a dashboard a picture shows, in a word: a picture of another one is stale."""
    seen = [
        [panel[key] for key in ("type", "title", "gridPos")]
        + [[each["expr"], each["legendFormat"]] for each in panel.get("targets", ())]
        for panel in panels
    ]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]


def legend(pattern: str, labels: dict[str, str]) -> str:
    for name, value in labels.items():
        pattern = pattern.replace(f"{{{{{name}}}}}", value)
    return re.sub(r"\{\{\w+\}\}", "", pattern).strip()


def text(x: float, y: float, words: str, style: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" {style}>{html.escape(words)}</text>'


def asked(seen: Watched, target: dict[str, Any]) -> Series:
    """A target's series, the largest first."""
    expression = target["expr"].replace("$__rate_interval", "10s")
    expression = expression.replace("$__range", f"{SECONDS}s")
    for variable, every in (("namespace", ".*"), ("job", ".*lems-guard"), ("instance", ".*")):
        expression = expression.replace(f"${variable}", every)
    if target["instant"]:
        found = [(labels, [(0.0, value)]) for labels, value in asked_now(seen, expression)]
    else:
        found = seen.ask_range(expression, SECONDS - 5)
    real = [(labels, [(t, v) for t, v in points if v == v]) for labels, points in found]  # noqa: PLR0124
    return sorted(
        [each for each in real if each[1]], key=lambda each: -max(value for _, value in each[1])
    )


def asked_now(seen: Watched, expression: str) -> list[tuple[dict[str, str], float]]:
    """What is known now, or after the next scrapes where the machine was too busy for the last."""
    for _ in range(10):
        found = seen.ask(expression)
        if found:
            return found
        time.sleep(1)
    return []


def box(panel: dict[str, Any]) -> Box:
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
    area = (x + 8, y + 28, wide - 16, tall - 36)
    defaults = panel["fieldConfig"]["defaults"]
    if not named:
        return "\n".join([*parts, text(x + 8, y + tall / 2, defaults["noValue"], 'class="name"')])
    if panel["type"] == "stat":
        alone = panel["options"].get("textMode") == "name"
        return "\n".join([*parts, number(named[0], defaults, area, alone=alone)])
    draw = {"timeseries": lines, "bargauge": bars}[panel["type"]]
    return "\n".join([*parts, draw(named, defaults, area)])


def least_of(step: dict[str, Any]) -> float:
    """From which value on a threshold's colour is shown."""
    return -math.inf if step["value"] is None else float(step["value"])


def colour_at(defaults: dict[str, Any], value: float) -> str:
    """The colour of the highest step that a value reaches."""
    steps = defaults["thresholds"]["steps"]
    return SHADES[[each["color"] for each in steps if value >= least_of(each)][-1]]


def lines(named: Named, defaults: dict[str, Any], area: Box) -> str:
    """Curves over time, with a scale at the left, the steps across and the names below."""
    x, y, wide, tall = area
    unit, steps = defaults["unit"], defaults["thresholds"]["steps"][1:]
    named = [each for each in named if max(value for _, value in each[1]) > 0][:MOST] or named[:1]
    most = max(value for _, points in named for _, value in points)
    top = rounded_up(max(most, *(each["value"] for each in steps[:1]), 0) or 1, unit)
    begin = min(points[0][0] for _, points in named)
    end = max(points[-1][0] for _, points in named)
    columns = 2 if all(len(name) * LETTER < wide / 2 - 4 for name, _ in named) else 1
    high, left = tall - 14 * -(-len(named) // columns) - 4, 58

    def level(value: float) -> float:
        return y + high * (1 - value / top)

    parts = [
        f'<path d="M{x + left} {level(at * top):.0f}H{x + wide:.0f}" class="grid"/>'
        + text(x + left - 4, level(at * top) + 4, shown(at * top, unit), 'class="scale"')
        for at in (1.0, 0.5, 0.0)
    ]
    parts += [
        f'<path d="M{x + left} {level(each["value"]):.0f}H{x + wide:.0f}" class="step" '
        f'stroke="{SHADES[each["color"]]}"/>'
        for each in steps
        if each["value"] <= top
    ]
    for index, (name, points) in enumerate(named):
        colour = COLOURS[index % len(COLOURS)]
        curve = " ".join(
            f"{x + left + (wide - left) * (t - begin) / (end - begin or 1):.0f},{level(v):.0f}"
            for t, v in points[:: max(1, len(points) // POINTS)]
        )
        parts.append(f'<polyline points="{curve}" stroke="{colour}" class="curve"/>')
        room = wide / columns
        place = x + index % columns * room, y + high + 16 + 14 * (index // columns)
        parts.append(text(*place, clipped(name, room), f'class="name" style="fill:{colour}"'))
    return "\n".join(parts)


def bars(named: Named, defaults: dict[str, Any], area: Box) -> str:
    """A bar for each name, with its value."""
    x, y, wide, tall = area
    top = max(points[-1][1] for _, points in named) or 1
    parts = []
    for index, (name, points) in enumerate(named[:10]):
        at, value = y + index * tall / 10, points[-1][1]
        colour = colour_at(defaults, value) if len(defaults["thresholds"]["steps"]) > 1 else None
        parts.append(
            f'<rect x="{x + wide * 0.58:.0f}" y="{at + 4:.0f}" height="12" '
            f'fill="{colour or COLOURS[0]}" width="{wide * 0.26 * value / top:.0f}"/>'
        )
        parts.append(text(x, at + 14, clipped(name, wide * 0.57), 'class="name"'))
        parts.append(text(x + wide, at + 14, shown(value, defaults["unit"]), 'class="scale"'))
    return "\n".join(parts)


def number(one: tuple[str, Points], defaults: dict[str, Any], area: Box, *, alone: bool) -> str:
    """One number, large, with its name; or the name `alone`."""
    x, y, wide, tall = area
    name, points = one
    value = points[-1][1]
    large = name if alone else shown(value, defaults["unit"])
    style = f'class="number" style="fill:{colour_at(defaults, value)}"'
    told = text(x + wide / 2, y + tall / 2 + 4, large, style)
    return told if alone else told + text(x + wide / 2, y + tall / 2 + 22, name, 'class="under"')


STYLE = """text{font-family:sans-serif;font-size:11px;fill:#222}
.row{font-size:15px;font-weight:bold}.title{font-size:12px;font-weight:bold}.panel{fill:#fff;stroke:#ccd}.grid{stroke:#e4e4ec}
.scale{text-anchor:end;font-size:10px;fill:#555}.name{font-size:10px}
.number{font-size:28px;text-anchor:middle}.under{font-size:10px;text-anchor:middle}
.curve{fill:none;stroke-width:1.5}.step{stroke-dasharray:6 4;opacity:.7}"""


def board_svg(seen: Watched, name: str) -> str:
    panels = json.loads((GRAFANA / f"{name}.json").read_text("utf-8"))["panels"]
    tall = max(y + high for _, y, _, high in map(box, panels)) + 12
    parts = [panel_svg(seen, panel) for panel in panels]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 0 {24 * CELL + 8} {tall}">'
        f"<desc>{drawn_from(panels)}</desc><style>{STYLE}</style>"
        f"<rect x='-8' width='100%' height='100%' fill='#f4f5f8'/>" + "\n".join(parts) + "</svg>\n"
    )


if __name__ == "__main__":
    with watched(replicas=2) as everything:
        drive(everything.services, SECONDS)
        for board in ("service", "clinical"):
            (GRAFANA / f"{board}.svg").write_text(board_svg(everything, board), "utf-8")
