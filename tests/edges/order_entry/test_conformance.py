"""The table of CDS Hooks' requirements is whole, and every test that it names exists."""

import ast
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
TABLE = FOLDER / "CONFORMANCE.md"
ROW = re.compile(r"^\| ([\d, ]+) \| .+ \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w./]+\.py)::(\w+)`")
# Inferno's rows of CDS Hooks 2.0 whose actor is the service.
SPANS = [
    (1, 14), (16, 16), (27, 29), (34, 36), (52, 52), (54, 61), (74, 78), (80, 85), (87, 90),
    (92, 96), (98, 100), (103, 113), (115, 125), (127, 136), (138, 142), (144, 148), (168, 168),
    (175, 177), (179, 179), (195, 195), (199, 201), (203, 203), (205, 208), (210, 220),
]  # fmt: skip
REQUIRED = [row for first, last in SPANS for row in range(first, last + 1)]


def rows() -> list[tuple[str, str]]:
    return ROW.findall(TABLE.read_text("utf-8"))


def test_every_requirement_stands_there_once() -> None:
    told = [int(each) for numbers, _ in rows() for each in numbers.split(",")]
    assert len(REQUIRED) == 120
    assert sorted(told) == REQUIRED


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED.findall(TABLE.read_text("utf-8")))))
def test_every_test_that_is_named_exists(path: str, name: str) -> None:
    tree = ast.parse((FOLDER / path).read_text("utf-8"))
    assert name in {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}


def test_a_row_without_a_test_says_why() -> None:
    assert all(NAMED.search(shown) or len(shown.split()) > 3 for _, shown in rows())
