"""The client for asyncio: the same methods, awaited."""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Iterable
from types import TracebackType
from typing import Protocol, Self, TypeVar

import grpc
from google.protobuf.message import Message

from lems_guard_client.aio_streaming import check_all
from lems_guard_client.client import DEADLINE_SECONDS
from lems_guard_client.connection import REQUEST_ID, Connection, Metadata, Retry, Tls, Token
from lems_guard_client.errors import error_of
from lems_guard_client.streaming import AHEAD, Item
from lems_guard_client.v1 import alert_service_pb2 as alerts
from lems_guard_client.v1 import knowledge_service_pb2 as knowledge
from lems_guard_client.v1.alert_service_pb2_grpc import AlertServiceStub
from lems_guard_client.v1.interaction_check_service_pb2_grpc import InteractionCheckServiceStub
from lems_guard_client.v1.knowledge_service_pb2_grpc import KnowledgeServiceStub
from lems_guard_client.v1.prescription_pb2 import CheckPrescriptionRequest
from lems_guard_client.v1.rule_pb2 import Rule, RuleSummary
from lems_guard_client.v1.screening_pb2 import CheckPrescriptionResponse

Asked_contra = TypeVar("Asked_contra", bound=Message, contravariant=True)
Told_co = TypeVar("Told_co", bound=Message, covariant=True)


class AsyncMethod(Protocol[Asked_contra, Told_co]):
    """A unary method of a stub."""

    def __call__(
        self, request: Asked_contra, /, *, timeout: float, metadata: Metadata
    ) -> Awaitable[Told_co]:
        """Call it."""


class AsyncClient:
    """Asks a service. Keep one for each event loop; every method raises `CallError`."""

    def __init__(
        self,
        target: str,
        *,
        tls: Tls | None = None,
        token: Token | None = None,
        deadline: float = DEADLINE_SECONDS,
        retry: Retry = Retry(),  # noqa: B008 - a frozen value
    ) -> None:
        """Connects with the first call; all is as with `Client`."""
        self._connection = Connection(target, tls, token, retry)
        self._deadline = deadline
        self._channel = self._connection.aio_channel()
        self._check = InteractionCheckServiceStub(self._channel)
        self._knowledge = KnowledgeServiceStub(self._channel)
        self._alerts = AlertServiceStub(self._channel)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connection, and what is under way on it."""
        await self._channel.close()

    async def check(
        self, request: CheckPrescriptionRequest, *, request_id: str | None = None
    ) -> CheckPrescriptionResponse:
        """The answer to one prescription. `request_id` names the call in the service's log."""
        return await self._call(self._check.CheckPrescription, request, request_id)

    def check_all(
        self,
        requests: AsyncIterable[CheckPrescriptionRequest] | Iterable[CheckPrescriptionRequest],
        *,
        ahead: int = AHEAD,
    ) -> AsyncIterator[Item]:
        """Each prescription with its answer, in order, as `Client.check_all`."""
        metadata = self._connection.metadata(None)
        return check_all(
            lambda sent: self._check.CheckPrescriptionStream(sent, metadata=metadata),
            requests,
            ahead,
            dict(metadata)[REQUEST_ID],
        )

    async def knowledge_base(self) -> knowledge.GetKnowledgeBaseResponse:
        """Which knowledge base is in service, and which state of the contract."""
        asked = knowledge.GetKnowledgeBaseRequest()
        return await self._call(self._knowledge.GetKnowledgeBase, asked, None)

    async def rules(
        self, filters: knowledge.ListRulesRequest | None = None
    ) -> AsyncIterator[RuleSummary]:
        """The rules that pass the filters, sorted by id, from page to page."""
        asked = knowledge.ListRulesRequest()
        asked.MergeFrom(filters or asked)
        while True:
            page = await self._call(self._knowledge.ListRules, asked, None)
            for rule in page.rules:
                yield rule
            if not page.next_page_token:
                return
            asked.page_token = page.next_page_token

    async def rule(self, rule_id: str) -> Rule:
        """One rule, whole; raises `NotFoundError`."""
        asked = knowledge.GetRuleRequest(id=rule_id)
        return (await self._call(self._knowledge.GetRule, asked, None)).rule

    async def resolve(
        self, request: knowledge.ResolveMedicationRequest
    ) -> knowledge.ResolveMedicationResponse:
        """What the service makes of one medication."""
        return await self._call(self._knowledge.ResolveMedication, request, None)

    async def record_outcome(
        self, report: alerts.RecordAlertOutcomeRequest
    ) -> alerts.RecordAlertOutcomeResponse:
        """Tell what was done about an alert; counts once, however often it is sent."""
        return await self._call(self._alerts.RecordAlertOutcome, report, None)

    async def record_shown(self, shown: alerts.RecordShownRequest) -> alerts.RecordShownResponse:
        """Tell which alerts are about to be shown; which of them were shown before comes back."""
        return await self._call(self._alerts.RecordShown, shown, None)

    async def _call(
        self,
        method: AsyncMethod[Asked_contra, Told_co],
        request: Asked_contra,
        request_id: str | None,
    ) -> Told_co:
        metadata = self._connection.metadata(request_id)
        try:
            return await method(request, timeout=self._deadline, metadata=metadata)
        except grpc.RpcError as fault:
            raise error_of(fault, dict(metadata)[REQUEST_ID]) from None
