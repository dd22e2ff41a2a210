"""One tiny file per fault: an edit of the tiny knowledge base, and the lines that it must cause."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from lems_guard.knowledge.compiler import Compilation

FAULTS = sorted((Path(__file__).parents[1] / "faults" / "knowledge").glob("*.yaml"))


def change(folder: Path, fault: dict[str, Any]) -> None:
    """Edit, write or delete the file that a fault names."""
    path = folder / fault["file"]
    if "delete" in fault:
        path.unlink()
    elif "text" in fault:
        path.write_text(fault["text"], "utf-8")
    else:
        before = path.read_text("utf-8")
        assert before.count(fault["replace"]) == 1
        path.write_text(before.replace(fault["replace"], fault["by"]), "utf-8")


@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_a_fault_is_named_with_its_place(
    path: Path, tiny: Path, compiled: Callable[[Path], Compilation]
) -> None:
    fault = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    change(tiny, fault)
    found = compiled(tiny)
    assert [str(problem) for problem in found.problems] == fault["expect"]
    assert found.knowledge is None


def test_every_problem_of_every_file_comes_at_once(
    tiny: Path, compiled: Callable[[Path], Compilation]
) -> None:
    for file in tiny.rglob("*.yaml"):
        file.write_text("what: 1\nwhat: 2\n", "utf-8")
    found = compiled(tiny)
    files = {problem.file for problem in found.problems}
    assert len(files) == len(list(tiny.rglob("*.yaml")))
    assert list(found.problems) == sorted(found.problems)


def test_a_file_that_is_not_utf_8(tiny: Path, compiled: Callable[[Path], Compilation]) -> None:
    (tiny / "sources.yaml").write_bytes(b"sources: \xff")
    assert [str(problem) for problem in compiled(tiny).problems] == [
        "sources.yaml:1:1: encoding: not UTF-8 at byte 9"
    ]


def test_a_folder_that_is_not_there(
    tmp_path: Path, compiled: Callable[[Path], Compilation]
) -> None:
    codes = [problem.code for problem in compiled(tmp_path / "nowhere").problems]
    assert codes == ["missing-file", "missing-file", "missing-file"]


def test_the_tiny_knowledge_base_has_no_fault(
    tiny: Path, compiled: Callable[[Path], Compilation]
) -> None:
    assert compiled(tiny).problems == ()
