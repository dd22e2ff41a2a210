"""README's promises have their tests, and the table that says so names tests that are there."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PROMISE = re.compile(r"^(\d+)\. \*\*([^*]+)\.\*\*", re.MULTILINE)
ROW = re.compile(r"\| (\d+)\. ([^|]+) \| ([^|]+) \|")
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def rows() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Each promise by its number and name, and the tests that are to show it."""
    text = (TESTS / "README.md").read_text("utf-8")
    return [(number, name, NAMED.findall(shown)) for number, name, shown in ROW.findall(text)]


def test_every_promise_of_readme_has_its_tests() -> None:
    promised = PROMISE.findall((TESTS.parent / "README.md").read_text("utf-8"))
    assert len(promised) == 11
    assert [(number, name) for number, name, tests in rows() if tests] == promised


def test_every_test_that_is_named_is_there() -> None:
    missing = [
        f"{file}::{name}"
        for _, _, tests in rows()
        for file, name in tests
        if f"def {name}(" not in (TESTS / file).read_text("utf-8")
    ]
    assert not missing
