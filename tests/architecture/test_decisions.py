"""Decisions are numbered without gaps, and the index lists each by its title and date."""

import re
from pathlib import Path

DECISIONS = Path(__file__).parents[2] / "service" / "decisions"
TITLE = re.compile(r"# (\d+)\. (.+)\n\n\*\*Decided\*\* (\d{4}-\d{2}-\d{2})")


def files() -> list[Path]:
    return sorted(DECISIONS.glob("[0-9]*.md"))


def test_numbers_have_no_gaps() -> None:
    numbers = [int(file.name[:4]) for file in files()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_index_lists_every_decision() -> None:
    rows = []
    for file in files():
        found = TITLE.match(file.read_text("utf-8"))
        assert found, f"{file.name}: a title with its number, then when it was decided"
        number, title, day = found.groups()
        assert int(number) == int(file.name[:4])
        rows.append(f"| {number} | {day} | [{title}]({file.name}) |")
    index = (DECISIONS / "README.md").read_text("utf-8")
    assert [line for line in index.splitlines() if line.startswith("| ")][2:] == rows
