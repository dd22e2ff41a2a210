"""An alert as a FHIR DetectedIssue, R4 or R5: plain JSON with ids that follow from the content."""

import functools
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from lems_guard.answering.spoken import doubts_of
from lems_guard.answering.wording import SEVERITIES as WORDS
from lems_guard.answering.wording import concern_in_words
from lems_guard.fhir.codes import (
    ACT_CODE,
    INTERACTION_CATEGORY,
    OWN,
    REASON_DUPLICATE,
    REASON_HIGH_DOSE,
    REASON_INFERRED,
    REASON_INTERACTION,
    REASON_REPORTED,
    ServiceReason,
)
from lems_guard.fhir.content_ids import digest
from lems_guard.fhir.words import cited
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

SEVERITIES = {
    terms.SEVERITY_CONTRAINDICATED: "high",
    terms.SEVERITY_AVOID: "high",
    terms.SEVERITY_CAUTION: "moderate",
    terms.SEVERITY_MONITOR: "low",
    terms.SEVERITY_INFORMATION: "low",
}
# No public URI of NCPDP's code list was found, so the codes are sent under one of ours.
NCPDP = f"{OWN}ncpdp-reason-for-service"
REFERENCE = re.compile(r"[A-Z][A-Za-z]{2,40}/[A-Za-z0-9.\-]{1,64}")
# A relative reference, an absolute one, or a urn.
ADDRESS = re.compile(r"\S+[/:]\S+")
BY_CONCERN = {
    terms.CONCERN_DUPLICATE_THERAPY: REASON_DUPLICATE,
    terms.CONCERN_DOSE: REASON_HIGH_DOSE,
    terms.CONCERN_ABRUPT_STOP: None,
}
OF_THE_PATIENT = {
    terms.CONCERN_NEUROMUSCULAR_WEAKNESS,
    terms.CONCERN_RESPIRATORY_DEPRESSION,
    terms.CONCERN_ANAESTHESIA,
}


class IssueSubject(NamedTuple):
    """Whom and what an issue is about.

    `inferred`: that the patient has LEMS is known only from the drugs. `names` holds each order's
    words by its id. `pages` is where people reach the rules' pages; empty where nobody says.
    """

    release: str = "R4"
    patient: str = ""
    inferred: bool = False
    names: Mapping[str, str] | None = None
    pages: str = ""


def detected_issue(alert: wire.Alert, about: IssueSubject) -> dict[str, Any]:
    """The DetectedIssue of an alert; the same alert of the same patient has the same id."""
    evidence = alert.findings[0].evidence
    issue: dict[str, Any] = {
        "resourceType": "DetectedIssue",
        "id": f"lg-{digest(alert.id, about.patient, size=12).hex()}",
        "identifier": [{"system": f"{OWN}alert", "value": alert.id}],
        "status": "preliminary",
    }
    if about.patient:
        issue["patient" if about.release == "R4" else "subject"] = _whom(about.patient)
    issue |= _coded(alert, about)
    issue |= {
        "severity": SEVERITIES[alert.severity],
        "author": {"display": "LEMS Guard"},
        "implicated": [_reference(each, about) for each in alert.medication_ids],
        "evidence": [{"code": [{"text": cited(each)}]} for each in evidence],
        "detail": "\n".join(_told(finding) for finding in alert.findings),
    }
    url = _reference_of(alert.findings[0], about)
    if url:
        issue["reference"] = url
    return issue


def _reference_of(finding: wire.Finding, about: IssueSubject) -> str:
    """The one address that an issue has room for: the rule's page, where all its sources stand.

    Where nobody says how it is reached: the first source that has one, or nothing.
    """
    if about.pages:
        return f"{about.pages}/rules/{finding.rule_id}"
    return next((each.url for each in finding.evidence if each.url), "")


def _whom(patient: str) -> dict[str, str]:
    """A FHIR reference, or a caller's own word for somebody, which is none."""
    return {"reference" if ADDRESS.fullmatch(patient) else "display": patient}


def _coded(alert: wire.Alert, about: IssueSubject) -> dict[str, Any]:
    """The categories and codes: HL7's for an interaction, NCPDP's reasons, and our concern."""
    reasons = dict.fromkeys(
        service_reason(each, inferred=about.inferred) for each in alert.findings
    )
    codings = [
        {"system": f"{OWN}concern", "code": code, "display": code.replace("-", " ")}
        for code in dict.fromkeys(concern_code(each.concern) for each in alert.findings)
    ]
    codings += [
        {"system": NCPDP, "code": reason.code, "display": reason.display}
        for reason in reasons
        if reason
    ]
    category: dict[str, Any] = {}
    if REASON_INTERACTION in reasons:
        code, display = INTERACTION_CATEGORY[about.release]
        coding = {"system": ACT_CODE, "code": code, "display": display}
        if about.release == "R4":
            codings.insert(0, coding)
        else:
            category = {"category": [{"coding": [coding]}]}
    return category | {"code": {"coding": codings, "text": alert.summary}}


def service_reason(finding: wire.Finding, *, inferred: bool) -> ServiceReason | None:
    """NCPDP's reason for service, where its list has one for what the finding is about."""
    if finding.concern in BY_CONCERN:
        return BY_CONCERN[finding.concern]
    if finding.concern not in OF_THE_PATIENT and len(finding.medication_ids) > 1:
        return REASON_INTERACTION
    if finding.concern in OF_THE_PATIENT:
        return REASON_INFERRED if inferred else REASON_REPORTED
    if finding.concern in {terms.CONCERN_SEIZURE, terms.CONCERN_CONTRAINDICATED_CONDITION}:
        return REASON_REPORTED
    return None


@functools.cache
def concern_code(concern: terms.Concern) -> str:
    """Our code of a concern: `CONCERN_QT_PROLONGATION` → "qt-prolongation"."""
    return concern_in_words(concern).lower().replace(" ", "-")


def _reference(order_id: str, about: IssueSubject) -> dict[str, Any]:
    name = (about.names or {}).get(order_id, "")
    found = {"reference": order_id} if REFERENCE.fullmatch(order_id) else {}
    return found | ({"display": name} if name else {}) or {"display": order_id}


def _told(finding: wire.Finding) -> str:
    sure = "possible" if finding.certainty == terms.CERTAINTY_POSSIBLE else "established"
    missing = f" Not known: {'; '.join(finding.missing)}." if finding.missing else ""
    return (
        f"{WORDS[finding.severity]} ({sure}), {concern_in_words(finding.concern)}: "
        f"{finding.consequence} {finding.action}{missing} Rule {finding.rule_id}."
    )


def issue_bundle(response: wire.CheckPrescriptionResponse, about: IssueSubject) -> dict[str, Any]:
    """A whole answer as a Bundle: an issue for each alert, and an outcome for what is not known."""
    resources = [detected_issue(alert, about) for alert in response.alerts]
    resources.append(_outcome(response, about.names or {}))
    return {
        "resourceType": "Bundle",
        "id": response.decision_id,
        "type": "collection",
        "entry": [{"resource": resource} for resource in resources],
    }


def _outcome(response: wire.CheckPrescriptionResponse, names: Mapping[str, str]) -> dict[str, Any]:
    """What was not checked, so that a Bundle without issues cannot be read as "safe"."""
    unsettled = (terms.DISPOSITION_UNRESOLVED, terms.DISPOSITION_AMBIGUOUS)
    told = [
        ("warning", "not-found", f"Not understood for certain: {names.get(each.id) or each.id}")
        for each in response.medications
        if each.disposition in unsettled
    ]
    told += [("warning", "required", f"Not known: {gap.ask}") for gap in response.gaps]
    told += [("warning", "not-found", f"Not understood: {each}") for each in doubts_of(response)]
    told += [("information", "informational", note) for note in response.notes]
    told = told or [("information", "informational", "All orders were checked.")]
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": severity, "code": code, "diagnostics": text}
            for severity, code, text in told
        ],
    }
