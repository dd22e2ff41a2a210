"""An answer as FHIR: what order entry sends in its cards, for a command line or a file."""

import msgspec

from lems_guard.fhir.detected_issue import IssueSubject, issue_bundle
from lems_guard.v1 import prescription_pb2 as request_wire
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms


def bundle(
    request: request_wire.CheckPrescriptionRequest,
    response: wire.CheckPrescriptionResponse,
    release: str,
    pages: str,
) -> bytes:
    """A serialised Bundle: a DetectedIssue for each alert, and an outcome for what is not known.

    `pages` is where people reach the rules' pages.
    """
    orders = (*request.proposed, *request.active, *request.stopped)
    names = {each.id: each.text or _display(each) for each in orders}
    inferred = request.patient.lems_status == terms.LEMS_STATUS_SUSPECTED
    about = IssueSubject(release, inferred=inferred, names=names, pages=pages)
    return msgspec.json.format(msgspec.json.encode(issue_bundle(response, about)), indent=2)


def _display(order: request_wire.Medication) -> str:
    return next((coding.display for coding in order.codings if coding.display), "")
