"""What changes between two folders of rules, and for which medication lists."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lems_guard.cli.rules import rules_app

LISTS = """lists:
  - name: a blood pressure tablet
    patient: {age_years: 61}
    proposed: [metoprolol 50 mg po bid]
    expect: anything that a corpus says
  - name: another one
    proposed: [lisinopril 10 mg po]
"""


@pytest.fixture
def folders(rules: Path, tmp_path: Path) -> tuple[str, str]:
    new = Path(shutil.copytree(rules, tmp_path / "new"))
    path = new / "weakness" / "beta_blockers.yaml"
    text = path.read_text("utf-8").replace("severity: AVOID", "severity: MONITOR")
    text = text.replace("id: amifampridine-seizure-history", "id: seizure-history")
    path.write_text(text.replace("version: 1", "version: 2", 1), "utf-8")
    cases = new / "weakness" / "beta_blockers_test.yaml"
    renamed = cases.read_text("utf-8").replace("amifampridine-seizure-history", "seizure-history")
    cases.write_text(renamed, "utf-8")
    return str(rules), str(new)


def test_rules_that_are_new_gone_or_changed(folders: tuple[str, str]) -> None:
    result = CliRunner().invoke(rules_app, ["diff", *folders])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "- amifampridine-seizure-history 2"
    assert lines[1].startswith("~ beta-blocker-weakness ")
    assert "AVOID" in lines[1]
    assert "MONITOR" in lines[1]
    assert lines[2] == "+ seizure-history 2"


def test_lists_that_are_answered_anew(folders: tuple[str, str], tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "ordinary.yaml").write_text(LISTS, "utf-8")
    result = CliRunner().invoke(rules_app, ["diff", *folders, "--corpus", str(corpus)])
    assert result.output.splitlines()[3:] == [
        "ordinary.yaml: a blood pressure tablet:",
        "  - metoprolol  beta-blocker-weakness  AVOID  ESTABLISHED",
        "  + gap respiratory_compromise  CAUTION",
        "  + metoprolol  beta-blocker-weakness  MONITOR  ESTABLISHED",
        "1 of 2 lists change",
    ]


def test_the_same_folder_twice_is_no_difference(rules: Path) -> None:
    result = CliRunner().invoke(rules_app, ["diff", str(rules), str(rules)])
    assert (result.exit_code, result.output) == (0, "")


def test_a_list_that_cannot_be_read_is_named(folders: tuple[str, str], tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "ordinary.yaml").write_text(LISTS.replace("age_years: 61", "age_years: old"), "utf-8")
    result = CliRunner().invoke(rules_app, ["diff", *folders, "--corpus", str(corpus)])
    assert result.exit_code == 2
    assert "ordinary.yaml:3:26: wrong-value" in result.output
