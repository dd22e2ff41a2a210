"""Documents name files that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What a path may be written from.
BEGUN = ("", "service", "service/lems_guard", "tests", "rules", "rules/vocabulary", "deploy")
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|yaml|md|tsv|json|proto|toml))(?:::\w+)?`")
LINKED = re.compile(r"\]\((?!\w+:|#)([^)#]+)")
MADE_UP = {"x.yaml", "x_test.yaml"}  # of a reader's own
DOCUMENTS = sorted(
    path
    for where in (".", ".github", "deploy", "proto", "rules", "service", "tests")
    for path in (ROOT / where).glob("*.md" if where == "." else "**/*.md")
    if path.name != "CHANGELOG.md"  # which tells of what is gone, too
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_files_it_names_are_there(document: Path) -> None:
    text = document.read_text("utf-8")
    named = [name for name in NAMED.findall(text) if Path(name).name not in MADE_UP]
    bases = [document.parent, *(ROOT / begun for begun in BEGUN)]
    gone = [name for name in named if not any((base / name).exists() for base in bases)]
    gone += [link for link in LINKED.findall(text) if not (document.parent / link).exists()]
    assert gone == []
