"""The contract's unary methods, each a plain function: a request's bytes to those of its reply.

Whatever transport a call comes by, this is what answers it.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeVar

from google.protobuf.message import Message

from lems_guard.answering.answer import Answers
from lems_guard.answering.in_service import InService
from lems_guard.answering.knowledge import get_rule, list_rules, resolve
from lems_guard.answering.messages import parsed
from lems_guard.answering.outcome_reports import RecordsOutcomes, recorded
from lems_guard.answering.shown_alerts import RemembersShown, shown_before
from lems_guard.clinical.deadline import InTime
from lems_guard.v1 import alert_service_pb2, knowledge_service_pb2, prescription_pb2, screening_pb2

PACKAGE = "lems_guard.v1"
CHECK_SERVICE = f"{PACKAGE}.InteractionCheckService"
KNOWLEDGE_SERVICE = f"{PACKAGE}.KnowledgeService"
ALERT_SERVICE = f"{PACKAGE}.AlertService"
SERVICES = (CHECK_SERVICE, KNOWLEDGE_SERVICE, ALERT_SERVICE)

Asked = TypeVar("Asked", bound=Message)


class Current(Protocol):
    """What is in service at the moment: it changes when the knowledge base does."""

    @property
    def answers(self) -> Answers:
        """What answers prescriptions."""

    @property
    def shown(self) -> InService:
        """What KnowledgeService shows."""


class UnaryMethod(NamedTuple):
    """One method: its name, its messages, and what answers it in time, or raises."""

    service: str
    name: str
    asked: type[Message]
    told: type[Message]
    answer: Callable[[bytes, InTime], bytes]


def unary_methods(
    current: Current, outcomes: RecordsOutcomes, shown: RemembersShown
) -> tuple[UnaryMethod, ...]:
    """Every unary method, over whatever is in service when it is called."""
    return (
        UnaryMethod(
            CHECK_SERVICE,
            "CheckPrescription",
            prescription_pb2.CheckPrescriptionRequest,
            screening_pb2.CheckPrescriptionResponse,
            lambda raw, in_time: current.answers.answer(raw, in_time).reply,
        ),
        *_of_knowledge(current),
        *_of_alerts(current, outcomes, shown),
    )


def _of_knowledge(current: Current) -> tuple[UnaryMethod, ...]:
    wire = knowledge_service_pb2

    def method(
        name: str,
        asked: type[Asked],
        told: type[Message],
        answer: Callable[[Asked, InService], Message],
    ) -> UnaryMethod:
        def serialised(raw: bytes, _: InTime) -> bytes:
            return answer(parsed(raw, asked), current.shown).SerializeToString()

        return UnaryMethod(KNOWLEDGE_SERVICE, name, asked, told, serialised)

    return (
        method(
            "GetKnowledgeBase",
            wire.GetKnowledgeBaseRequest,
            wire.GetKnowledgeBaseResponse,
            lambda _, shown: shown.state(),
        ),
        method(
            "ListRules",
            wire.ListRulesRequest,
            wire.ListRulesResponse,
            lambda asked, shown: list_rules(asked, shown.edition.knowledge),
        ),
        method(
            "GetRule",
            wire.GetRuleRequest,
            wire.GetRuleResponse,
            lambda asked, shown: get_rule(asked, shown.edition.knowledge),
        ),
        method(
            "ResolveMedication",
            wire.ResolveMedicationRequest,
            wire.ResolveMedicationResponse,
            resolve,
        ),
    )


def _of_alerts(
    current: Current, outcomes: RecordsOutcomes, shown: RemembersShown
) -> tuple[UnaryMethod, ...]:
    wire = alert_service_pb2

    def record(raw: bytes, _: InTime) -> bytes:
        report = parsed(raw, wire.RecordAlertOutcomeRequest)
        knowledge = current.shown.edition.knowledge
        return recorded(report, outcomes, knowledge).SerializeToString()

    def note(raw: bytes, _: InTime) -> bytes:
        return shown_before(parsed(raw, wire.RecordShownRequest), shown).SerializeToString()

    return (
        UnaryMethod(
            ALERT_SERVICE,
            "RecordAlertOutcome",
            wire.RecordAlertOutcomeRequest,
            wire.RecordAlertOutcomeResponse,
            record,
        ),
        UnaryMethod(
            ALERT_SERVICE,
            "RecordShown",
            wire.RecordShownRequest,
            wire.RecordShownResponse,
            note,
        ),
    )
