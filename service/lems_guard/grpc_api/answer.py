"""The seam that every edge stands on: the bytes of a request in, the bytes of its reply out.

An `Answerer` holds one edition of the knowledge for good. A request takes the current one at its
start and keeps it to its end, so a reload can never mix two editions in one answer. Edges know it
as `Answers`, the port that caches stand behind too.
"""

import datetime
import hashlib
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeAlias

from google.protobuf.internal.containers import RepeatedCompositeFieldContainer

from lems_guard.clinical.alert import Completeness, Screening, ScreeningRequest
from lems_guard.clinical.medication import Coding, Disposition, Medication, Understood
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.severity import Concern, Jurisdiction, Severity
from lems_guard.grpc_api import read, write
from lems_guard.grpc_api.prepared import Prepared
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.screen import Screener
from lems_guard.v1 import prescription_pb2 as wire


class Terminology(Protocol):
    """What reads orders and diagnoses: words and codes in, ingredients and facts out."""

    def understand(self, medication: Medication, jurisdiction: Jurisdiction) -> Understood:
        """What one order holds; never raises."""

    def with_conditions(
        self, patient: Patient, conditions: tuple[Coding, ...]
    ) -> tuple[Patient, tuple[str, ...]]:
        """The patient with the facts that coded diagnoses tell, and what must be said of them."""


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
    """What edges ask: `Fresh` answers, or a cache in front of them."""

    async def answer(self, raw: bytes) -> Answer:
        """The reply to a serialised CheckPrescriptionRequest; raises `InvalidRequest`."""


class Question(NamedTuple):
    """A request as understood: what is screened, and what the answer must say besides."""

    decision: str
    request: ScreeningRequest
    notes: tuple[str, ...]


OUTCOMES = ("avoid_or_worse", "incomplete", "below_avoid", "clear")


class Answerer:
    """Answers requests from one edition of knowledge and terminology. Pure but for `today`."""

    __slots__ = ("_jurisdiction", "_prepared", "_screener", "_terminology", "_today", "knowledge")

    def __init__(
        self,
        knowledge: KnowledgeBase,
        terminology: Terminology,
        screener: Screener,
        *,
        jurisdiction: Jurisdiction,
        today: Callable[[], datetime.date],
    ) -> None:
        """`jurisdiction` and `today` hold where a request does not say."""
        self.knowledge = knowledge
        self._terminology = terminology
        self._screener = screener
        self._jurisdiction = jurisdiction
        self._today = today
        self._prepared = Prepared(knowledge)

    def answer(self, raw: bytes) -> Answer:
        """The reply to a serialised CheckPrescriptionRequest; raises `InvalidRequest`."""
        return self.answer_message(read.parse(raw))

    def answer_message(self, message: wire.CheckPrescriptionRequest) -> Answer:
        """The reply to a CheckPrescriptionRequest; raises `InvalidRequest`."""
        question = self.question(message)
        return self.conclude(question, self.screen(question.request))

    def question(self, message: wire.CheckPrescriptionRequest) -> Question:
        """What a request asks, as understood; raises `InvalidRequest`."""
        prescription = read.read(message, self._jurisdiction, self._today)
        request, notes = self._understood(prescription)
        return Question(decision_id(message, request, self.knowledge.digest), request, notes)

    def screen(self, request: ScreeningRequest) -> Screening:
        """The result for orders as understood."""
        return self._screener.screen(request, self.knowledge)

    def conclude(self, question: Question, screening: Screening) -> Answer:
        """The reply to a question, from the result for its orders."""
        decision, request, notes = question
        if notes:
            screening = screening.with_notes(notes)
        reply = write.reply(decision, request, screening, self._prepared)
        return Answer(reply, tally(request, screening))

    def _understood(
        self, prescription: read.Prescription
    ) -> tuple[ScreeningRequest, tuple[str, ...]]:
        patient, notes = self._terminology.with_conditions(
            prescription.patient, prescription.conditions
        )
        understand, jurisdiction = self._terminology.understand, prescription.jurisdiction
        orders = tuple([(order, understand(order, jurisdiction)) for order in prescription.orders])
        return ScreeningRequest(patient, orders, jurisdiction, prescription.as_of), notes


class Fresh:
    """Every answer worked out anew."""

    __slots__ = ("_answerer",)

    def __init__(self, answerer: Answerer) -> None:
        """Answer from one edition."""
        self._answerer = answerer

    async def answer(self, raw: bytes) -> Answer:
        """The reply to a serialised CheckPrescriptionRequest; raises `InvalidRequest`."""
        return self._answerer.answer(raw)


def decision_id(
    message: wire.CheckPrescriptionRequest, request: ScreeningRequest, digest: str
) -> str:
    """A hash of the request in canonical order, its day and jurisdiction, and the knowledge.

    Unkeyed, so that anyone can repeat it; equal for equal requests in any order of their lists.
    """
    pieces = [f"{digest}|{request.as_of}|{request.jurisdiction:d}".encode()]
    for part in canonical_parts(message, as_sent=not any(map(_has_order, request.orders))):
        pieces += (len(part).to_bytes(4), part)
    return hashlib.blake2b(b"".join(pieces), digest_size=16).hexdigest()


def canonical_parts(message: wire.CheckPrescriptionRequest, *, as_sent: bool) -> list[bytes]:
    """The patient and every medication serialised, lists sorted; counts keep the lists apart.

    `as_sent` tells that no medication has codings whose order could differ.
    """
    serialised = wire.Medication.SerializeToString if as_sent else _canonical
    parts = [_canonical_patient(message.patient)]
    for medications in (message.proposed, message.active, message.stopped):
        parts.append(len(medications).to_bytes(4))
        parts += sorted([serialised(each, deterministic=True) for each in medications])
    return parts


def _has_order(order: tuple[Medication, Understood]) -> bool:
    """Whether an order has several codings, which may come in any order."""
    medication, _ = order
    if len(medication.codings) > 1:
        return True
    return medication.indication is not None and len(medication.indication.codings) > 1


def _canonical_patient(patient: wire.Patient) -> bytes:
    if len(patient.conditions) > 1:
        copy = wire.Patient()
        copy.CopyFrom(patient)
        _sort_codings(copy.conditions)
        patient = copy
    return patient.SerializeToString(deterministic=True)


def _canonical(medication: wire.Medication, *, deterministic: bool) -> bytes:
    copy = wire.Medication()
    copy.CopyFrom(medication)
    _sort_codings(copy.codings)
    if medication.HasField("indication"):
        _sort_codings(copy.indication.codings)
    return copy.SerializeToString(deterministic=deterministic)


def _sort_codings(codings: RepeatedCompositeFieldContainer[wire.Coding]) -> None:
    codings.sort(key=lambda coding: (coding.system, coding.code, coding.display))


def tally(request: ScreeningRequest, screening: Screening) -> Tally:
    """What of an answer is counted."""
    findings = [
        (finding.rule.id, finding.severity, finding.rule.concern)
        for alert in screening.alerts
        for finding in alert.findings
    ]
    dispositions = Counter([understood.disposition for _, understood in request.orders])
    unresolved: tuple[str, ...] = ()
    if Disposition.UNRESOLVED in dispositions:
        unresolved = tuple(
            unresolved_reason(order, understood)
            for order, understood in request.orders
            if understood.disposition is Disposition.UNRESOLVED
        )
    return Tally(
        outcome(screening),
        tuple(findings),
        tuple(dispositions.items()),
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
