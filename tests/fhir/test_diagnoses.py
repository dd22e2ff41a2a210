"""Diagnoses are heard in every system that has a code for them, and in words."""

from typing import Any

import pytest

from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.patient import LemsStatus, Patient
from lems_guard.editions.library import Edition
from lems_guard.fhir.diagnoses import NOTHING_KNOWN, Diagnoses, DiagnosisReader
from lems_guard.fhir.diagnosis_codes import FACTS
from lems_guard.v1 import prescription_pb2 as wire

ICD9 = "http://hl7.org/fhir/sid/icd-9-cm"
ICD11 = "http://id.who.int/icd/release/11/mms"
SNOMED = "http://snomed.info/sct"
LOCAL = "urn:oid:1.2.3.4.5.6"
CONFIRMED, SUSPECTED = LemsStatus.CONFIRMED, LemsStatus.SUSPECTED


def read(edition: Edition, code: dict[str, Any], **members: object) -> Diagnoses:
    reader = DiagnosisReader(lambda told: edition.with_conditions(NOTHING_KNOWN, told)[0])
    return reader.read([{"resourceType": "Condition", "code": code, **members}])


def coded(system: str, code: str, display: str = "") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}]}


@pytest.mark.parametrize(
    ("system", "code", "status", "why"),
    [
        (ICD9, "358.30", CONFIRMED, "a problem list of before October 2015"),
        (ICD9, "35831", CONFIRMED, "in neoplastic disease, without its dot"),
        (f"{ICD9}/", "358.30", CONFIRMED, "a slash at its end"),
        ("http://hl7.org/fhir/sid/icd-9", "358.31", CONFIRMED, "as some systems name it"),
        ("urn:oid:2.16.840.1.113883.6.103", "358.30", CONFIRMED, "by its OID"),
        ("ICD9CM", "358.30", CONFIRMED, "by no address at all"),
        (ICD11, "8C62", CONFIRMED, "the newest release"),
        ("http://id.who.int/icd11/mms", "8C62", CONFIRMED, "as others name it"),
        ("http://www.orpha.net", "43393", CONFIRMED, "a registry of rare diseases"),
        ("https://www.orpha.net/ORDOcodes", "ORPHA:43393", CONFIRMED, "with its prefix"),
        ("urn:oid:2.16.840.1.113883.6.90", "G70.80", CONFIRMED, "ICD-10-CM by its OID"),
        ("2.16.840.1.113883.6.90", "G73.1", CONFIRMED, "without the scheme"),
        (ICD9, "358.00", None, "myasthenia gravis"),
        (ICD9, "358.1", None, "myasthenic syndromes of any cause"),
        (ICD11, "8C60", None, "myasthenia gravis"),
        ("http://www.orpha.net", "433930", None, "another disease"),
        (LOCAL, "43393", None, "a number of a hospital's own"),
    ],
)
def test_lems_by_code(
    edition: Edition, system: str, code: str, status: LemsStatus | None, why: str
) -> None:
    assert read(edition, coded(system, code)).lems is status, why


@pytest.mark.parametrize(
    ("code", "epilepsy", "seizure", "why"),
    [
        (coded(ICD9, "345.90"), True, False, "epilepsy of older records"),
        (coded(ICD9, "34511"), True, False, "without its dot"),
        (coded("http://hl7.org/fhir/sid/icd-9-proc", "34.51"), False, False, "an operation"),
        (coded(LOCAL, "E1", "Epilepsy"), True, False, "a local code with its words"),
        ({"text": "Seizure disorder"}, False, True, "words alone"),
        ({"text": "history of convulsions"}, False, True, "once is enough"),
        ({"text": "Epilepsie, fokal"}, True, False, "another language"),
        ({"text": "No epilepsy"}, False, False, "denied"),
        ({"text": "Family history of epilepsy and seizures"}, False, False, "another's"),
        ({"text": "Epilepsy in mother"}, False, False, "another's"),
        ({"text": "Seizure prophylaxis"}, False, False, "a precaution"),
        ({"text": "Non-epileptic attacks"}, False, False, "none"),
        ({"text": "On antiepileptic drugs for pain"}, False, False, "a part of a word"),
        ({"text": "No history of seizures"}, False, False, "denied"),
        ({"text": "No further seizures since 2019"}, False, True, "so there were some"),
    ],
)
def test_epilepsy_and_seizures(
    edition: Edition, code: dict[str, Any], epilepsy: bool, seizure: bool, why: str
) -> None:
    found = read(edition, code)
    assert ("epilepsy" in found.facts, "seizure_history" in found.facts) == (epilepsy, seizure), why


def test_epilepsy_that_is_over_is_a_history_of_seizures(edition: Edition) -> None:
    found = read(edition, {"text": "childhood epilepsy"}, clinicalStatus="resolved")
    assert found.facts == {"seizure_history"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("LEMS, risk of falls", "a risk of something else"),
        ("LEMS (mother informed)", "whose relative is told"),
        ("Screening for LEMS", "looked for is suspected"),
        ("LEMS / seizures", "beside another"),
    ],
)
def test_words_that_deny_seizures_do_not_deny_lems(edition: Edition, words: str, why: str) -> None:
    assert read(edition, {"text": words}).lems is SUSPECTED, why


@pytest.mark.parametrize(
    ("words", "long_qt", "asthma", "why"),
    [
        ("Congenital long QT syndrome", True, False, "amifampridine's EU label forbids it"),
        ("congenital prolonged QT", True, False, "the same in other words"),
        ("Romano-Ward syndrome", True, False, "one of its names"),
        ("Jervell and Lange-Nielsen syndrome", True, False, "another"),
        ("Acquired long QT syndrome", False, False, "a drug's, most often: it stays a question"),
        ("Long QT syndrome", False, False, "which one is not said"),
        ("No congenital long QT", False, False, "denied"),
        ("Family history of congenital long QT", False, False, "another's"),
        ("Uncontrolled asthma", False, True, "amifampridine's EU label forbids it"),
        ("poorly controlled allergic asthma", False, True, "the same in other words"),
        ("Asthma, not well controlled", False, True, "the same behind"),
        ("Well controlled asthma", False, False, "controlled"),
        ("Asthma", False, False, "whether it is controlled is not said"),
    ],
)
def test_what_the_eu_label_forbids_is_heard_in_words(
    edition: Edition, words: str, long_qt: bool, asthma: bool, why: str
) -> None:
    found = read(edition, {"text": words})
    told = ("congenital_long_qt" in found.facts, "uncontrolled_asthma" in found.facts)
    assert told == (long_qt, asthma), why


def test_asthma_that_is_over_forbids_nothing(edition: Edition) -> None:
    found = read(edition, {"text": "Uncontrolled asthma"}, clinicalStatus="resolved")
    assert not found.facts


@pytest.mark.parametrize(
    ("code", "told", "why"),
    [
        (coded(SNOMED, "254632001", ""), True, "its code"),
        ({"text": "Extensive stage small cell lung cancer"}, True, "words alone"),
        ({"text": "small-cell carcinoma of the lung"}, True, "in other words"),
        ({"text": "SCLC, limited stage"}, True, "abbreviated"),
        ({"text": "Non-small cell lung cancer"}, False, "the other kind"),
        ({"text": "non small cell lung carcinoma"}, False, "without a hyphen"),
        ({"text": "NSCLC"}, False, "abbreviated, the other kind"),
        ({"text": "No small cell lung cancer"}, False, "denied"),
        ({"text": "Screening for small cell lung cancer"}, False, "looked for"),
        ({"text": "Lung cancer"}, False, "of which kind is not said"),
    ],
)
def test_small_cell_lung_cancer(
    edition: Edition, code: dict[str, Any], told: bool, why: str
) -> None:
    conditions = read(edition, code).conditions
    patient, _ = edition.with_conditions(Patient(), conditions)
    assert (patient.small_cell_lung_cancer is YesNo.YES) is told, why


def test_each_fact_is_a_field_of_the_patient() -> None:
    """So that what a diagnosis affirms is set by its name."""
    assert {field.name for field in wire.Patient.DESCRIPTOR.fields} >= FACTS
