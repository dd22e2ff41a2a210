"""Screening proper: look the candidate rules of each exposure up, judge them, gather alerts."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from lems_guard.clinical.alert import (
    Alert,
    Completeness,
    Exposure,
    Gap,
    Screening,
    ScreeningRequest,
    is_current,
)
from lems_guard.clinical.deadline import InTime, always
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import (
    Disposition,
    Medication,
    MedicationList,
    Phase,
    Understood,
)
from lems_guard.clinical.patient import LemsStatus, Patient
from lems_guard.clinical.rule import Rule, RuleKind
from lems_guard.clinical.severity import Concern, Severity
from lems_guard.screening.alerts import alert_of, told
from lems_guard.screening.alternatives import gap_of
from lems_guard.screening.collect import Collection
from lems_guard.screening.gaps import OpenQuestion, gaps_of
from lems_guard.screening.judge import SILENT, judge
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.partners import partners_of
from lems_guard.screening.situation import SUPERSEDED, Situation

# Completeness is about what is taken now; what a stopped drug leaves behind is said in words.
LEMS_ABSENT = "LEMS is stated to be absent: rules that need LEMS were not applied."
DIALYSIS_COUNTS = (
    "Dialysis YES beside a creatinine clearance of 15 mL/min or more: read as below 15,"
    " the clearance was not used."
)
# A week of a sedative or corticosteroid leaves nobody dependent on it: judgement.
SHORT_COURSE_DAYS = 7
STOPPED_UNKNOWN = (
    "A stopped medication was not understood: its withdrawal and residual effects were not checked."
)


# The fact that a doubt of a field leaves open, where it is called otherwise.
FACT_OF = {"drug": "identity", "as_needed": "expected_daily_maximum"}


class Screener(Protocol):
    """The one port on which everything else composes: caches and telemetry wrap it."""

    def screen(
        self, request: ScreeningRequest, knowledge: KnowledgeBase, in_time: InTime = always
    ) -> Screening:
        """Screen one patient's orders against one edition of the knowledge base."""


class Opinion(NamedTuple):
    """What the rules say of one drug: its alert, if any, and what they would have to know."""

    alert: Alert | None
    questions: tuple[OpenQuestion, ...]


class RuleScreener:
    """The screener: indexed by ingredient and class, so cost follows the list, not the rules."""

    def screen(
        self, request: ScreeningRequest, knowledge: KnowledgeBase, in_time: InTime = always
    ) -> Screening:
        """Judge only the rules that name a drug on the lists; raises as `in_time` does."""
        knowledge = knowledge.on(request.as_of)
        situation = Situation(request, knowledge)
        drugs = [drug for drug in situation.by_ingredient if drug in knowledge.candidates]
        opinions = [opinion_on(drug, situation, knowledge, in_time) for drug in drugs]
        return conclude(opinions, situation, knowledge)


def opinion_on(
    drug: str, situation: Situation, knowledge: KnowledgeBase, in_time: InTime
) -> Opinion:
    """Judge the rules that name a drug on each exposure to it."""
    collection = Collection(situation)
    jurisdiction = situation.request.jurisdiction
    for exposure in situation.by_ingredient[drug]:
        in_time()
        order_list = situation.order_of(exposure).list
        for rule, via, rows in knowledge.applicable(drug, jurisdiction, order_list):
            if not is_in_place(rule, exposure, situation):
                continue
            partners = partners_of(rule, exposure, situation) if rule.partners else None
            if partners or rule.partners is None:
                ruling = judge(rule, rows, exposure, situation, partners)
                if ruling is not SILENT:
                    collection.add(rule, via, exposure, partners, ruling)
    return opinion_of(drug, collection, situation)


def opinion_of(drug: str, collection: Collection, situation: Situation) -> Opinion:
    """What was collected on a drug."""
    findings = collection.findings()
    alert = alert_of(drug, findings, situation) if findings else None
    if not collection.questions:
        return Opinion(alert, ())
    least = least_asked(drug, alert, situation)
    return Opinion(alert, tuple(asked(collection.questions, least)))


def least_asked(drug: str, alert: Alert | None, situation: Situation) -> Severity:
    """How bad what a fact of the patient may bring must be, to be asked for.

    It must raise the drug's alert to a level that is shown: below CAUTION an alert is one collapsed
    line. Where there is none, a new drug is asked about from there on; of one that is tolerated
    already only what would interrupt.
    """
    if alert is not None:
        worse = min(alert.severity + 1, Severity.CONTRAINDICATED)
        return Severity(max(worse, Severity.CAUTION))
    phases = [situation.facts_of(each)["phase"] for each in situation.by_ingredient[drug]]
    is_continued = all(phase is Phase.CONTINUE for phase in phases)
    return Severity.AVOID if is_continued else Severity.CAUTION


def asked(questions: Iterable[OpenQuestion], least: Severity) -> Iterator[OpenQuestion]:
    """The questions whose answer could show.

    What may be a contraindication is asked in any case, and of an order what may be seen.
    """
    for question in questions:
        enough = Severity.CAUTION if question.orders else least
        is_grave = question.worst is Severity.CONTRAINDICATED
        if question.worst >= enough or is_grave or question.fact == "identity":
            yield question


def is_in_place(rule: Rule, exposure: Exposure, situation: Situation) -> bool:
    """Whether the rule speaks for this diagnosis, and of this order rather than another."""
    if rule.needs_lems and situation.patient.lems_status is LemsStatus.ABSENT:
        return False
    return not (rule.kind in SUPERSEDED and _is_superseded(rule, exposure, situation))


def was_short(exposure: Exposure, situation: Situation) -> bool:
    """Whether an order was for some days at most: what ends as it was meant to was not stopped."""
    days = situation.request.orders[exposure.order][1].course_days
    return days is not None and days <= SHORT_COURSE_DAYS


def _is_superseded(rule: Rule, exposure: Exposure, situation: Situation) -> bool:
    """Whether the rule speaks of another order for the same drug instead of this one.

    A proposed order renews or changes the active one; what is still taken was not stopped, nor was
    what a drug of its class replaces.
    """
    is_end = rule.kind is RuleKind.STOP and rule.concern is Concern.ABRUPT_STOP
    if is_end and (was_short(exposure, situation) or situation.is_replaced(rule, exposure)):
        return True
    speaks_of_other = rule.kind is RuleKind.STOP or MedicationList.PROPOSED in rule.lists
    return speaks_of_other and situation.is_superseded(rule.kind, exposure) is True


def conclude(
    opinions: Sequence[Opinion], situation: Situation, knowledge: KnowledgeBase
) -> Screening:
    """Alerts, gaps, and how complete the check was."""
    alerts = [opinion.alert for opinion in opinions if opinion.alert]
    questions = [question for opinion in opinions for question in opinion.questions]
    findings = [finding for alert in alerts for finding in alert.findings]
    found = told(alerts, knowledge.cumulative, situation)
    orders = situation.request.orders
    gaps = (*gaps_of(questions, orders), *gap_of(findings, situation))
    return Screening(
        found,
        gaps,
        completeness_of(situation.request, found, gaps),
        notes_of(situation.request, knowledge),
    )


def completeness_of(
    request: ScreeningRequest, alerts: Iterable[Alert], gaps: Iterable[Gap]
) -> Completeness:
    """COMPLETE only when every current order was evaluated, and no doubt could change an alert."""
    current = [pair for pair in request.orders if is_current(pair[0].list)]
    if any(understood.disposition is not Disposition.EVALUATED for _, understood in current):
        return Completeness.INCOMPLETE
    doubtful = {
        (order.id, FACT_OF.get(doubt.field, doubt.field))
        for order, understood in current
        for doubt in understood.doubts
    }
    if doubtful and not doubtful.isdisjoint(_open_facts(alerts, gaps)):
        return Completeness.INCOMPLETE
    return Completeness.COMPLETE


def _open_facts(alerts: Iterable[Alert], gaps: Iterable[Gap]) -> Iterator[tuple[str, str]]:
    """Which facts of which orders an alert or a gap lacks."""
    for alert in alerts:
        for finding in alert.findings:
            yield from itertools.product(finding.medication_ids, finding.missing)
    for gap in gaps:
        yield from itertools.product(gap.medication_ids, [gap.fact])


def notes_of(request: ScreeningRequest, knowledge: KnowledgeBase) -> tuple[str, ...]:
    """What the reader must know of how the patient's facts were read."""
    notes = []
    if request.patient.lems_status is LemsStatus.ABSENT:
        notes.append(LEMS_ABSENT)
    if _contradicts_itself(request.patient):
        notes.append("Epilepsy YES and seizure history NO contradict each other: read as YES.")
    if _is_cleared_on_dialysis(request.patient):
        notes.append(DIALYSIS_COUNTS)
    if [order for order in request.orders if _is_stopped_and_not_understood(*order)]:
        notes.append(STOPPED_UNKNOWN)
    notes += [adjustment.words() for adjustment in knowledge.overlay]
    return tuple(notes)


def _is_stopped_and_not_understood(order: Medication, understood: Understood) -> bool:
    is_stopped = order.list is MedicationList.STOPPED
    return is_stopped and understood.disposition is Disposition.UNRESOLVED


def _is_cleared_on_dialysis(patient: Patient) -> bool:
    clearance = patient.creatinine_clearance_ml_min
    return patient.on_dialysis is YesNo.YES and clearance is not None and clearance.high >= 15


def _contradicts_itself(patient: Patient) -> bool:
    return patient.epilepsy is YesNo.YES and patient.seizure_history is YesNo.NO
