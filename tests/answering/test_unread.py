"""What of the patient was not understood is named; what may change an alert is no whole check."""

import pytest

from answering.test_allergies import answerer
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import screening_pb2 as answered
from lems_guard.v1 import terms_pb2 as terms

YES, NO = terms.ANSWER_YES, terms.ANSWER_NO
COMPLETE, INCOMPLETE = terms.COMPLETENESS_COMPLETE, terms.COMPLETENESS_INCOMPLETE
ICD10CM = terms.CODE_SYSTEM_ICD10CM


def answer(patient: wire.Patient) -> answered.CheckPrescriptionResponse:
    patient.age_years = 60
    request = wire.CheckPrescriptionRequest(
        proposed=[wire.Medication(id="p", text="paracetamol 500 mg po tid")], patient=patient
    )
    reply = answerer().answer(request.SerializeToString()).reply
    return answered.CheckPrescriptionResponse.FromString(reply)


@pytest.mark.parametrize(
    ("display", "code", "known", "doubted", "completeness", "reason"),
    [
        ("Epilepsy, local code", "E-1", {}, True, INCOMPLETE, "a contraindication, unread"),
        ("Epilepsy", "G40.909", {}, False, COMPLETE, "its code was read"),
        ("Seizure disorder", "zzq", {"epilepsy": NO}, True, INCOMPLETE, "seizures are open"),
        ("Epilepsy", "zzq", {"epilepsy": YES}, False, COMPLETE, "answered already"),
        ("Epilepsy", "zzq", {"epilepsy": NO}, True, INCOMPLETE, "answer and words contradict"),
        ("Long QT syndrome", "zzq", {}, True, INCOMPLETE, "a risk, unread"),
        ("Family history of epilepsy", "zzq", {}, False, COMPLETE, "not the patient's"),
        ("No seizures", "zzq", {}, False, COMPLETE, "denied"),
        ("Hypertension", "I10", {}, False, COMPLETE, "no rule asks for it"),
        ("Lambert-Eaton syndrome", "zzq", {}, True, INCOMPLETE, "it was stated to be absent"),
    ],
)
def test_a_diagnosis_that_was_not_read_is_named(
    display: str, code: str, known: dict[str, int], doubted: bool, completeness: int, reason: str
) -> None:
    patient = wire.Patient(
        lems_status=terms.LEMS_STATUS_ABSENT
        if "Lambert" in display
        else terms.LEMS_STATUS_UNSPECIFIED,
        conditions=[wire.Coding(system=ICD10CM, code=code, display=display)],
        **known,  # type: ignore[arg-type]
    )
    response = answer(patient)
    assert [each.words for each in response.doubts] == [display] * doubted, reason
    assert all(each.field == "conditions" for each in response.doubts)
    assert response.completeness == completeness, reason


def test_an_allergy_that_was_not_understood_is_named() -> None:
    allergies = [wire.Allergy(text="zzqvx"), wire.Allergy(text="penicillin")]
    response = answer(wire.Patient(allergies=allergies))
    [doubt] = response.doubts
    assert (doubt.field, doubt.words) == ("allergies", "zzqvx")
    assert response.completeness == COMPLETE


def test_of_a_patient_who_was_understood_nothing_is_in_doubt() -> None:
    assert not answer(wire.Patient(seizure_history=NO)).doubts
