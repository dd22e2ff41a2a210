"""What changes for a cohort as a page to print: a plot by rule, and the same in a table."""

from collections.abc import Iterator, Sequence
from html import escape

from lems_guard.cohort.change_report import (
    HEADINGS,
    ChangeTally,
    ComparedSides,
    RuleChanges,
    head_lines,
    in_words,
)
from lems_guard.cohort.changes import OF_ALERTS, ChangeKind

STYLE = """
  :root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
  body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
  h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 1.8rem 0 .4rem; }
  p { margin: .3rem 0; overflow-wrap: anywhere; }
  table { border-collapse: collapse; width: 100%; }
  th, td { border-bottom: 1px solid #8886; padding: .35rem .6rem; text-align: left;
           vertical-align: top; overflow-wrap: anywhere; }
  th { border-bottom: 2px solid; font-size: .85rem; }
  td.count, th.count { text-align: right; width: 4.5rem; font-variant-numeric: tabular-nums; }
  td small { display: block; opacity: .8; }
  pre { white-space: pre-wrap; font-size: .85rem; }
  svg { width: 100%; height: auto; }
  svg text { fill: currentColor; font: 12px system-ui, sans-serif; }
  .gone { fill: #b3261e; } .lowered { fill: #e08e86; }
  .new { fill: #1f5fa8; } .raised { fill: #86b2e0; }
  .axis { stroke: currentColor; opacity: .6; }
  tr, svg { break-inside: avoid; }
  @media print { body { margin: 0; max-width: none; font-size: 9.5pt; } }
"""
# The plot: a row a rule, what is lost left of the axis and what is won right of it.
MOST_ROWS = 40
WIDTH, ROW, LABELS, COUNTS = 860, 22, 300, 40
AXIS = LABELS + (WIDTH - LABELS) // 2
REACH = (WIDTH - LABELS) // 2 - COUNTS
LEFT, RIGHT = (
    (ChangeKind.GONE, ChangeKind.LOWERED),
    (ChangeKind.NEW, ChangeKind.RAISED),
)
PLOTTED = (
    "By rule: left of the line alerts that are gone (dark) or lowered (light), right of it those "
    "that are new (dark) or raised (light)."
)


def change_page(sides: ComparedSides, tally: ChangeTally) -> str:
    """The whole page; it needs nothing beside itself."""
    heads = "".join(f"<p>{escape(line)}</p>\n" for line in head_lines(sides, tally))
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>What changes</title>\n'
        f"<style>{STYLE}</style>\n<h1>What changes for this cohort</h1>\n{heads}"
        f"{''.join(_parts(sides, tally))}</html>\n"
    )


def _parts(sides: ComparedSides, tally: ChangeTally) -> Iterator[str]:
    rules = tally.by_rule()
    if rules:
        yield f"<h2>Alerts</h2>\n<p>{PLOTTED}</p>\n{_plot(rules[:MOST_ROWS])}"
        if len(rules) > MOST_ROWS:
            yield f"<p>{len(rules) - MOST_ROWS} more rules stand in the table alone.</p>\n"
        yield _table(rules, tally)
    for kind, heading in HEADINGS.items():
        if count := tally.count(kind):
            examples = "".join(f"<p>{escape(in_words(e))}</p>\n" for e in tally.examples("", kind))
            yield f"<h2>{heading}: {count}</h2>\n{examples}"
    if sides.rules:
        lines = escape("\n".join(sides.rules))
        yield f"<h2>Rules that differ: {len(sides.rules)}</h2>\n<pre>{lines}</pre>\n"


def _plot(rules: Sequence[RuleChanges]) -> str:
    most = max(max(each.lost, each.won) for each in rules)
    rows = "".join(_bars(each, number, most) for number, each in enumerate(rules))
    height = ROW * len(rules)
    axis = f'<line class="axis" x1="{AXIS}" x2="{AXIS}" y1="0" y2="{height}"/>'
    label = "Alerts that change, by rule; the table below holds the same figures"
    size = f'viewBox="0 0 {WIDTH} {height}"'
    return f'<svg role="img" aria-label="{label}" {size}>\n{rows}{axis}</svg>\n'


def _bars(each: RuleChanges, number: int, most: int) -> str:
    """One row: the rule's name, its bars outwards from the axis, and how many they are."""
    top = ROW * number
    middle = top + ROW * 0.7
    found = f'<text x="{LABELS - 8}" y="{middle}" text-anchor="end">{escape(each.rule)}</text>'
    left = right = float(AXIS)
    for kind in LEFT:
        width = REACH * each.counts[kind] / most
        left -= width
        found += _bar(kind, left, top, width)
    for kind in RIGHT:
        width = REACH * each.counts[kind] / most
        found += _bar(kind, right, top, width)
        right += width
    if each.lost:
        found += f'<text x="{left - 5:.1f}" y="{middle}" text-anchor="end">{each.lost}</text>'
    if each.won:
        found += f'<text x="{right + 5:.1f}" y="{middle}">{each.won}</text>'
    return f"{found}\n"


def _bar(kind: ChangeKind, left: float, top: int, width: float) -> str:
    place = f'x="{left:.1f}" y="{top + 4}" width="{width:.1f}" height="{ROW - 8}"'
    return f'<rect class="{kind}" {place}/>' if width else ""


def _table(rules: Sequence[RuleChanges], tally: ChangeTally) -> str:
    kinds = "".join(f'<th scope="col" class="count">{kind.capitalize()}</th>' for kind in OF_ALERTS)
    rows = "".join(_row(each, tally) for each in rules)
    head = f'<thead><tr><th scope="col">Rule and examples</th>{kinds}</tr></thead>'
    return f"<table>\n{head}\n<tbody>\n{rows}</tbody>\n</table>\n"


def _row(each: RuleChanges, tally: ChangeTally) -> str:
    examples = (e for kind in OF_ALERTS for e in tally.examples(each.rule, kind))
    told = "".join(f"<small>{escape(in_words(example))}</small>" for example in examples)
    counts = "".join(f'<td class="count">{each.counts[kind] or ""}</td>' for kind in OF_ALERTS)
    return f"<tr><td>{escape(each.rule)}{told}</td>{counts}</tr>\n"
