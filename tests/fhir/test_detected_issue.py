"""Alerts as FHIR: DetectedIssues that fit the models of R4 and R5, with ids that stay."""

import pytest
from fhir.resources.bundle import Bundle as BundleR5
from fhir.resources.R4B.bundle import Bundle as BundleR4

from edges.order_entry.schema import assert_nothing_is_empty, assert_resource
from lems_guard.fhir.codes import ServiceReason
from lems_guard.fhir.detected_issue import (
    IssueSubject,
    detected_issue,
    issue_bundle,
    service_reason,
)
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms


def finding(
    concern: terms.Concern = terms.CONCERN_NEUROMUSCULAR_WEAKNESS, orders: int = 1
) -> wire.Finding:
    return wire.Finding(
        rule_id="beta-blocker-weakness",
        concern=concern,
        severity="SEVERITY_AVOID",
        certainty="CERTAINTY_ESTABLISHED",
        medication_ids=[f"MedicationRequest/m{number}" for number in range(orders)],
        consequence="weakness",
        mechanism="not known",
        action="choose another",
        evidence=[wire.Evidence(source="A study", locator="p. 3", url="https://x.example/y")],
    )


def alert(*findings: wire.Finding) -> wire.Alert:
    found = findings or (finding(),)
    return wire.Alert(
        id="e7237f69b969e5d0",
        severity="SEVERITY_AVOID",
        certainty="CERTAINTY_ESTABLISHED",
        medication_ids=found[0].medication_ids,
        drug="metoprolol",
        summary="metoprolol: take care",
        findings=found,
    )


@pytest.mark.parametrize("release", ["R4", "R5"])
@pytest.mark.parametrize("concern", [each for each in terms.Concern.values() if each])
@pytest.mark.parametrize("orders", [1, 2])
def test_every_concern_fits_the_models(release: str, concern: terms.Concern, orders: int) -> None:
    about = IssueSubject(release, "Patient/p1", names={"MedicationRequest/m0": "metoprolol 50 mg"})
    issue = detected_issue(alert(finding(concern, orders)), about)
    assert_resource(issue)
    assert_nothing_is_empty(issue)
    assert ("patient" in issue) is (release == "R4")


def test_an_id_stays_with_alert_and_patient() -> None:
    def issue_id(release: str, patient: str) -> str:
        return str(detected_issue(alert(), IssueSubject(release, patient))["id"])

    assert issue_id("R4", "Patient/1") == issue_id("R4", "Patient/1") == issue_id("R5", "Patient/1")
    assert issue_id("R4", "Patient/1") != issue_id("R4", "Patient/2")
    assert "Patient" not in issue_id("R4", "Patient/1")


@pytest.mark.parametrize(
    ("pages", "reference"),
    [
        ("", "https://x.example/y"),
        ("https://guard.example.org", "https://guard.example.org/rules/beta-blocker-weakness"),
    ],
)
def test_it_refers_to_the_rules_page_where_that_is_reached(pages: str, reference: str) -> None:
    issue = detected_issue(alert(), IssueSubject(pages=pages))
    assert_resource(issue)
    assert issue["reference"] == reference


@pytest.mark.parametrize(
    ("concern", "orders", "inferred", "code"),
    [
        (terms.CONCERN_NEUROMUSCULAR_WEAKNESS, 1, False, "MC"),
        (terms.CONCERN_NEUROMUSCULAR_WEAKNESS, 2, True, "DC"),
        (terms.CONCERN_SEIZURE, 2, False, "DD"),
        (terms.CONCERN_SEIZURE, 1, False, "MC"),
        (terms.CONCERN_DUPLICATE_THERAPY, 2, False, "ID"),
        (terms.CONCERN_DOSE, 1, False, "HD"),
        (terms.CONCERN_ABRUPT_STOP, 1, False, None),
        (terms.CONCERN_QT_PROLONGATION, 1, False, None),
        (terms.CONCERN_LABEL, 1, False, None),
    ],
)
def test_reasons_for_service(
    concern: terms.Concern, orders: int, inferred: bool, code: str | None
) -> None:
    reason: ServiceReason | None = service_reason(finding(concern, orders), inferred=inferred)
    assert (reason.code if reason else None) == code


@pytest.mark.parametrize("release", ["R4", "R5"])
def test_a_bundle_says_what_was_not_checked(release: str) -> None:
    response = wire.CheckPrescriptionResponse(
        decision_id="0123456789abcdef",
        alerts=[alert()],
        medications=[wire.MedicationResult(id="p2", disposition="DISPOSITION_UNRESOLVED")],
        gaps=[wire.Gap(fact="seizure_history", ask="Any seizure?")],
        notes=["a note"],
    )
    bundle = issue_bundle(response, IssueSubject(release, names={"p2": "frobnicol"}))
    model = BundleR4 if release == "R4" else BundleR5
    model.model_validate(bundle)
    told = [each["diagnostics"] for each in bundle["entry"][-1]["resource"]["issue"]]
    assert told == [
        "Not understood for certain: frobnicol",
        "Not known: Any seizure?",
        "a note",
    ]


def test_an_empty_answer_is_no_empty_bundle() -> None:
    bundle = issue_bundle(wire.CheckPrescriptionResponse(decision_id="0"), IssueSubject())
    assert bundle["entry"][0]["resource"]["resourceType"] == "OperationOutcome"
