"""Which file of the rules folder holds what."""

from pathlib import Path, PurePosixPath
from typing import NamedTuple

from lems_guard.knowledge.problems import Place, Problems

KNOWLEDGE = "knowledge.yaml"
SOURCES = "sources.yaml"
SIGNATURES = "signatures.yaml"
CLASSES = "classes"
VOCABULARY = "vocabulary"
CASES_ENDING = "_test.yaml"


class Layout(NamedTuple):
    """The files of a rules folder by what they hold, named relative to it."""

    root: Path
    knowledge: tuple[str, ...]
    sources: tuple[str, ...]
    signatures: tuple[str, ...]
    classes: tuple[str, ...]
    rules: tuple[str, ...]
    cases: tuple[str, ...]

    @staticmethod
    def of(root: Path, problems: Problems) -> "Layout":
        """Sort the files of a folder by what they hold; what is missing or astray is a problem."""
        names = content_files(root)
        for name in (KNOWLEDGE, SOURCES):
            if name not in names:
                problems.add(Place(name, 1, 1), "missing-file", "every edition has this file")
        yaml = [name for name in names if name.endswith(".yaml")]
        rules = tuple(name for name in yaml if _holds_rules(name))
        layout = Layout(
            root,
            tuple(name for name in yaml if name == KNOWLEDGE),
            tuple(name for name in yaml if name == SOURCES),
            tuple(name for name in yaml if name == SIGNATURES),
            tuple(name for name in yaml if name.startswith(f"{CLASSES}/")),
            tuple(name for name in rules if not name.endswith(CASES_ENDING)),
            tuple(name for name in rules if name.endswith(CASES_ENDING)),
        )
        if not layout.rules:
            problems.add(Place(".", 1, 1), "missing-file", "no topic's folder holds rules")
        _check_strays(names, layout, problems)
        return layout

    def cases_of(self, rule_file: str) -> str:
        """The name of the case file beside a rule file."""
        return rule_file.removesuffix(".yaml") + CASES_ENDING


def content_files(root: Path) -> list[str]:
    """Every file of the folder, sorted; hidden files and folders hold no content."""
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(
        path.as_posix() for path in found if not any(part.startswith(".") for part in path.parts)
    )


def _holds_rules(name: str) -> bool:
    folder = PurePosixPath(name).parts[0]
    return "/" in name and folder not in (CLASSES, VOCABULARY)


def _check_strays(names: list[str], layout: Layout, problems: Problems) -> None:
    """A file that nobody would read must not look as though somebody did."""
    placed = {name for group in layout[1:] for name in group}
    for name in names:
        if name.endswith(".yml"):
            problems.add(Place(name, 1, 1), "stray-file", "not read: name it '.yaml'")
        elif name.endswith(".yaml") and name not in placed:
            problems.add(Place(name, 1, 1), "stray-file", "not read: rules lie in a topic's folder")
    for name in layout.cases:
        if name.removesuffix(CASES_ENDING) + ".yaml" not in layout.rules:
            problems.add(Place(name, 1, 1), "stray-file", "cases without a rule file beside them")
