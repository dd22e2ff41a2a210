"""The seam that every edge stands on: the bytes of a request in, the bytes of its reply out.

An `Answerer` holds one edition of the knowledge for good. A request takes the current one at its
start and keeps it to its end, so a reload can never mix two editions in one answer. Edges know it
as `Answers`, the port that caches stand behind too.
"""

import datetime
from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeAlias

from lems_guard.answering import write
from lems_guard.answering.messages import parsed
from lems_guard.answering.prepared import Prepared
from lems_guard.answering.question import Questions, Terminology
from lems_guard.clinical.alert import Completeness, Screening, ScreeningRequest
from lems_guard.clinical.deadline import InTime, always
from lems_guard.clinical.medication import Disposition, Medication, Understood
from lems_guard.clinical.severity import Concern, Jurisdiction, Severity
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.screen import Screener
from lems_guard.v1 import prescription_pb2 as wire


class Tally(NamedTuple):
    """What metrics count of one answer.

    A finding by rule, severity and concern; an order that was not understood by the reason; a gap
    by its fact and the worst that this fact could bring.
    """

    outcome: str
    findings: tuple[tuple[str, Severity, Concern], ...]
    dispositions: tuple[tuple[Disposition, int], ...]
    unresolved: tuple[str, ...]
    gaps: tuple[tuple[str, Severity], ...]


class Answer(NamedTuple):
    """A serialised CheckPrescriptionResponse, what to count of it, and where it came from."""

    reply: bytes
    tally: Tally
    tier: str = "evaluated"


# Hears of each answer and of the seconds it took.
Observe: TypeAlias = Callable[[Answer, float], None]


class Answers(Protocol):
    """What edges ask, from any thread: an `Answerer`, or a cache in front of it."""

    def answer(self, raw: bytes, in_time: InTime = always) -> Answer:
        """The reply to a serialised CheckPrescriptionRequest.

        Raises `InvalidRequest`, or what `in_time` raises: it is asked order by order.
        """


DISPOSITIONS = tuple(Disposition)
OUTCOMES = ("avoid_or_worse", "incomplete", "below_avoid", "clear")


class Answerer:
    """Answers requests from one edition of knowledge and terminology. Pure but for `today`."""

    __slots__ = ("_prepared", "_screener", "knowledge", "question")

    def __init__(
        self,
        knowledge: KnowledgeBase,
        terminology: Terminology,
        screener: Screener,
        *,
        jurisdiction: Jurisdiction,
        country: str = "",
        today: Callable[[], datetime.date],
    ) -> None:
        """`jurisdiction`, `country` and `today` hold where a request does not say."""
        self.knowledge = knowledge
        self._screener = screener
        self._prepared = Prepared(knowledge)
        questions = Questions(
            terminology,
            self._prepared,
            knowledge.classes,
            jurisdiction=jurisdiction,
            country=country,
            today=today,
        )
        self.question = questions.of

    def answer(self, raw: bytes, in_time: InTime = always) -> Answer:
        """The reply to a serialised CheckPrescriptionRequest; raises as `Answers` do."""
        return self.answer_message(parsed(raw, wire.CheckPrescriptionRequest), in_time)

    def answer_message(
        self, message: wire.CheckPrescriptionRequest, in_time: InTime = always
    ) -> Answer:
        """The reply to a CheckPrescriptionRequest; raises as `Answers` do."""
        decision, request, notes, doubts, results = self.question(message, in_time)
        screening = self._screener.screen(request, self.knowledge, in_time)
        if notes or doubts:
            screening = screening.with_notes(notes).with_doubts(doubts)
        reply = write.reply(decision, request, results, screening, self._prepared)
        return Answer(reply, tally(request, screening))


def tally(request: ScreeningRequest, screening: Screening) -> Tally:
    """What of an answer is counted."""
    findings = [
        (finding.rule.id, finding.severity, finding.rule.concern)
        for alert in screening.alerts
        for finding in alert.findings
    ]
    found = [understood.disposition for _, understood in request.orders]
    unresolved = (
        tuple(
            unresolved_reason(order, understood)
            for order, understood in request.orders
            if understood.disposition is Disposition.UNRESOLVED
        )
        if Disposition.UNRESOLVED in found
        else ()
    )
    return Tally(
        outcome(screening),
        tuple(findings),
        tuple([(each, found.count(each)) for each in DISPOSITIONS if each in found]),
        unresolved,
        tuple([(gap.fact, gap.worst) for gap in screening.gaps]),
    )


def unresolved_reason(order: Medication, understood: Understood) -> str:
    """Why an order was not understood: one of the reasons that metrics tell apart."""
    if understood.suggestions:
        return "similar_name"
    if order.text:
        return "unknown_name"
    return "unknown_code" if order.codings else "nothing_sent"


def outcome(screening: Screening) -> str:
    """One of `OUTCOMES`; "clear" only when nothing was found and nothing grave is unknown."""
    if screening.alerts and screening.alerts[0].severity >= Severity.AVOID:
        return "avoid_or_worse"
    if screening.completeness is Completeness.INCOMPLETE or any(
        gap.worst is Severity.CONTRAINDICATED for gap in screening.gaps
    ):
        return "incomplete"
    return "below_avoid" if screening.alerts else "clear"
