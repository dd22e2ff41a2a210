"""`vocabulary coverage`: a pharmacy sees what of its own orders is read, and what to add."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lems_guard.cli.vocabulary import vocabulary_app

RUNNER = CliRunner()
TABLE = "# of our pharmacy\nid\ttext\n1\tmetoprolol 50 mg\n2\tzzzolol 5 mg\n3\tzzzolol 5 mg\n"
BUNDLE = {
    "resourceType": "Bundle",
    "entry": [
        {
            "resource": {
                "resourceType": "MedicationRequest",
                "medicationCodeableConcept": {
                    "coding": [
                        {
                            "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
                            "code": "6918",
                            "display": "metoprolol",
                        }
                    ]
                },
            }
        },
        {
            "resource": {
                "resourceType": "MedicationStatement",
                "contained": [{"resourceType": "Medication", "code": {"text": "zzzolol"}}],
            }
        },
        {"resource": {"resourceType": "Patient", "code": {"text": "no order"}}},
    ],
}


@pytest.fixture
def covered(tmp_path: Path) -> Callable[..., Any]:
    def ran(content: str, *options: str) -> Any:  # noqa: ANN401  # JSON
        file = tmp_path / "orders"
        file.write_text(content, "utf-8")
        result = RUNNER.invoke(vocabulary_app, ["coverage", str(file), "--json", *options])
        assert result.exit_code in {0, 3}, result.output
        return json.loads(result.output) | {"exit": result.exit_code}

    return ran


def test_a_table_is_counted_and_the_gap_is_named(covered: Callable[..., Any]) -> None:
    told = covered(TABLE)
    assert (told["orders"], told["exit"]) == (3, 3)
    assert told["share"] == pytest.approx(1 / 3)
    assert told["unread"] == [{"order": "zzzolol 5 mg", "times": 2, "words": ["zzzolol"]}]
    assert told["lines"] == [{"words": "zzzolol", "orders": 2}]


def test_a_table_without_a_head_is_read_by_its_first_column(covered: Callable[..., Any]) -> None:
    told = covered("metoprolol 50 mg\tsomething\nFirdapse 10 mg\tmore\n")
    assert (told["orders"], told["share"], told["exit"]) == (2, 1.0, 0)


def test_a_bundle_is_read_with_what_it_contains(covered: Callable[..., Any]) -> None:
    told = covered(json.dumps(BUNDLE))
    assert told["orders"] == 2
    assert told["became"] == {"EVALUATED": 1, "UNRESOLVED": 1}


@pytest.mark.parametrize(("country", "became"), [("AU", {"EVALUATED": 1}), ("", {"AMBIGUOUS": 1})])
def test_the_country_counts(
    covered: Callable[..., Any], country: str, became: dict[str, int]
) -> None:
    assert covered("Urex 40 mg\n", "--country", country)["became"] == became


def test_people_are_told_which_line_to_add(tmp_path: Path) -> None:
    file = tmp_path / "orders.tsv"
    file.write_text(TABLE, "utf-8")
    told = RUNNER.invoke(vocabulary_app, ["coverage", str(file)]).output
    assert told.startswith("3 orders, 33.3% read\n")
    assert "2 x zzzolol 5 mg  [zzzolol]" in told
    assert "zzzolol<tab>INGREDIENT<tab>REASON  (2 orders)" in told


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00"], ids=["no JSON", "no text"])
def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "orders"
    file.write_bytes(content)
    result = RUNNER.invoke(vocabulary_app, ["coverage", str(file)])
    assert result.exception is not None
    assert "orders" in str(result.exception)
