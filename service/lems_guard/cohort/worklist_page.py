"""The worklist as a page to print: plain HTML that needs nothing beside itself."""

from collections.abc import Iterable
from html import escape
from typing import IO

from lems_guard.clinical.severity import Severity
from lems_guard.clinical.words import SYMBOLS
from lems_guard.cohort.summary import Summary
from lems_guard.cohort.worklist import INCOMPLETE, NOT_CHECKED, WorklistRow

STYLE = """
  :root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
  body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
  h1 { font-size: 1.5rem; margin: 0; }
  p { margin: .3rem 0; max-width: 60rem; }
  table { border-collapse: collapse; margin-top: 1.5rem; table-layout: fixed; width: 100%; }
  th:nth-child(1) { width: 11.5rem; } th:nth-child(2) { width: 10rem; }
  th:nth-child(3) { width: 13rem; } th:nth-child(5) { width: 13rem; }
  th:nth-child(6) { width: 3.5rem; }
  th, td { border-bottom: 1px solid #8886; padding: .45rem .6rem; text-align: left;
           vertical-align: top; overflow-wrap: anywhere; }
  th { border-bottom: 2px solid; font-size: .85rem; }
  td.severity { font-weight: 600; white-space: nowrap; }
  td small { display: block; opacity: .75; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  @media print { th:nth-child(1) { width: 9.5rem; }
                 body { margin: 0; max-width: none; font-size: 9.5pt; }
                 @page { margin: 14mm; size: A4 landscape; } }
"""
MARKS = {each.name: SYMBOLS[each] for each in Severity} | {NOT_CHECKED: "?", INCOMPLETE: "?"}
HEADINGS = ("Severity", "Patient", "Drug", "What to do", "Missing", "Done")
ADVICE = (
    "Advice to a professional, not a decision. No row is no proof of safety: lists that were not "
    "checked stand here as NOT CHECKED or INCOMPLETE."
)


def write_html(rows: Iterable[WorklistRow], summary: Summary, out: IO[str]) -> None:
    """The whole page."""
    lines = "".join(f"<p>{escape(line)}</p>\n" for line in summary.lines())
    headings = "".join(f'<th scope="col">{each}</th>' for each in HEADINGS)
    out.write(
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>LEMS worklist</title>\n'
        f"<style>{STYLE}</style>\n<h1>LEMS worklist</h1>\n{lines}<p>{ADVICE}</p>\n"
        f"<table>\n<thead><tr>{headings}</tr></thead>\n<tbody>\n"
    )
    count = 0
    for row in rows:
        count += 1
        out.write(_row(row))
    if not count:
        out.write(f'<tr><td colspan="{len(HEADINGS)}">Nothing was found on any list.</td></tr>\n')
    out.write("</tbody>\n</table>\n</html>\n")


def _row(row: WorklistRow) -> str:
    mark = MARKS[row.severity]
    possible = "<small>possible</small>" if row.certainty == "POSSIBLE" else ""
    summary = row.summary if row.summary != row.deed else ""
    cells = (
        f'<td class="severity">{mark} {row.severity}{possible}</td>',
        f"<td>{_broken(row.patient)}</td>",
        f"<td>{escape(row.drug)}{_small(row.orders)}</td>",
        f"<td>{escape(row.deed)}{_small(summary)}</td>",
        f"<td>{escape(row.missing)}</td>",
        "<td></td>",
    )
    return f"<tr>{''.join(cells)}</tr>\n"


def _small(words: str) -> str:
    return f"<small>{_broken(words)}</small>" if words else ""


def _broken(words: str) -> str:
    """Words that may be broken behind a reference's slash."""
    return escape(words).replace("/", "/<wbr>")
