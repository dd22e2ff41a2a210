"""Files and functions stay small enough to be read in one go."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
MAX_FILE = 400
MAX_FUNCTION = 50
MAX_FUNCTION_P95 = 25
MAX_FUNCTION_MEDIAN = 8


class Size(NamedTuple):
    """A number of lines, and of what."""

    lines: int
    what: str


def handwritten(folder: str) -> list[Path]:
    """The Python files under a folder that no tool has generated."""
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "_pb2" not in path.name)


def functions_of(source: str, file: str) -> Iterator[Size]:
    """Every function of a file, from its `def` to its last line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Size(lines, f"{file}:{node.lineno} {node.name}")


def report(sizes: list[Size]) -> str:
    """The given sizes, largest first, one a line."""
    return "\n".join(f"{size.lines:4} {size.what}" for size in sorted(sizes, reverse=True))


@pytest.fixture(scope="module")
def service_functions() -> list[Size]:
    found = [
        size
        for path in handwritten("service")
        for size in functions_of(path.read_text("utf-8"), str(path.relative_to(ROOT)))
    ]
    assert found
    return found


@pytest.mark.parametrize("folder", ["service", "tests"])
def test_files_are_short(folder: str) -> None:
    sizes = [
        Size(len(path.read_text("utf-8").splitlines()), str(path.relative_to(ROOT)))
        for path in handwritten(folder)
    ]
    long = [size for size in sizes if size.lines > MAX_FILE]
    assert sizes
    assert not long, report(long)


def test_no_function_is_long(service_functions: list[Size]) -> None:
    long = [size for size in service_functions if size.lines > MAX_FUNCTION]
    assert not long, report(long)


def test_most_functions_are_short(service_functions: list[Size]) -> None:
    p95 = statistics.quantiles([size.lines for size in service_functions], n=20)[-1]
    long = [size for size in service_functions if size.lines > MAX_FUNCTION_P95]
    assert p95 <= MAX_FUNCTION_P95, report(long)


def test_the_usual_function_is_a_few_lines(service_functions: list[Size]) -> None:
    middle = statistics.median(size.lines for size in service_functions)
    upper = [size for size in service_functions if size.lines > MAX_FUNCTION_MEDIAN]
    assert middle <= MAX_FUNCTION_MEDIAN, report(upper)


def test_a_long_function_is_found() -> None:
    body = "\n".join(["    pass"] * MAX_FUNCTION)
    [size] = functions_of(f"async def long() -> None:\n{body}\n", "long.py")
    assert size == Size(MAX_FUNCTION + 1, "long.py:1 long")
