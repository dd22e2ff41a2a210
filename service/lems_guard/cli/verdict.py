"""The exit code that an answer deserves."""

from lems_guard.answering.verdict import is_whole
from lems_guard.cli.exit_codes import ExitCode
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms


def exit_code_of(response: wire.CheckPrescriptionResponse) -> ExitCode:
    """The exit code that an answer deserves."""
    if any(alert.severity >= terms.SEVERITY_AVOID for alert in response.alerts):
        return ExitCode.FOUND
    return ExitCode.CLEAR if is_whole(response) else ExitCode.UNSURE
