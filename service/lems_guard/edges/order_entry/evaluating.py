"""Evaluating a chart: the engine's answer, and the cards that are made of it. All of it is sync."""

import datetime
import time
from typing import NamedTuple

from lems_guard.answering.answer import Answer
from lems_guard.answering.in_words import JURISDICTIONS
from lems_guard.answering.spoken import read_as
from lems_guard.callers.profile import Profile
from lems_guard.clinical.deadline import InTime
from lems_guard.clinical.errors import InvalidRequest
from lems_guard.edges.order_entry.asking import Asked, asked_by
from lems_guard.edges.order_entry.card_ids import card_uuid
from lems_guard.edges.order_entry.card_shapes import TOPICS, Card, CardSource, CardStyle, short
from lems_guard.edges.order_entry.card_shapes import CardCoding as Topic
from lems_guard.edges.order_entry.cards import CardMaker, ShownCard, release
from lems_guard.edges.order_entry.chart import Chart
from lems_guard.edges.order_entry.discovery import ORDER_SELECT, HookService
from lems_guard.edges.order_entry.engine import Engine
from lems_guard.edges.order_entry.hooks import HookCall
from lems_guard.edges.order_entry.order_uses import OrderUses
from lems_guard.edges.order_entry.refusals import bad_request
from lems_guard.edges.order_entry.replacements import NOTHING_OFFERED, Replacements
from lems_guard.edges.order_entry.unchecked import questions_of, unchecked
from lems_guard.edges.order_entry.wording import CardWording
from lems_guard.fhir.about_lems import how_told, is_about_lems, is_no_lems
from lems_guard.fhir.detected_issue import IssueSubject
from lems_guard.screening.screen import LEMS_ABSENT
from lems_guard.v1 import prescription_pb2 as request_wire
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms


class Asking(NamedTuple):
    """A call of a service, and what is settled for its caller and by the site."""

    service: HookService
    call: HookCall
    profile: Profile
    style: CardStyle


class Evaluation(NamedTuple):
    """What is to be said: the cards of alerts, worst first, and those that no filter takes away.

    `answer` is the engine's, with the seconds it took; without any order there is none.
    """

    alerts: list[ShownCard]
    others: list[Card]
    answer: Answer | None
    seconds: float


def evaluation_of(
    engine: Engine,
    asking: Asking,
    chart: Chart,
    today: datetime.date,
    in_time: InTime,
) -> Evaluation | None:
    """What is to be said of a chart, or `None` where it is not about LEMS.

    Raises `Refusal`, or what `in_time` raises where nobody waits any more.
    """
    asked = asked_by(asking.call, asking.service, chart, engine.vocabulary, today)
    if asking.profile.jurisdiction:
        asked.request.jurisdiction = JURISDICTIONS[asking.profile.jurisdiction]
    asked.request.country = asking.profile.country
    begun = time.perf_counter()
    answer, response = screened(engine, asked, in_time)
    seconds = time.perf_counter() - begun
    if response is None:
        return None
    told = Conversation(engine, asked, response, asking, chart)
    return Evaluation(told.alerts(), told.others(), answer, seconds)


def screened(
    engine: Engine, asked: Asked, in_time: InTime
) -> tuple[Answer | None, wire.CheckPrescriptionResponse | None]:
    """The engine's answer and reply; no reply where it is not about LEMS.

    Without any order there is nothing that the engine could say.
    """
    request, diagnoses = asked.request, asked.person.diagnoses
    if not (request.proposed or request.active or request.stopped):
        nothing = wire.CheckPrescriptionResponse(completeness="COMPLETENESS_COMPLETE")
        return None, nothing if is_about_lems(diagnoses, asked.left_out, nothing) else None
    answer, response = _answered(engine, request, in_time)
    if not is_about_lems(diagnoses, asked.left_out, response):
        return None, None
    if is_no_lems(diagnoses, asked.left_out, response):
        request.patient.lems_status = terms.LEMS_STATUS_ABSENT
        answer, response = _answered(engine, request, in_time)
    return answer, response


def _answered(
    engine: Engine, request: request_wire.CheckPrescriptionRequest, in_time: InTime
) -> tuple[Answer, wire.CheckPrescriptionResponse]:
    try:
        answer = engine.answers.answer(request.SerializeToString(deterministic=True), in_time)
    except InvalidRequest as fault:
        raise bad_request("; ".join(each.description for each in fault.violations)) from None
    return answer, wire.CheckPrescriptionResponse.FromString(answer.reply)


class Conversation:
    """One patient, and all that is to be said to the one who orders."""

    def __init__(
        self,
        engine: Engine,
        asked: Asked,
        response: wire.CheckPrescriptionResponse,
        asking: Asking,
        chart: Chart,
    ) -> None:
        """Ready to tell."""
        call, self._least = asking.call, asking.profile.least
        self._service = asking.service
        names = {name: order.name for name, order in asked.orders.items()}
        self._engine = engine
        self._asked = asked
        self._response = response
        self._chart = chart
        self._call = f"{call.hook}|{call.hook_instance}"
        readings = {each.id: read_as(each) for each in response.medications}
        self._teller = CardWording(names, self._notes(), readings, needed=engine.needed)
        inferred = asked.person.diagnoses.lems is None
        patient, pages = f"Patient/{call.patient_id()}", asking.style.pages
        about = IssueSubject(release(asked), patient, inferred, names, pages)
        self._maker = CardMaker(
            asked,
            response,
            self._teller,
            self._call,
            about,
            asking.style._replace(indicators=asking.profile.indicators),
        )

    def _notes(self) -> tuple[str, ...]:
        """What bears on the answer as a whole."""
        asked, notes = self._asked, list(self._response.notes)
        about = asked.person.diagnoses, asked.left_out, self._response
        if is_no_lems(*about):
            notes = [note for note in notes if note != LEMS_ABSENT]
        said = how_told(*about)
        return (*said, *asked.person.notes, *notes)

    def alerts(self) -> list[ShownCard]:
        """The cards of alerts, worst first; those that ask for nothing share one."""
        alerts = [each for each in self._response.alerts if each.severity >= self._least]
        own = [alert for alert in alerts if self._maker.is_own(alert)]
        rest = [alert for alert in alerts if not self._maker.is_own(alert)]
        instead = self._replacements().offered(own, self._response)
        shown = [self._maker.own(alert, instead.get(alert.id, NOTHING_OFFERED)) for alert in own]
        return shown + ([self._maker.joined(rest)] if rest else [])

    def _replacements(self) -> Replacements:
        engine = self._engine

        def screen(
            request: request_wire.CheckPrescriptionRequest,
        ) -> wire.CheckPrescriptionResponse:
            answer = engine.answers.answer(request.SerializeToString(deterministic=True))
            return wire.CheckPrescriptionResponse.FromString(answer.reply)

        uses = OrderUses(engine.use_of, self._chart.record.of_kind("Condition"))
        return Replacements(engine, self._asked, uses, screen)

    def others(self) -> list[Card]:
        """The card of what was not checked; no filter ever takes it away."""
        asked, response = self._asked, self._response
        # While an order has no drug yet, there is nothing to ask about.
        is_begun = self._service is not ORDER_SELECT or bool(asked.focus)
        rules = self._engine.rules
        questions = questions_of(asked, response, rules, self._least) if is_begun else []
        found = unchecked(asked, response, self._chart, self._teller, questions)
        if found is None:
            return []
        topic = Topic(TOPICS, "not-checked", "not checked")
        version = self._engine.knowledge.version
        return [
            Card(
                card_uuid(self._call, f"{found.summary}\n{found.detail}", ()),
                short(found.summary),
                found.indicator,
                CardSource(f"LEMS Guard, knowledge base {version}", topic),
                found.detail,
            )
        ]
