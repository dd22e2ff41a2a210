"""The hazard log names tests that are there, and says everything of each hazard."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
SAFETY = TESTS.parent / "rules" / "SAFETY.md"


def hazards() -> list[list[str]]:
    """The rows of the hazard log, cell by cell."""
    lines = SAFETY.read_text("utf-8").splitlines()
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if line[:1] == "|"
    ]
    return rows[2:]


def test_every_control_is_shown_by_a_test_that_is_there() -> None:
    there = {
        name
        for file in TESTS.rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
    }
    named = {name for row in hazards() for name in re.findall(r"`(test_\w+)`", row[4])}
    assert len(named) >= len(hazards()) >= 15
    assert not named - there


def test_every_hazard_says_cause_harm_control_and_what_is_left() -> None:
    assert not [row for row in hazards() if len(row) != 6 or not all(row)]
