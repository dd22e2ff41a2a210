"""Reading a request: the wire's messages to domain values.

The way of a sound request is short: each field is read once. Where anything is amiss the request
is handed to `faults`, which names every fault with its path; nothing unsound is ever screened.
"""

import datetime
import math
import operator
from collections.abc import Callable, Iterable
from typing import NamedTuple

from google.protobuf.message import DecodeError

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.errors import FieldViolation, InvalidRequest
from lems_guard.clinical.facts import Answer, Span
from lems_guard.clinical.medication import (
    CodeSystem,
    Coding,
    Indication,
    Medication,
    MedicationList,
    Phase,
)
from lems_guard.clinical.patient import (
    HepaticImpairment,
    LemsStatus,
    Nat2Phenotype,
    Patient,
    age_from_birth_date,
    day,
)
from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.grpc_api.faults import MOST_MEDICATIONS, OLDEST_YEARS, faults_of
from lems_guard.v1 import prescription_pb2 as wire

# By the wire's enum numbers; 0 is unspecified. A number that is not in the table is a fault.
ANSWERS = {0: None, **{each.value: each for each in Answer}}
PHASES = {0: None, **{each.value: each for each in Phase}}
ROUTES = {0: None, **{each.value: each for each in Route}}
SYSTEMS = {0: None, **{each.value: each for each in CodeSystem}}
JURISDICTIONS = {0: None, **{each.value: each for each in Jurisdiction}}
LEMS_STATUSES = {0: LemsStatus.CONFIRMED, **{each.value: each for each in LemsStatus}}
HEPATIC = {0: None, **{each.value: each for each in HepaticImpairment}}
NAT2 = {0: None, **{each.value: each for each in Nat2Phenotype}}

BELOW_ZERO = -math.ulp(0.0)
BY_ID = operator.attrgetter("id")

# The questions to be answered with yes or no: the patient's last fields, in their order.
ANSWERED = Patient.__slots__[Patient.__slots__.index("on_dialysis") :]
_answers = operator.attrgetter(*ANSWERED)


class Prescription(NamedTuple):
    """A request as read: nothing resolved yet. The orders are sorted by list, then id."""

    patient: Patient
    conditions: tuple[Coding, ...]
    orders: list[Medication]
    jurisdiction: Jurisdiction
    as_of: datetime.date


class _Unsound(Exception):
    """Something in the request is amiss; `faults` will say what."""


def parse(raw: bytes) -> wire.CheckPrescriptionRequest:
    """The message of some bytes; raises `InvalidRequest` when they are none."""
    try:
        return wire.CheckPrescriptionRequest.FromString(raw)
    except DecodeError:
        raise InvalidRequest(
            (FieldViolation("", "the bytes are no CheckPrescriptionRequest"),)
        ) from None


def read(
    message: wire.CheckPrescriptionRequest,
    jurisdiction: Jurisdiction,
    today: Callable[[], datetime.date],
) -> Prescription:
    """The prescription of a message, judged by default under `jurisdiction` and today.

    Raises `InvalidRequest` with every fault and its path.
    """
    try:
        return _read(message, jurisdiction, today)
    except (_Unsound, ValueError, KeyError):
        violations = faults_of(message, today())
        if not violations:
            raise
        raise InvalidRequest(violations) from None


def _read(
    message: wire.CheckPrescriptionRequest,
    jurisdiction: Jurisdiction,
    today: Callable[[], datetime.date],
) -> Prescription:
    as_of = day(message.as_of) if message.as_of else today()
    proposed = [_medication(each, MedicationList.PROPOSED) for each in message.proposed]
    active = [_medication(each, MedicationList.ACTIVE) for each in message.active]
    stopped = [_medication(each, MedicationList.STOPPED) for each in message.stopped]
    if any(each.stopped_on and each.stopped_on > as_of for each in stopped):
        raise _Unsound
    count = len(proposed) + len(active)
    distinct = len({order.id for orders in (proposed, active, stopped) for order in orders})
    if not count or count + len(stopped) > MOST_MEDICATIONS or distinct < count + len(stopped):
        raise _Unsound
    orders = sorted(proposed, key=BY_ID) + sorted(active, key=BY_ID) + sorted(stopped, key=BY_ID)
    return Prescription(
        _patient(message.patient, as_of) if message.HasField("patient") else Patient(),
        _codings(message.patient.conditions) if message.patient.conditions else (),
        orders,
        JURISDICTIONS[message.jurisdiction] or jurisdiction,
        as_of,
    )


def medication(message: wire.Medication) -> Medication:
    """One order outside a prescription, whose id may be empty; raises `InvalidRequest`."""
    named = wire.Medication()
    named.CopyFrom(message)
    named.id = message.id or "medication"
    today = datetime.date.min
    prescription = wire.CheckPrescriptionRequest(proposed=[named])
    try:
        return read(prescription, Jurisdiction.US, lambda: today).orders[0]
    except InvalidRequest as refused:
        raise InvalidRequest(
            tuple(
                each._replace(field=each.field.replace("proposed[0]", "medication", 1))
                for each in refused.violations
            )
        ) from None


def _medication(message: wire.Medication, medication_list: MedicationList) -> Medication:
    if not message.id:
        raise _Unsound
    stopped_on = None
    if medication_list is MedicationList.STOPPED and message.stopped_on:
        stopped_on = day(message.stopped_on)
    return Medication(
        message.id,
        medication_list,
        message.text,
        _codings(message.codings) if message.codings else (),
        message.form_text,
        ROUTES[message.route],
        message.route_text,
        _dose(message.dose) if message.HasField("dose") else None,
        _above_zero(message.doses_per_day) if message.HasField("doses_per_day") else None,
        ANSWERS[message.as_needed],
        PHASES[message.phase],
        _indication(message.indication) if message.HasField("indication") else None,
        stopped_on,
    )


def _dose(message: wire.Dose) -> Dose | None:
    if not message.HasField("value"):
        return None
    if not message.unit:
        raise _Unsound
    return Dose(_above_zero(message.value), message.unit)


def _indication(message: wire.Indication) -> Indication:
    return Indication(_codings(message.codings), message.text)


def _codings(messages: Iterable[wire.Coding]) -> tuple[Coding, ...]:
    """Sorted, since their order says nothing and must not change an answer."""
    codings = [Coding(SYSTEMS[each.system], each.code, each.display) for each in messages]
    for coding in codings:
        if not coding.code:
            raise _Unsound
    if len(codings) > 1:
        codings.sort(key=lambda coding: (coding.system or 0, coding.code, coding.display))
    return tuple(codings)


def _above_zero(number: float) -> float:
    if not 0 < number < math.inf:
        raise _Unsound
    return number


def _patient(message: wire.Patient, as_of: datetime.date) -> Patient:
    return Patient(
        LEMS_STATUSES[message.lems_status],
        _age(message, as_of),
        _number(message, "weight_kg", above=0),
        _number(message, "creatinine_clearance_ml_min", above=BELOW_ZERO),
        HEPATIC[message.hepatic_impairment],
        NAT2[message.nat2_phenotype],
        *[ANSWERS[number] for number in _answers(message)],
    )


def _number(message: wire.Patient, name: str, above: float) -> Span | None:
    if not message.HasField(name):
        return None
    number = getattr(message, name)
    if not above < number < math.inf:
        raise _Unsound
    return Span(number, number)


def _age(message: wire.Patient, as_of: datetime.date) -> Span | None:
    if message.HasField("age_years"):
        if message.birth_date or not 0 <= message.age_years <= OLDEST_YEARS:
            raise _Unsound
        return Span(message.age_years, message.age_years)
    if not message.birth_date:
        return None
    age = age_from_birth_date(message.birth_date, as_of)
    if not 0 <= age.high <= OLDEST_YEARS:
        raise _Unsound
    return Span(max(age.low, 0), age.high)
