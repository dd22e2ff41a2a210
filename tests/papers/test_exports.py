"""A committee's papers: every rule is in each of them, and FHIR's own models take ours."""

import csv
import datetime
import io
from pathlib import Path

import pytest
from fhir.resources.R4B.clinicalusedefinition import ClinicalUseDefinition
from typer.testing import CliRunner

from lems_guard.cli.rules import rules_app
from lems_guard.cli.rules_export import written_as
from lems_guard.editions.library import browse_edition, packaged_rules
from lems_guard.papers.chart import WAYS, chart_of
from lems_guard.papers.clinical_use import rules_as_fhir
from lems_guard.papers.tables import chart_as_csv, rules_as_csv

TODAY = datetime.date(2026, 11, 30)
KNOWLEDGE = browse_edition(packaged_rules()).knowledge
IDS = [rule.id for rule in KNOWLEDGE.rules]


def test_the_spreadsheet_has_a_line_for_each_row_of_each_rule() -> None:
    lines = list(csv.DictReader(io.StringIO(rules_as_csv(KNOWLEDGE, TODAY))))
    assert len(lines) == sum(len(rule.outcomes) for rule in KNOWLEDGE.rules)
    assert list(dict.fromkeys(line["rule"] for line in lines)) == IDS
    assert {line["review"] for line in lines} == {"not reviewed by a clinician"}
    assert not [
        cell for line in lines for cell in line.values() if cell.startswith(("=", "+", "@"))
    ]


def test_the_chart_as_csv_says_what_the_chart_says() -> None:
    rows = chart_of(KNOWLEDGE)
    lines = list(csv.reader(io.StringIO(chart_as_csv(rows))))
    assert len(lines) == len(rows) + 1
    assert {len(line) for line in lines} == {len(WAYS) + 3}
    assert any("AVOID, seen in LEMS" in line for line in lines)


def test_every_rule_is_a_clinical_use_definition() -> None:
    bundle = rules_as_fhir(KNOWLEDGE, TODAY)
    resources = [entry["resource"] for entry in bundle["entry"]]
    assert [each["identifier"][0]["value"] for each in resources] == IDS
    assert {each["type"] for each in resources} == {"contraindication", "interaction", "warning"}
    for each in resources:
        read = ClinicalUseDefinition.model_validate(each)
        assert read.type == each["type"]


def test_the_book_tells_every_rule_and_fetches_nothing() -> None:
    text = written_as("html", KNOWLEDGE, TODAY)
    assert not [rule for rule in IDS if f'<article id="{rule}">' not in text]
    assert "0 of them" in text.replace("\n", " ")
    assert "<script" not in text
    assert "src=" not in text


@pytest.mark.parametrize("form", ["html", "csv", "fhir"])
def test_they_are_written_to_a_file(form: str, tmp_path: Path) -> None:
    out = f"{tmp_path}/papers.{form}"
    done = CliRunner().invoke(rules_app, ["export", "--format", form, "--out", out])
    assert (done.exit_code, done.output.strip()) == (0, f"{out}: {len(IDS)} rules")
