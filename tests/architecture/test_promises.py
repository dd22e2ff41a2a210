"""The table of promises names tests that are there, and a test for each promise."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
ROW = re.compile(r"\| (\d+)\. ([^|]+) \| ([^|]+) \|")
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def rows() -> list[tuple[str, list[tuple[str, str]]]]:
    """Each promise by its number, and the tests that are to show it."""
    text = (TESTS / "README.md").read_text("utf-8")
    return [(number, NAMED.findall(shown)) for number, _, shown in ROW.findall(text)]


def test_every_promise_has_its_tests() -> None:
    promised = [number for number, tests in rows() if tests]
    assert promised == [str(number) for number in range(10)]


def test_every_test_that_is_named_is_there() -> None:
    missing = [
        f"{file}::{name}"
        for _, tests in rows()
        for file, name in tests
        if f"def {name}(" not in (TESTS / file).read_text("utf-8")
    ]
    assert not missing
