"""What rules/AUTHORING.md shows is what the reader takes: each block, by its schema or by lint."""

import re
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from knowledge.test_editor_schema import CHECKS, as_editors_read
from lems_guard.editions.library import packaged_rules
from running import COMMAND

RULES = packaged_rules()
PAGE = (RULES / "AUTHORING.md").read_text("utf-8")
ENTRIES = {"sources": "sources", "classes": "classes", "cases": "cases", "overlay": "overlay"}
# By their first words: what can be held to nothing, and why.
NOT_READ = {
    "# yaml-language-server: $schema=../": "for editors: the schemas themselves are tried",
    "rules/\n": "folders, compared with those that are there",
}


def blocks() -> list[str]:
    """Every block of the page, without the indent that it has in a list."""
    found = re.findall(r"^( *)```(?:yaml)?\n(.*?)^ *```", PAGE, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block) for _, block in found]


def read(text: str) -> Any:  # noqa: ANN401
    """A block, with a day where the page leaves one open."""
    told = text.replace("expires: …", "expires: 2027-05-31")
    return as_editors_read(YAML(typ="safe", pure=True).load(told))


[A_RULE] = [block for block in blocks() if block.startswith("rules:")]


def with_more(**more: object) -> dict[str, Any]:
    """The page's rule, which says something else too."""
    rule = read(A_RULE)["rules"][0] | more
    return {"rules": [rule]}


def whole(block: str) -> list[tuple[str, Any]]:
    """The files, each by its schema, that a block stands for: a part of a rule is put into one."""
    if block.startswith("when:"):
        lines = [read(line) for line in block.splitlines()]
        return [("rules", with_more(outcomes=[{**each, "severity": "AVOID"}])) for each in lines]
    content = read(block)
    if "rules" in content and content["rules"] == ["…"]:
        return [("rules", {**content, "rules": with_more()["rules"]})]
    for key, kind in ENTRIES.items():
        if key in content:
            return [(kind, content)]
    return [("rules", content if "rules" in content else with_more(**content))]


SHOWN = [block for block in blocks() if not block.startswith(tuple(NOT_READ))]


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.strip()[:30])
def test_a_block_is_what_the_reader_takes(block: str) -> None:
    for kind, content in whole(block):
        check = CHECKS[f"{kind}.schema.json"]
        faults = [f"{each.json_path}: {each.message[:200]}" for each in check.iter_errors(content)]
        assert not faults, "\n".join(faults)


def test_the_overlay_is_one_for_the_packaged_rules(tmp_path: Path) -> None:
    """Lint knows which rules and outcomes there are."""
    [block] = [each for each in SHOWN if "\noverlay:" in each]
    file = tmp_path / "overlay.yaml"
    told = block.replace("expires: …", "expires: 2027-05-31").replace("…", "what a site says")
    file.write_text(told, "utf-8")
    words = [str(COMMAND), "rules", "lint", "--overlay", str(file)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_folders_are_those_that_are_there() -> None:
    [block] = [each for each in blocks() if each.startswith("rules/\n")]
    for line in block.splitlines()[1:]:
        pattern = line.split()[0].replace("<topic>", "*").replace("x_test", "*_test")
        assert list(RULES.glob(pattern.replace("/x.", "/*."))), line


def test_what_is_not_read_is_on_the_page() -> None:
    for begun in NOT_READ:
        assert any(block.startswith(begun) for block in blocks()), begun
