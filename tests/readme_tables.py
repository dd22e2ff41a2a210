"""The pages' generated parts: tables, examples and counts, written from the code and the rules.

`make readme` writes them; a test holds the pages to them.
"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from lems_guard.clinical.severity import Concern, Severity
from lems_guard.editions.library import load_edition, packaged_rules
from lems_guard.settings import settings_table
from lems_guard.telemetry.instruments import INSTRUMENTS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PACKAGE = ROOT / "service" / "lems_guard"
DAY = "2026-11-21"
CHECK = (
    *("check", "metoprolol 50 mg po bid", "gentamicin iv"),
    *("--active", "Firdapse 20 mg 4x/day", "--age", "61", "--seizure-history", "no"),
    *("--as-of", DAY),
)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(map(cell, line))} |" for line in lines)


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def settings() -> str:
    rows = [(code(name), code(default), meaning) for name, default, meaning in settings_table()]
    return table(("variable", "default", "meaning"), rows)


def metrics() -> str:
    rows = [
        (
            code(each.name),
            each.kind,
            each.unit,
            ", ".join(map(code, each.labels)),
            each.help,
            code(each.recorded_by),
        )
        for each in INSTRUMENTS
    ]
    return table(("metric", "type", "unit", "labels", "meaning", "recorded by"), rows)


def example_request() -> str:
    """The prescription that `make demo` sends."""
    return fenced("json", (PACKAGE / "cli" / "example.json").read_text("utf-8").strip())


def example_check() -> str:
    """What the page's first command prints, but for the day and the knowledge's digest."""
    told = lems_guard(*CHECK).rstrip()
    made_with = rf"{DAY} · (knowledge base \S+) \([0-9a-f]{{8}}\)"
    told, found = re.subn(made_with, r"<today> · \1 (<digest>)", told)
    assert found == 1, "the report does not tell what it was made with"
    return fenced("text", told)


def knowledge() -> str:
    """How many rules speak of each concern, by the worst that each can say."""
    edition = load_edition(packaged_rules()).edition
    rules, classes = edition.knowledge.rules, edition.knowledge.classes
    counts = Counter((rule.concern, max(row.severity for row in rule.outcomes)) for rule in rules)
    severities = sorted(Severity, reverse=True)
    rows = [
        (words(concern), *(str(counts[concern, severity] or "") for severity in severities))
        for concern in Concern
        if any(counts[concern, severity] for severity in severities)
    ]
    reviewed = sum(bool(rule.review.reviewer) for rule in rules)
    told = (
        f"{len(rules)} rules over {len(classes)} drug classes, each with its own cases, and "
        f"{edition.ingredient_count():,} ingredients under {edition.name_count():,} names and "
        f"codes; {reviewed} of the rules are reviewed by a clinician. By concern and worst "
        "severity:\n\n"
    )
    return told + table(("concern", *(severity.name for severity in severities)), rows)


def noise() -> str:
    """The report on ordinary medication lists."""
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "rules" / "test_corpus.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def lems_guard(*arguments: str) -> str:
    """What a command prints in a pipe of 100 columns; findings are no failure here."""
    done = subprocess.run(
        [sys.executable, "-m", "lems_guard.cli.main", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"COLUMNS": "100", "PATH": "", "LANG": "C.UTF-8", "PYTHONUTF8": "1"},
    )
    assert done.returncode in {0, 1, 3}, done.stderr
    return done.stdout


def fenced(language: str, content: str) -> str:
    return f"```{language}\n{content}\n```"


def words(concern: Concern) -> str:
    return concern.name.lower().replace("_", " ")


PARTS = {
    "rules/README.md": {
        "example-check": example_check,
        "knowledge": knowledge,
        "noise": noise,
    },
    "proto/README.md": {"example-request": example_request},
    "deploy/README.md": {"settings": settings, "metrics": metrics},
}


def with_tables(page: str) -> str:
    """A page's text with its generated parts as the code and the rules have them now."""
    text = (ROOT / page).read_text("utf-8")
    for name, content in PARTS[page].items():
        text = with_part(text, name, content())
    return text


def with_part(page: str, name: str, content: str) -> str:
    """The text with this content in one of its parts."""
    begin, end = f"<!-- BEGIN {name} -->\n", f"<!-- END {name} -->"
    before, found, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    assert found, f"the page has no place for {name}"
    return f"{before}{begin}{content}\n{end}{after}"


if __name__ == "__main__":
    for each in PARTS:
        (ROOT / each).write_text(with_tables(each), "utf-8")
