"""Refusals: why a call got no cards, as a status code and a FHIR OperationOutcome.

A refusal never holds anything of the body that was sent.
"""

from typing import Any, TypeAlias

import msgspec

from lems_guard.clinical.errors import LemsGuardError, PermissionDenied, Unauthenticated

RETRY_AFTER_SECONDS = b"1"  # by then a full queue has been answered
FHIR_JSON = "application/fhir+json"
Header: TypeAlias = tuple[bytes, bytes]
# What metrics call a refusal of an issue's kind, where it does not say.
REASONS = {
    "invalid": "body",
    "login": "caller",
    "forbidden": "foreign_page",
    "throttled": "overloaded",
    "not-found": "no_such_page",
    "not-supported": "method",
    "required": "record_missing",
    "too-long": "too_large",
    "exception": "our_fault",
}


class Refusal(Exception):
    """A call that is not answered by cards.

    `issue` is a code of http://hl7.org/fhir/issue-type, `headers` are those that HTTP asks for,
    `reason` is one of those that metrics tell apart.
    """

    def __init__(
        self, status: int, issue: str, diagnostics: str, *headers: Header, reason: str = ""
    ) -> None:
        """Keep the status, and what to tell in the OperationOutcome."""
        super().__init__(diagnostics)
        self.status = status
        self.issue = issue
        self.diagnostics = diagnostics
        self.headers = headers
        self.reason = reason or REASONS[issue]

    def body(self) -> bytes:
        """The OperationOutcome."""
        return outcome(self.issue, self.diagnostics)


def outcome(issue: str, diagnostics: str) -> bytes:
    """A serialised OperationOutcome with one error."""
    value: dict[str, Any] = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": issue, "diagnostics": diagnostics}],
    }
    return msgspec.json.encode(value)


def bad_request(diagnostics: str) -> Refusal:
    """400: the body is not what the hook's contract asks for."""
    return Refusal(400, "invalid", diagnostics)


def not_admitted(error: LemsGuardError) -> Refusal:
    """401, 403 or 503: who calls is not known, may not, or cannot be answered now."""
    if isinstance(error, Unauthenticated):
        return Refusal(401, "login", str(error), (b"www-authenticate", b"Bearer"))
    if isinstance(error, PermissionDenied):
        return Refusal(403, "forbidden", str(error), reason="caller")
    return Refusal(503, "throttled", str(error), (b"retry-after", RETRY_AFTER_SECONDS))


def not_found(diagnostics: str) -> Refusal:
    """404: there is no such page, or no such service."""
    return Refusal(404, "not-found", diagnostics)


def not_allowed(method: str) -> Refusal:
    """405: the page is there, for another method."""
    return Refusal(405, "not-supported", f"{method} is served here", (b"allow", method.encode()))


def precondition_failed(diagnostics: str, reason: str) -> Refusal:
    """412: what is needed was neither sent nor reachable, hence NOT checked."""
    return Refusal(412, "required", diagnostics, reason=reason)
