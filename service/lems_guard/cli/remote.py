"""A running service as the command line asks it: by way of our client, its faults as our own."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from lems_guard.clinical.errors import FieldViolation, InvalidRequest, Unavailable
from lems_guard.settings import Address
from lems_guard.v1 import prescription_pb2, screening_pb2
from lems_guard_client import (
    CallError,
    Client,
    DeadlineError,
    InvalidRequestError,
    Retry,
    UnavailableError,
)

DEADLINE_SECONDS = 10.0
Reply = TypeVar("Reply")


class Remote:
    """One connection to one service."""

    def __init__(self, where: Address, attempts: int = 1) -> None:
        """Connects with the first call; one that is refused or lost is tried so often in all."""
        self._where = where
        retry = Retry(attempts=attempts)
        self._client = Client(str(where), deadline=DEADLINE_SECONDS, retry=retry)

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

    def _told(self, fault: CallError) -> InvalidRequest | Unavailable:
        """A failed call as one of our own errors."""
        where = self._where
        if isinstance(fault, InvalidRequestError):
            named = tuple(FieldViolation(*each) for each in fault.violations)
            return InvalidRequest(named or (FieldViolation("", fault.message),))
        if isinstance(fault, UnavailableError):
            return Unavailable(f"no service answers at {where} (`lems-guard serve` runs one)")
        if isinstance(fault, DeadlineError):
            return Unavailable(f"{where} gave no answer within {DEADLINE_SECONDS:g} seconds")
        return Unavailable(f"{where} answered {fault.code.name}: {fault.message}")
