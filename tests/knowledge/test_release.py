"""A release: each check says what it found, and a version is stamped only where none objects.

Who signs here is invented, and signs in temporary folders.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lems_guard.cli.rules import rules_app
from lems_guard.editions.library import browse_edition, load_edition
from lems_guard.editions.releasing import version_check

CHANGES = """# What 2027.1.0 answers otherwise

`beta-blocker-weakness` is told more quietly.

# What 2026.12.0 answers otherwise

`amifampridine-seizure-history`
"""
LISTS = "lists: [{name: a tablet, patient: {age_years: 61}, proposed: [metoprolol 50 mg po bid]}]"


def renamed(folder: Path) -> None:
    """Give a rule another title, under another version."""
    path = folder / "weakness" / "beta_blockers.yaml"
    text = path.read_text("utf-8").replace("    title: ", "    title: All ", 1)
    path.write_text(text.replace("version: 1", "version: 2", 1), "utf-8")
    assert run("lock", "--rules", str(folder)).exit_code == 0


@pytest.fixture
def folders(rules: Path, tmp_path: Path) -> tuple[Path, Path]:
    """The last release, and one that is ready to follow it."""
    ready = Path(shutil.copytree(rules, tmp_path / "ready"))
    renamed(ready)
    (ready / "CHANGES.md").write_text(CHANGES, "utf-8")
    ids = [rule.id for rule in browse_edition(ready).knowledge.rules]
    signer = ["--by", "Fictitia Example", "--role", "clinical pharmacist", "--on", "2026-11-30"]
    assert run("sign", *ids, *signer, "--rules", str(ready)).exit_code == 0
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "one.yaml").write_text(LISTS, "utf-8")
    return rules, ready


def run(*arguments: str) -> Result:
    return CliRunner().invoke(rules_app, list(arguments))


def released(folders: tuple[Path, Path], *more: str, version: str = "2027.1.0") -> Result:
    old, new = folders
    corpus = str(old.parent / "corpus")
    options = ("--rules", str(new), "--against", str(old), "--corpus", corpus)
    return run("release", version, *options, *more)


def test_what_is_whole_is_stamped_and_locked(folders: tuple[Path, Path]) -> None:
    result = released(folders)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [line.split()[1] for line in lines[:7]] == [
        "version", "lint", "cases", "lock", "corpus", "signatures", "changelog",
    ]  # fmt: skip
    assert all(line.startswith("✓") for line in lines[:7])
    assert "0 of 1 lists are answered otherwise, by 1 changed rules" in result.output
    assert load_edition(folders[1]).edition.knowledge.version == "2027.1.0"


def test_a_look_writes_nothing(folders: tuple[Path, Path]) -> None:
    before = {path: path.read_bytes() for path in folders[1].rglob("*.*")}
    result = released(folders, "--check")
    assert (result.exit_code, "nothing is in the way of 2027.1.0" in result.output) == (0, True)
    assert before == {path: path.read_bytes() for path in folders[1].rglob("*.*")}


def unsign(folder: Path) -> None:
    (folder / "signatures.yaml").unlink()


def tamper(folder: Path) -> None:
    path = folder / "signatures.yaml"
    path.write_text(path.read_text("utf-8").replace("Fictitia", "Somebody"), "utf-8")


def leave_unlocked(folder: Path) -> None:
    path = folder / "sources.yaml"
    path.write_text(path.read_text("utf-8") + "# more\n", "utf-8")


def break_a_case(folder: Path) -> None:
    path = folder / "weakness" / "beta_blockers_test.yaml"
    path.write_text(path.read_text("utf-8").replace("AVOID", "MONITOR"), "utf-8")


def forget_a_rule(folder: Path) -> None:
    (folder / "CHANGES.md").write_text(CHANGES.replace("beta-blocker", "that"), "utf-8")


def forget_the_release(folder: Path) -> None:
    (folder / "CHANGES.md").write_text(CHANGES.replace("2027.1.0", "2027.1.01"), "utf-8")


def break_the_rules(folder: Path) -> None:
    path = folder / "weakness" / "beta_blockers.yaml"
    path.write_text(path.read_text("utf-8").replace("concern:", "konzern:", 1), "utf-8")


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (unsign, "✗ signatures  0 of 2 rules are signed as they stand: have the rest signed"),
        (tamper, "✗ signatures  signatures.yaml is at fault: signatures.yaml:"),
        (leave_unlocked, "✗ lock        1 line not as locked: "),
        (break_a_case, "✗ cases       "),
        (forget_a_rule, "✗ changelog   CHANGES.md says nothing of beta-blocker-weakness: say why"),
        (forget_the_release, "✗ changelog   CHANGES.md has no heading with 2027.1.0: say what"),
        (lambda folder: (folder / "CHANGES.md").unlink(), "✗ changelog   no CHANGES.md is here"),
        (break_the_rules, "✗ lint        "),
    ],
)
def test_what_is_in_the_way_is_said_with_what_to_do(
    folders: tuple[Path, Path], spoil: Callable[[Path], None], line: str
) -> None:
    spoil(folders[1])
    result = released(folders)
    assert (result.exit_code, line in result.output) == (1, True), result.output
    assert "2027.1.0 is NOT released" in result.output
    assert '"2027.1.0"' not in (folders[1] / "knowledge.yaml").read_text("utf-8")


def test_unsigned_rules_are_released_only_in_so_many_words(folders: tuple[Path, Path]) -> None:
    unsign(folders[1])
    result = released(folders, "--unsigned")
    assert (result.exit_code, "released so, as --unsigned says" in result.output) == (0, True)
    tamper_with = folders[1] / "signatures.yaml"
    tamper_with.write_text("signatures: [{rule: beta-blocker-weakness}]\n", "utf-8")
    assert released(folders, "--unsigned", version="2027.1.1").exit_code == 1


def test_the_first_release_has_nothing_to_compare_with(folders: tuple[Path, Path]) -> None:
    options = ("--rules", str(folders[1]))
    refused = run("release", "2027.1.0", *options)
    assert (refused.exit_code, "✗ corpus      not compared" in refused.output) == (1, True)
    assert run("release", "2027.1.0", *options, "--first").exit_code == 0


@pytest.mark.parametrize(
    ("version", "now", "is_first", "passes"),
    [
        ("2026.12.1", "2026.12.0", False, True),
        ("2027.1.0", "2026.12.10", False, True),
        ("2026.12.10", "2026.12.9", False, True),
        ("2026.12.0", "2026.12.0", False, False),
        ("2026.12.0", "2026.12.0", True, True),
        ("2026.11.9", "2026.12.0", True, False),
        ("2026.12", "2026.12.0", False, False),
        ("v2026.12.1", "2026.12.0", False, False),
        ("2026.12.1", "tiny", False, True),
    ],
)
def test_versions_go_forward(version: str, now: str, is_first: bool, passes: bool) -> None:
    check = version_check(version, now, is_first=is_first)
    assert (not check.to_do) == passes
