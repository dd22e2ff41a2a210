"""From a line to its answer as a line: the same bytes from every engine."""

import enum
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from lems_guard.answering.in_words import JURISDICTIONS
from lems_guard.answering.items import item_error
from lems_guard.answering.verdict import is_whole
from lems_guard.clinical.errors import (
    DeadlinePassed,
    Overloaded,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
)
from lems_guard.cohort import requests
from lems_guard.cohort.answer_lines import as_line
from lems_guard.cohort.charts import Ask, ChartReader
from lems_guard.cohort.in_process import Terms
from lems_guard.cohort.lines import AskedList, CohortLine
from lems_guard.fhir.patients import Interpreter
from lems_guard.v1 import interaction_check_service_pb2 as service_wire
from lems_guard.v1 import prescription_pb2 as request_wire
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as wire_terms

# No fault of a line: nobody could be asked, so there is no answer to write.
NOBODY_ANSWERED = (Unavailable, Overloaded, DeadlinePassed, Unauthenticated, PermissionDenied)


class InputKind(enum.StrEnum):
    """What the lines of a cohort are."""

    REQUESTS = "requests"
    CHARTS = "charts"


class CheckedLine(NamedTuple):
    """What became of a line.

    `answer` is a CheckPrescriptionStreamResponse as a line of JSON, empty for somebody who is not
    concerned; `worst` the severity of the gravest alert; `unread` the words of orders not read.
    """

    answer: bytes
    is_answered: bool = True
    worst: int = 0
    is_complete: bool = True
    unread: tuple[str, ...] = ()


Check: TypeAlias = Callable[[CohortLine], CheckedLine]
Answered: TypeAlias = tuple[AskedList, wire.CheckPrescriptionResponse] | None
NOT_CONCERNED = CheckedLine(b"")
UNRESOLVED = wire_terms.DISPOSITION_UNRESOLVED


def checker_of(kind: InputKind, ask: Ask, vocabulary: Interpreter | None, terms: Terms) -> Check:
    """What answers lines of a kind by asking `ask`; charts are read by a vocabulary."""

    def ask_under(request: request_wire.CheckPrescriptionRequest) -> wire.CheckPrescriptionResponse:
        return ask(settled(request, terms))

    if kind is InputKind.REQUESTS or vocabulary is None:
        return lambda line: checked(line, lambda: _of_request(line, ask_under), _named)
    reader = ChartReader(vocabulary, terms.day)
    return lambda line: checked(line, lambda: reader.answered(line, ask_under), _placed)


def settled(
    request: request_wire.CheckPrescriptionRequest, terms: Terms
) -> request_wire.CheckPrescriptionRequest:
    """A request that says what it would be told anyway, so that any service answers it alike."""
    request.as_of = request.as_of or terms.day.isoformat()
    request.country = request.country or terms.country
    if not request.jurisdiction:
        request.jurisdiction = JURISDICTIONS[terms.jurisdiction.name]
    return request


def _of_request(line: CohortLine, ask: Ask) -> Answered:
    question = requests.asked(line)
    return question, ask(question.request)


def _named(line: CohortLine) -> str:
    return requests.reference_of(line)


def _placed(line: CohortLine) -> str:
    return line.place


def checked(
    line: CohortLine, answer: Callable[[], Answered], name_of: Callable[[CohortLine], str]
) -> CheckedLine:
    """What became of a line; raises where nobody could be asked, which is no fault of the line."""
    try:
        answered = answer()
    except NOBODY_ANSWERED:
        raise
    except Exception as fault:  # noqa: BLE001 - one bad line fails alone, whatever is wrong
        return CheckedLine(_failed(name_of(line), fault), is_answered=False, is_complete=False)
    if answered is None:
        return NOT_CONCERNED
    question, response = answered
    item = service_wire.CheckPrescriptionStreamResponse(
        request_id=question.reference, response=response
    )
    return CheckedLine(
        as_line(item),
        worst=max((alert.severity for alert in response.alerts), default=0),
        is_complete=is_whole(response),
        unread=_unread(question, response),
    )


def _failed(reference: str, fault: Exception) -> bytes:
    item = item_error(reference, fault)
    return as_line(service_wire.CheckPrescriptionStreamResponse.FromString(item))


def _unread(question: AskedList, response: wire.CheckPrescriptionResponse) -> tuple[str, ...]:
    """The words of the orders that were not understood."""
    orders_told = response.medications
    not_read = {each.id for each in orders_told if each.disposition == UNRESOLVED}
    if not not_read:
        return ()
    request = question.request
    orders = (*request.proposed, *request.active, *request.stopped)
    return tuple(order.text or _code_of(order) for order in orders if order.id in not_read)


def _code_of(order: request_wire.Medication) -> str:
    coded = next(iter(order.codings), None)
    return f"code {coded.code}" if coded else "nothing sent"
