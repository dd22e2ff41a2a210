"""`lems-guard check --format fhir`: the same answer, as FHIR."""

import json
import subprocess
from typing import Any

import pytest
from fhir.resources.bundle import Bundle as BundleR5
from fhir.resources.R4B.bundle import Bundle as BundleR4

from edges.order_entry.schema import assert_nothing_is_empty
from running import COMMAND
from waiting import PATIENCE


def ran(*arguments: str) -> tuple[int, dict[str, Any]]:
    ended = subprocess.run(
        [COMMAND, "check", *arguments], capture_output=True, timeout=PATIENCE, check=False
    )
    return ended.returncode, json.loads(ended.stdout)


@pytest.mark.parametrize("release", ["R4", "R5"])
def test_a_bundle_of_issues(release: str) -> None:
    form = "fhir-r5" if release == "R5" else "fhir"
    arguments = ("metoprolol 50 mg po bid", "frobnicol", "--format", form)
    code, bundle = ran(*arguments)
    assert code == 1
    (BundleR4 if release == "R4" else BundleR5).model_validate(bundle)
    assert_nothing_is_empty(bundle)
    kinds = [each["resource"]["resourceType"] for each in bundle["entry"]]
    assert kinds == ["DetectedIssue", "OperationOutcome"]
    issue, outcome = (each["resource"] for each in bundle["entry"])
    assert issue["implicated"] == [{"display": "metoprolol 50 mg po bid"}]
    assert "frobnicol" in json.dumps(outcome)
    assert ran(*arguments)[1] == bundle


def test_what_was_not_understood_of_the_patient_is_an_issue_of_the_outcome() -> None:
    code, bundle = ran("paracetamol 500 mg po", "--allergy", "zzyx", "--format", "fhir")
    assert code == 3
    [outcome] = [each["resource"] for each in bundle["entry"]]
    told = [each["diagnostics"] for each in outcome["issue"]]
    assert "Not understood: “zzyx” is no allergy that is understood: no drug is offered" in told
    assert "All orders were checked." not in told


def test_an_issue_refers_to_the_page_of_its_rule() -> None:
    pages = ("--pages", "https://guard.example.org/")
    _, bundle = ran("metoprolol 50 mg po bid", "--format", "fhir", *pages)
    issue = bundle["entry"][0]["resource"]
    assert issue["reference"] == "https://guard.example.org/rules/beta-blocker-weakness"


def test_a_form_by_either_option() -> None:
    assert ran("metoprolol", "--format", "json") == ran("metoprolol", "--json")
