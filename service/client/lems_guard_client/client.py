"""The client: one connection to one service, for any number of threads."""

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Protocol, Self, TypeVar

import grpc
from google.protobuf.message import Message

from lems_guard_client.connection import REQUEST_ID, Connection, Metadata, Retry, Tls, Token
from lems_guard_client.errors import error_of
from lems_guard_client.streaming import AHEAD, Item, check_all
from lems_guard_client.v1 import alert_service_pb2 as alerts
from lems_guard_client.v1 import knowledge_service_pb2 as knowledge
from lems_guard_client.v1.alert_service_pb2_grpc import AlertServiceStub
from lems_guard_client.v1.interaction_check_service_pb2_grpc import InteractionCheckServiceStub
from lems_guard_client.v1.knowledge_service_pb2_grpc import KnowledgeServiceStub
from lems_guard_client.v1.prescription_pb2 import CheckPrescriptionRequest
from lems_guard_client.v1.rule_pb2 import Rule, RuleSummary
from lems_guard_client.v1.screening_pb2 import CheckPrescriptionResponse

DEADLINE_SECONDS = 2.0
Asked_contra = TypeVar("Asked_contra", bound=Message, contravariant=True)
Told_co = TypeVar("Told_co", bound=Message, covariant=True)


class Method(Protocol[Asked_contra, Told_co]):
    """A unary method of a stub."""

    def __call__(self, request: Asked_contra, /, *, timeout: float, metadata: Metadata) -> Told_co:
        """Call it."""


class Client:
    """Asks a service. Keep one for the process, and close it; every method raises `CallError`."""

    def __init__(
        self,
        target: str,
        *,
        tls: Tls | None = None,
        token: Token | None = None,
        deadline: float = DEADLINE_SECONDS,
        retry: Retry = Retry(),  # noqa: B008 - a frozen value
    ) -> None:
        """Connects with the first call.

        `target` is HOST:PORT, or `dns:///HOST:PORT` for all addresses of a name. `token` may be a
        function that is asked before each call. `deadline` is in seconds, retries included.
        """
        self._connection = Connection(target, tls, token, retry)
        self._deadline = deadline
        self._channel = self._connection.channel()
        self._check = InteractionCheckServiceStub(self._channel)
        self._knowledge = KnowledgeServiceStub(self._channel)
        self._alerts = AlertServiceStub(self._channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection, and what is under way on it."""
        self._channel.close()

    def check(
        self, request: CheckPrescriptionRequest, *, request_id: str | None = None
    ) -> CheckPrescriptionResponse:
        """The answer to one prescription. `request_id` names the call in the service's log."""
        return self._call(self._check.CheckPrescription, request, request_id)

    def check_all(
        self, requests: Iterable[CheckPrescriptionRequest], *, ahead: int = AHEAD
    ) -> Iterator[Item]:
        """Each prescription with its answer, in order, over one stream without a deadline.

        A bad one fails alone. At most `ahead` are on the way: the next is only taken from
        `requests` when an answer was, so either side may be as slow as it likes.
        """
        metadata = self._connection.metadata(None)
        return check_all(
            lambda sent: self._check.CheckPrescriptionStream(sent, metadata=metadata),
            requests,
            ahead,
            dict(metadata)[REQUEST_ID],
        )

    def knowledge_base(self) -> knowledge.GetKnowledgeBaseResponse:
        """Which knowledge base is in service, and which state of the contract."""
        return self._call(
            self._knowledge.GetKnowledgeBase, knowledge.GetKnowledgeBaseRequest(), None
        )

    def rules(self, filters: knowledge.ListRulesRequest | None = None) -> Iterator[RuleSummary]:
        """The rules that pass the filters, sorted by id, from page to page."""
        asked = knowledge.ListRulesRequest()
        asked.MergeFrom(filters or asked)
        while True:
            page = self._call(self._knowledge.ListRules, asked, None)
            yield from page.rules
            if not page.next_page_token:
                return
            asked.page_token = page.next_page_token

    def rule(self, rule_id: str) -> Rule:
        """One rule, whole; raises `NotFoundError`."""
        return self._call(self._knowledge.GetRule, knowledge.GetRuleRequest(id=rule_id), None).rule

    def resolve(
        self, request: knowledge.ResolveMedicationRequest
    ) -> knowledge.ResolveMedicationResponse:
        """What the service makes of one medication."""
        return self._call(self._knowledge.ResolveMedication, request, None)

    def record_outcome(
        self, report: alerts.RecordAlertOutcomeRequest
    ) -> alerts.RecordAlertOutcomeResponse:
        """Tell what was done about an alert; counts once, however often it is sent."""
        return self._call(self._alerts.RecordAlertOutcome, report, None)

    def record_shown(self, shown: alerts.RecordShownRequest) -> alerts.RecordShownResponse:
        """Tell which alerts are about to be shown; which of them were shown before comes back."""
        return self._call(self._alerts.RecordShown, shown, None)

    def _call(
        self, method: Method[Asked_contra, Told_co], request: Asked_contra, request_id: str | None
    ) -> Told_co:
        metadata = self._connection.metadata(request_id)
        try:
            return method(request, timeout=self._deadline, metadata=metadata)
        except grpc.RpcError as fault:
            raise error_of(fault, dict(metadata)[REQUEST_ID]) from None
