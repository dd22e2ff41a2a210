"""The runbook as a dashboard, so that a panel's link leads somewhere: an entry for each alert.

Its text is that of OPERATING.md, which is the one to change.
"""

import re
from pathlib import Path
from typing import Any

OPERATING = Path(__file__).parents[1] / "OPERATING.md"
BOARD = "/d/lems-guard-runbook"
WIDE, HIGH = 12, 6  # of Grafana's grid: two beside each other
ENTRY = re.compile(r"^### (\w+)\n\n(.+?)(?=\n### |\Z)", re.MULTILINE | re.DOTALL)


def alerts() -> list[tuple[str, str]]:
    """Every alert of the runbook with its entry, in Markdown."""
    _, _, runbook = OPERATING.read_text("utf-8").partition("\n## Runbook\n")
    return ENTRY.findall(runbook)


def link_to(alert: str) -> str:
    """Where an alert's entry stands; the whole runbook where none is named."""
    numbers = {name: number for number, (name, _) in enumerate(alerts(), 1)}
    return f"{BOARD}?viewPanel={numbers[alert]}" if alert else BOARD


def entries() -> list[dict[str, Any]]:
    """A panel of text for each alert."""
    return [
        {
            "id": number,
            "type": "text",
            "title": name,
            "description": "From deploy/OPERATING.md.",
            "gridPos": {
                "x": (number - 1) % 2 * WIDE,
                "y": (number - 1) // 2 * HIGH,
                "w": WIDE,
                "h": HIGH,
            },
            "options": {"mode": "markdown", "content": linked(text.strip())},
        }
        for number, (name, text) in enumerate(alerts(), 1)
    ]


def linked(text: str) -> str:
    """An entry whose links to other entries lead to their panels."""
    return re.sub(r"\[(\w+)\]\(#\w+\)", lambda found: f"[{found[1]}]({link_to(found[1])})", text)
