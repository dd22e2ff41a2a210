"""The classes of the package, by room, with the sentence that each begins its docstring with."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "service" / "lems_guard"
GLOSSARY = ROOT / "service" / "GLOSSARY.md"
BEGIN, END = "<!-- BEGIN classes -->\n", "<!-- END classes -->"


class Definition(NamedTuple):
    """A class: its name, the file that has it, and what it is."""

    name: str
    file: str
    meaning: str


def classes() -> list[Definition]:
    """Every public class that is written by hand, in the order of the files."""
    files = sorted(path for path in PACKAGE.rglob("*.py") if "_pb2" not in path.name)
    return [each for path in files for each in _classes_of(path)]


def _classes_of(path: Path) -> Iterator[Definition]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            said = (ast.get_docstring(node) or "").partition("\n\n")[0]
            yield Definition(node.name, str(path.relative_to(PACKAGE)), " ".join(said.split()))


def table() -> str:
    """All of them as a Markdown table, by name."""
    rows = sorted(classes(), key=lambda each: (each.name.lower(), each.file))
    cells = (f"| {name} | {meaning} | `{file}` |" for name, file, meaning in rows)
    return "\n".join(("| class | what it is | where |", "| --- | --- | --- |", *cells, ""))


def with_classes(text: str) -> str:
    """The glossary with its generated part as the code has it."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + table() + END + after


def main() -> None:
    """Write the generated part."""
    GLOSSARY.write_text(with_classes(GLOSSARY.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
