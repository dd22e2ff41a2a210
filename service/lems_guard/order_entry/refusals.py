"""Refusals: why a call got no cards, as a status code and a FHIR OperationOutcome.

A refusal never holds anything of the body that was sent.
"""

from typing import Any

import msgspec

FHIR_JSON = "application/fhir+json"


class Refusal(Exception):
    """A call that is not answered by cards.

    `issue` is a code of http://hl7.org/fhir/issue-type.
    """

    def __init__(self, status: int, issue: str, diagnostics: str) -> None:
        """Keep the status, and what to tell in the OperationOutcome."""
        super().__init__(diagnostics)
        self.status = status
        self.issue = issue
        self.diagnostics = diagnostics

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


def unauthorized(diagnostics: str) -> Refusal:
    """401: who calls could not be established."""
    return Refusal(401, "login", diagnostics)


def precondition_failed(diagnostics: str) -> Refusal:
    """412: what is needed was neither sent nor reachable, hence NOT checked."""
    return Refusal(412, "required", diagnostics)
