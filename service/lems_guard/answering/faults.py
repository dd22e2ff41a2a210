"""Everything that is wrong with a request, each with its path and what to send instead.

Only asked when reading has failed, so it may be thorough. No description holds what was sent.
"""

import datetime
import math
from collections.abc import Iterable, Iterator

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from lems_guard.answering.bounds import (
    LONGEST_WORDS,
    MOST,
    MOST_FIELDS,
    MOST_MEDICATIONS,
    TOO_MANY_MEDICATIONS,
    at_most,
    of_codings,
    of_medication,
    of_words,
    too_many,
)
from lems_guard.clinical.country import COUNTRIES
from lems_guard.clinical.errors import FieldViolation
from lems_guard.clinical.patient import age_from_birth_date, day
from lems_guard.v1 import prescription_pb2 as wire

OLDEST_YEARS = 130
DATE = "a date as YYYY-MM-DD"
NO_ID = "every medication needs an id, unique over proposed, active and stopped"


def faults_of(
    request: wire.CheckPrescriptionRequest, today: datetime.date
) -> tuple[FieldViolation, ...]:
    """The faults of a request, those of the whole first, and `MOST_FAULTS` at most.

    A list that holds too many is not looked into.
    """
    if len(request.proposed) + len(request.active) + len(request.stopped) > MOST_MEDICATIONS:
        return (TOO_MANY_MEDICATIONS,)
    return at_most(_faults_of(request, _as_of(request, today)))


def _faults_of(
    request: wire.CheckPrescriptionRequest, as_of: datetime.date
) -> Iterator[FieldViolation]:
    if not request.proposed and not request.active and not request.stopped:
        yield FieldViolation(
            "proposed", "send at least one medication in proposed, active or stopped"
        )
    yield from _of_ids(request)
    yield from faults_of_enums(request, "")
    yield from _of_patient(request.patient, as_of)
    if request.as_of and not _is_day(request.as_of):
        yield FieldViolation("as_of", DATE)
    yield from faults_of_country(request.country)
    for name in ("proposed", "active", "stopped"):
        for index, medication in enumerate(getattr(request, name)):
            yield from _of_medication(medication, f"{name}[{index}]")
    for index, medication in enumerate(request.stopped):
        yield from _of_stop(medication.stopped_on, f"stopped[{index}]", as_of)


def faults_of_country(country: str) -> Iterator[FieldViolation]:
    """The fault of a country that is none."""
    if country and country.upper() not in COUNTRIES:
        yield FieldViolation("country", "two letters of ISO 3166-1, such as DE")


def _of_ids(request: wire.CheckPrescriptionRequest) -> Iterator[FieldViolation]:
    seen: dict[str, str] = {}
    for name in ("proposed", "active", "stopped"):
        for index, medication in enumerate(getattr(request, name)):
            path = f"{name}[{index}].id"
            if not medication.id:
                yield FieldViolation(path, f"missing: {NO_ID}")
            elif medication.id in seen:
                yield FieldViolation(path, f"the same as {seen[medication.id]}: {NO_ID}")
            seen.setdefault(medication.id, path)


def faults_of_enums(message: Message, prefix: str) -> Iterator[FieldViolation]:
    """Enum numbers that this version of the contract does not know, anywhere in a message."""
    for field, value in message.ListFields():
        values = value if field.is_repeated else (value,)
        if len(values) > MOST.get(field.name, MOST_FIELDS):
            continue
        for index, each in enumerate(values):
            path = f"{prefix}{field.name}[{index}]" if field.is_repeated else prefix + field.name
            if field.type == FieldDescriptor.TYPE_MESSAGE:
                yield from faults_of_enums(each, f"{path}.")
            elif field.enum_type and each not in field.enum_type.values_by_number:
                yield FieldViolation(path, f"no {field.enum_type.name} has this number")


def _of_medication(medication: wire.Medication, path: str) -> Iterator[FieldViolation]:
    yield from of_medication(medication, path)
    yield from _of_codings(medication.codings[: MOST["codings"]], f"{path}.codings")
    reasons = medication.indication.codings[: MOST["codings"]]
    yield from _of_codings(reasons, f"{path}.indication.codings")
    dose = medication.dose
    if dose.HasField("value"):
        if not dose.unit:
            yield FieldViolation(f"{path}.dose.unit", "a dose needs its unit, such as mg")
        if not 0 < dose.value < math.inf:
            yield FieldViolation(f"{path}.dose.value", "a number above 0")
    if medication.HasField("doses_per_day") and not 0 < medication.doses_per_day < math.inf:
        yield FieldViolation(f"{path}.doses_per_day", "a number above 0, such as 0.5 or 4")


def _of_stop(stopped_on: str, path: str, as_of: datetime.date) -> Iterator[FieldViolation]:
    if stopped_on and not _is_day(stopped_on):
        yield FieldViolation(f"{path}.stopped_on", DATE)
    elif stopped_on and day(stopped_on) > as_of:
        yield FieldViolation(
            f"{path}.stopped_on", "not after as_of: until it is stopped, send it in active"
        )


def _of_codings(codings: Iterable[wire.Coding], path: str) -> Iterator[FieldViolation]:
    for index, coding in enumerate(codings):
        if not coding.code:
            yield FieldViolation(f"{path}[{index}].code", "a coding needs its code")


def _of_patient(patient: wire.Patient, as_of: datetime.date) -> Iterator[FieldViolation]:
    yield from of_codings(patient.conditions, "conditions", "patient.conditions")
    yield from _of_codings(patient.conditions[: MOST["conditions"]], "patient.conditions")
    yield from of_allergies(patient)
    yield from _of_age(patient, as_of)
    if patient.HasField("weight_kg") and not 0 < patient.weight_kg < math.inf:
        yield FieldViolation("patient.weight_kg", "kilograms, above 0")
    clearance = "creatinine_clearance_ml_min"
    if patient.HasField(clearance) and not 0 <= patient.creatinine_clearance_ml_min < math.inf:
        yield FieldViolation(f"patient.{clearance}", "millilitres per minute, 0 or more")


def of_allergies(patient: wire.Patient) -> Iterator[FieldViolation]:
    """What of a patient's allergies is more, longer or emptier than is read."""
    if len(patient.allergies) > MOST["allergies"]:
        yield FieldViolation("patient.allergies", too_many("allergies"))
        return
    for index, each in enumerate(patient.allergies):
        path = f"patient.allergies[{index}]"
        yield from of_codings(each.codings, "codings", f"{path}.codings")
        yield from _of_codings(each.codings[: MOST["codings"]], f"{path}.codings")
        yield from of_words(each.text, LONGEST_WORDS, f"{path}.text")
        if not each.codings and not each.text.strip():
            yield FieldViolation(path, "an allergy needs codings or text")


def _of_age(patient: wire.Patient, as_of: datetime.date) -> Iterator[FieldViolation]:
    if patient.HasField("age_years"):
        if patient.birth_date:
            yield FieldViolation("patient.age_years", "send age_years or birth_date, not both")
        if not 0 <= patient.age_years <= OLDEST_YEARS:
            yield FieldViolation("patient.age_years", f"completed years, 0 to {OLDEST_YEARS}")
    elif patient.birth_date and not _is_birth_date(patient.birth_date, as_of):
        yield FieldViolation(
            "patient.birth_date",
            f"YYYY, YYYY-MM or YYYY-MM-DD, at most {OLDEST_YEARS} years before as_of",
        )


def _as_of(request: wire.CheckPrescriptionRequest, today: datetime.date) -> datetime.date:
    return day(request.as_of) if _is_day(request.as_of) else today


def _is_day(text: str) -> bool:
    try:
        day(text)
    except ValueError:
        return False
    return True


def _is_birth_date(text: str, as_of: datetime.date) -> bool:
    try:
        age = age_from_birth_date(text, as_of)
    except ValueError:
        return False
    return 0 <= age.high <= OLDEST_YEARS
