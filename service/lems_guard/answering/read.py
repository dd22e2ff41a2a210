"""Reading a request: the wire's messages to domain values.

The way of a sound request is short: each field is read once. Where anything is amiss, reading stops
with `Unsound`, `KeyError` or `ValueError` (`AMISS`), and the request is handed to `faults`, which
names every fault with its path; nothing unsound is ever screened.
"""

import datetime
import math
import operator
from collections.abc import Iterable

from lems_guard.answering.bounds import PLAIN_ORDER_BYTES, of_codings, of_medication
from lems_guard.answering.faults import OLDEST_YEARS, faults_of
from lems_guard.clinical.country import COUNTRIES
from lems_guard.clinical.dose import Dose
from lems_guard.clinical.errors import InvalidRequest
from lems_guard.clinical.facts import Interval, YesNo
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
from lems_guard.v1 import prescription_pb2 as wire

# By the wire's enum numbers; 0 is unspecified. A number that is not in the table is a fault.
ANSWERS = {0: None, **{each.value: each for each in YesNo}}
PHASES = {0: None, **{each.value: each for each in Phase}}
ROUTES = {0: None, **{each.value: each for each in Route}}
SYSTEMS = {0: None, **{each.value: each for each in CodeSystem}}
JURISDICTIONS = {0: None, **{each.value: each for each in Jurisdiction}}
LEMS_STATUSES = {0: LemsStatus.CONFIRMED, **{each.value: each for each in LemsStatus}}
HEPATIC = {0: None, **{each.value: each for each in HepaticImpairment}}
NAT2 = {0: None, **{each.value: each for each in Nat2Phenotype}}

BELOW_ZERO = -math.ulp(0.0)

# The questions to be answered with yes or no, in the order of the patient's fields; the last field
# is told by a diagnosis alone.
ANSWERED = Patient.__slots__[Patient.__slots__.index("on_dialysis") : -1]
_answers = operator.attrgetter(*ANSWERED)


class Unsound(Exception):
    """Something in the request is amiss; `faults` will say what."""


AMISS = (Unsound, KeyError, ValueError)


def country(sent: str) -> str:
    """A country in capital letters, or nothing; raises `Unsound` for what is none."""
    if not sent:
        return ""
    if sent.upper() not in COUNTRIES:
        raise Unsound
    return sent.upper()


def lone_order(message: wire.Medication) -> Medication:
    """One order outside a prescription, whose id may be empty; raises `InvalidRequest`."""
    try:
        return order(message, MedicationList.PROPOSED)
    except AMISS:
        named = wire.Medication()
        named.CopyFrom(message)
        named.id = message.id or "medication"
        prescription = wire.CheckPrescriptionRequest(proposed=[named])
        violations = faults_of(prescription, datetime.date.min)
        if not violations:
            raise
        raise InvalidRequest(
            tuple(
                each._replace(field=each.field.replace("proposed[0]", "medication", 1))
                for each in violations
            )
        ) from None


def order(message: wire.Medication, medication_list: MedicationList) -> Medication:
    """An order of a list, with or without an id; raises one of `AMISS`."""
    if message.ByteSize() > PLAIN_ORDER_BYTES and any(of_medication(message, "")):
        raise Unsound
    stopped_on = None
    if medication_list is MedicationList.STOPPED and message.stopped_on:
        stopped_on = day(message.stopped_on)
    return Medication(
        message.id,
        medication_list,
        message.text,
        codings(message.codings) if message.codings else (),
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
        raise Unsound
    return Dose(_above_zero(message.value), message.unit)


def _indication(message: wire.Indication) -> Indication:
    return Indication(codings(message.codings), message.text)


def codings(messages: Iterable[wire.Coding]) -> tuple[Coding, ...]:
    """Sorted, since their order says nothing and must not change an answer."""
    read = [Coding(SYSTEMS[each.system], each.code, each.display) for each in messages]
    for coding in read:
        if not coding.code:
            raise Unsound
    if len(read) > 1:
        read.sort(key=lambda coding: (coding.system or 0, coding.code, coding.display))
    return tuple(read)


def _above_zero(number: float) -> float:
    if not 0 < number < math.inf:
        raise Unsound
    return number


def conditions(message: wire.Patient) -> tuple[Coding, ...]:
    """The patient's diagnoses; raises one of `AMISS`."""
    if any(of_codings(message.conditions, "conditions", "")):
        raise Unsound
    return codings(message.conditions)


def patient(message: wire.Patient, as_of: datetime.date) -> Patient:
    """The patient on a day; raises one of `AMISS`."""
    return Patient(
        LEMS_STATUSES[message.lems_status],
        _age(message, as_of),
        _number(message, "weight_kg", above=0),
        _number(message, "creatinine_clearance_ml_min", above=BELOW_ZERO),
        HEPATIC[message.hepatic_impairment],
        NAT2[message.nat2_phenotype],
        *[ANSWERS[number] for number in _answers(message)],
    )


def _number(message: wire.Patient, name: str, above: float) -> Interval | None:
    if not message.HasField(name):
        return None
    number = getattr(message, name)
    if not above < number < math.inf:
        raise Unsound
    return Interval(number, number)


def _age(message: wire.Patient, as_of: datetime.date) -> Interval | None:
    if message.HasField("age_years"):
        if message.birth_date or not 0 <= message.age_years <= OLDEST_YEARS:
            raise Unsound
        return Interval(message.age_years, message.age_years)
    if not message.birth_date:
        return None
    age = age_from_birth_date(message.birth_date, as_of)
    if not 0 <= age.high <= OLDEST_YEARS:
        raise Unsound
    return Interval(max(age.low, 0), age.high)
