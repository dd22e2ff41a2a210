"""A running service as the command line asks it: by way of our client, its faults as our own."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

import typer

from lems_guard.cli.reach import Reach
from lems_guard.clinical.errors import (
    FieldViolation,
    InvalidRequest,
    LemsGuardError,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
)
from lems_guard.v1 import prescription_pb2, screening_pb2
from lems_guard_client import (
    CallError,
    Client,
    DeadlineError,
    InvalidRequestError,
    PermissionDeniedError,
    Retry,
    Tls,
    UnauthenticatedError,
    UnavailableError,
)

# What gRPC says where the two ends do not agree on how to encrypt.
OF_TLS = ("handshake", "SSL", "certificate")
BROKEN_OFF = ("closed", "reset", "Broken pipe")
Reply = TypeVar("Reply")


class Remote:
    """One connection to one service."""

    def __init__(self, reach: Reach, attempts: int = 1) -> None:
        """Connects with the first call; one that is refused or lost is tried so often in all.

        Raises `typer.BadParameter` for a token in plain text.
        """
        self._reach = reach
        try:
            self._client = Client(
                str(reach.where),
                tls=_tls(reach),
                token=reach.token,
                deadline=reach.seconds,
                retry=Retry(attempts=attempts),
            )
        except ValueError:
            why = f"it would go to {reach.where} in plain text: give --tls or --ca"
            raise typer.BadParameter(f"--token: {why}") from None

    def __enter__(self) -> "Remote":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def check(
        self, request: prescription_pb2.CheckPrescriptionRequest
    ) -> screening_pb2.CheckPrescriptionResponse:
        """The service's answer; raises `InvalidRequest`, or `Unavailable` when there is none."""
        asked: Any = request  # one class under two names: both packages describe it alike
        answer: Any = self._asked(lambda: self._client.check(asked))
        reply: screening_pb2.CheckPrescriptionResponse = answer
        return reply

    def signed(self) -> tuple[int, int]:
        """How many of the service's rules a clinician has signed, and how many there are."""
        known = self._asked(self._client.knowledge_base)
        return known.rules_signed, known.rule_count

    def digest(self) -> str:
        """The digest of the knowledge base in service."""
        return self._asked(self._client.knowledge_base).knowledge_base.digest

    def _asked(self, ask: Callable[[], Reply]) -> Reply:
        try:
            return ask()
        except CallError as fault:
            raise self._told(fault) from None

    def _told(self, fault: CallError) -> LemsGuardError:
        """A failed call as one of our own errors."""
        where = self._reach.where
        if isinstance(fault, InvalidRequestError):
            named = tuple(FieldViolation(*each) for each in fault.violations)
            return InvalidRequest(named or (FieldViolation("", fault.message),))
        if isinstance(fault, UnauthenticatedError):
            return Unauthenticated(f"NOT checked: {where} does not know who asks: {fault.message}")
        if isinstance(fault, PermissionDeniedError):
            return PermissionDenied(f"NOT checked: {where} does not let us: {fault.message}")
        if isinstance(fault, UnavailableError):
            return Unavailable(self._unreachable(fault.message))
        if isinstance(fault, DeadlineError):
            return Unavailable(f"{where} gave no answer within {self._reach.seconds:g} seconds")
        return Unavailable(f"{where} answered {fault.code.name}: {fault.message}")

    def _unreachable(self, said: str) -> str:
        """Why nothing answers: nobody is there, or the two do not agree on TLS."""
        where = self._reach.where
        if self._reach.is_tls and any(word in said for word in OF_TLS):
            return f"{where}: no TLS with it that --ca and --certificate allow: {said}"
        if any(word in said for word in BROKEN_OFF):
            wanted = "a certificate of ours (--certificate, --key)"
            wanted = wanted if self._reach.is_tls else "TLS (--tls, --ca)"
            return f"{where} is there, and ends the connection; does it want {wanted}?"
        return f"no service answers at {where} (`lems-guard serve` runs one)"


def _tls(reach: Reach) -> Tls | None:
    if not reach.is_tls:
        return None
    return Tls.of_files(ca=reach.ca, certificate=reach.certificate, key=reach.key)
