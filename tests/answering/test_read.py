"""Requests are read whole or refused with every fault named."""

import datetime
import math

import pytest
from hypothesis import given

from lems_guard.answering.faults import faults_of
from lems_guard.answering.messages import parsed
from lems_guard.clinical.errors import InvalidRequest
from lems_guard.clinical.facts import Interval, YesNo
from lems_guard.clinical.medication import CodeSystem, MedicationList, Phase
from lems_guard.clinical.patient import LemsStatus
from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.v1 import prescription_pb2 as wire
from messages import (
    TODAY,
    messy_requests,
    order,
    reading,
    unknown_enum,
    with_order,
    with_patient,
)

MANY = [order(id=str(number)) for number in range(501)]


@pytest.mark.parametrize(
    ("message", "fields", "reason"),
    [
        (wire.CheckPrescriptionRequest(), ["proposed"], "nothing was sent to check"),
        (
            wire.CheckPrescriptionRequest(stopped=[order(id="")]),
            ["stopped[0].id"],
            "a stop alone is checked, by the same rules",
        ),
        (wire.CheckPrescriptionRequest(proposed=MANY), ["proposed"], "501 medications"),
        (
            wire.CheckPrescriptionRequest(proposed=MANY[:300], stopped=MANY[300:]),
            ["proposed"],
            "501 over all lists",
        ),
        (with_order(id=""), ["proposed[0].id"], "an alert could not name its order"),
        (
            wire.CheckPrescriptionRequest(proposed=[order()], active=[order()]),
            ["active[0].id"],
            "an id must name one order over all lists",
        ),
        (with_patient(weight_kg=-3), ["patient.weight_kg"], "nobody weighs -3 kg"),
        (with_patient(weight_kg=math.nan), ["patient.weight_kg"], "nor not a number"),
        (with_patient(weight_kg=0), ["patient.weight_kg"], "absent is not 0"),
        (
            with_patient(creatinine_clearance_ml_min=-1),
            ["patient.creatinine_clearance_ml_min"],
            "a clearance is not negative",
        ),
        (with_patient(age_years=131), ["patient.age_years"], "older than anybody"),
        (
            with_patient(age_years=61, birth_date="1965"),
            ["patient.age_years"],
            "two ages may disagree",
        ),
        (with_patient(birth_date="1965-13"), ["patient.birth_date"], "no thirteenth month"),
        (with_patient(birth_date="2027-01-01"), ["patient.birth_date"], "not born yet"),
        (with_patient(conditions=[wire.Coding()]), ["patient.conditions[0].code"], "no code"),
        (with_order(dose=wire.Dose(value=50)), ["proposed[0].dose.unit"], "50 of what?"),
        (
            with_order(dose=wire.Dose(value=0, unit="mg")),
            ["proposed[0].dose.value"],
            "a dose of nothing is a fault, not a fact",
        ),
        (with_order(doses_per_day=-1), ["proposed[0].doses_per_day"], "not -1 times a day"),
        (with_order(codings=[wire.Coding()]), ["proposed[0].codings[0].code"], "no code"),
        (
            wire.CheckPrescriptionRequest(proposed=[order()], as_of="21.11.2026"),
            ["as_of"],
            "dates are ISO",
        ),
        (
            wire.CheckPrescriptionRequest(proposed=[order()], as_of="20261121"),
            ["as_of"],
            "one way to write a date",
        ),
        (
            wire.CheckPrescriptionRequest(
                proposed=[order()], stopped=[order(id="s1", stopped_on="2026-02-30")]
            ),
            ["stopped[0].stopped_on"],
            "no 30 February",
        ),
        (
            wire.CheckPrescriptionRequest(
                proposed=[order()],
                stopped=[order(id="s1", stopped_on="2026-11-22")],
                as_of="2026-11-21",
            ),
            ["stopped[0].stopped_on"],
            "what ends tomorrow is still taken",
        ),
        (unknown_enum(5, 99), ["proposed[0].route"], "a route from a later contract"),
        (unknown_enum(9, 7), ["proposed[0].as_needed"], "an answer from a later contract"),
        (
            with_order(id="", dose=wire.Dose(value=-1), doses_per_day=0),
            [
                "proposed[0].id",
                "proposed[0].dose.unit",
                "proposed[0].dose.value",
                "proposed[0].doses_per_day",
            ],
            "all faults are told at once",
        ),
    ],
)
def test_every_fault_is_named(
    message: wire.CheckPrescriptionRequest, fields: list[str], reason: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        reading(message)
    assert [violation.field for violation in refused.value.violations] == fields, reason


def test_bytes_that_are_no_request_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="no CheckPrescriptionRequest"):
        parsed(b"\xff\xff\xff", wire.CheckPrescriptionRequest)


def test_a_full_request_is_read() -> None:
    message = wire.CheckPrescriptionRequest(
        patient=wire.Patient(birth_date="1965-03", weight_kg=70, seizure_history="ANSWER_NO"),
        proposed=[order(id="p2"), order(id="p1", route="ROUTE_ORAL", phase="PHASE_START")],
        active=[
            order(
                id="a1",
                dose=wire.Dose(value=20, unit="mg"),
                doses_per_day=4,
                codings=[wire.Coding(system="CODE_SYSTEM_RXNORM", code="2106338")],
            )
        ],
        stopped=[order(id="s1", stopped_on="2026-11-01")],
        jurisdiction="JURISDICTION_EU",
        as_of="2026-11-21",
    )
    prescription = reading(message)
    sent = [medication for medication, _ in prescription.orders]
    ids = [(medication.list, medication.id) for medication in sent]
    assert ids == [
        (MedicationList.PROPOSED, "p1"),
        (MedicationList.PROPOSED, "p2"),
        (MedicationList.ACTIVE, "a1"),
        (MedicationList.STOPPED, "s1"),
    ]
    first, _, active, stopped = sent
    assert (first.route, first.phase) == (Route.ORAL, Phase.START)
    assert active.dose is not None
    assert (active.dose.milligrams(), active.doses_per_day) == (20, 4)
    assert active.codings[0].system is CodeSystem.RXNORM
    assert stopped.stopped_on == datetime.date(2026, 11, 1)
    assert prescription.patient.age_years == Interval(61, 61)
    assert prescription.patient.seizure_history is YesNo.NO
    assert prescription.patient.epilepsy is None
    assert prescription.patient.lems_status is LemsStatus.CONFIRMED
    assert prescription.jurisdiction is Jurisdiction.EU


def test_what_is_not_sent_is_unknown_and_not_no() -> None:
    patient = reading(with_patient()).patient
    assert patient.weight_kg is None
    assert patient.seizure_history is None


@given(messy_requests())
def test_a_request_is_refused_exactly_when_a_fault_can_be_named(
    message: wire.CheckPrescriptionRequest,
) -> None:
    faults = faults_of(message, TODAY)
    if not faults:
        reading(message)
        return
    with pytest.raises(InvalidRequest) as refused:
        reading(message)
    assert refused.value.violations == faults
