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


OVERLAY = """overlay:
  - {rule: beta-blocker-weakness, severity: INFORMATION, who: Example Committee,
     reason: a trial, expires: 9999-12-31}
  - {rule: amifampridine-seizure-history, off: true, who: Example Committee, reason: a trial,
     accept_risk: "Example Committee: invented", expires: 2026-01-01}
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


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "ordinary.yaml").write_text(LISTS, "utf-8")
    return str(folder)


def test_what_an_overlay_changes(rules: Path, corpus: str, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(OVERLAY, "utf-8")
    options = ["--overlay", str(overlay), "--corpus", corpus]
    result = CliRunner().invoke(rules_app, ["diff", str(rules), *options])
    lines = result.output.splitlines()
    assert lines[0].startswith("Site overlay: rule beta-blocker-weakness says INFORMATION until")
    assert lines[1].endswith(
        "amifampridine-seizure-history: expired, without effect since 2026-01-01"
    )
    assert lines[2].startswith("~ beta-blocker-weakness ")
    assert "  + metoprolol  beta-blocker-weakness  INFORMATION  ESTABLISHED" in lines
    assert lines[-1] == "1 of 2 lists change"


def test_an_overlay_with_faults_compares_nothing(rules: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(OVERLAY.replace("who:", "whom:"), "utf-8")
    result = CliRunner().invoke(rules_app, ["diff", str(rules), "--overlay", str(overlay)])
    assert (result.exit_code, "did you mean 'who'" in result.output) == (2, True)


def test_one_folder_alone_is_no_comparison(rules: Path) -> None:
    result = CliRunner().invoke(rules_app, ["diff", str(rules)])
    assert (result.exit_code, "NEW or --overlay is missing" in result.stderr) == (2, True)


def test_drugs_that_a_class_takes_in_are_told(rules: Path, tmp_path: Path) -> None:
    new = Path(shutil.copytree(rules, tmp_path / "new"))
    path = new / "classes" / "beta_blockers.yaml"
    path.write_text(path.read_text("utf-8").replace("timolol", "lisinopril"), "utf-8")
    result = CliRunner().invoke(rules_app, ["diff", str(rules), str(new)])
    assert "of lisinopril too; no longer of timolol" in result.output


def test_the_page_tells_each_rule_with_examples(
    folders: tuple[str, str], corpus: str, tmp_path: Path
) -> None:
    out = tmp_path / "changes.html"
    options = ["--corpus", corpus, "--html", "--out", str(out)]
    result = CliRunner().invoke(rules_app, ["diff", *folders, *options])
    assert (result.exit_code, result.output) == (0, f"{out}: written\n")
    text = out.read_text("utf-8")
    assert text.index("<h2>Changed") < text.index("<h2>Gone") < text.index("<h2>New")
    changed = text[text.index('<article id="beta-blocker-weakness">') : text.index("<h2>Gone")]
    assert "<del>AVOID where " in changed
    assert "<ins>MONITOR where " in changed
    assert "metoprolol 50 mg po bid" in changed
    assert "<del>AVOID metoprolol: " in changed
    assert "of 2 medication lists 1 are answered otherwise" in text
    assert "<script" not in text
    assert "src=" not in text


def test_the_page_of_no_change_says_so(rules: Path) -> None:
    result = CliRunner().invoke(rules_app, ["diff", str(rules), str(rules), "--html"])
    assert "Every rule reads as it did." in result.output
