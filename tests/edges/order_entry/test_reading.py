"""Reading FHIR, piece by piece."""

import datetime
from typing import Any

import pytest

from lems_guard.clinical.patient import LemsStatus, Patient
from lems_guard.edges.order_entry.card_ids import card_uuid, rules_of
from lems_guard.edges.order_entry.card_shapes import SUMMARY_LIMIT, plain, short
from lems_guard.editions.library import Edition
from lems_guard.fhir.codes import (
    MEASUREMENTS,
    PREGNANCY,
    ROUTES,
    code_system,
    means_pregnant,
)
from lems_guard.fhir.diagnoses import NOTHING_KNOWN, DiagnosisReader
from lems_guard.fhir.measurements import measured, renal_function
from lems_guard.fhir.shapes import code_of
from lems_guard.v1 import terms_pb2 as terms

TODAY = datetime.date(2026, 11, 21)


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("http://www.nlm.nih.gov/research/umls/rxnorm", terms.CODE_SYSTEM_RXNORM),
        ("https://www.nlm.nih.gov/research/umls/rxnorm/", terms.CODE_SYSTEM_RXNORM),
        ("urn:oid:2.16.840.1.113883.6.88", terms.CODE_SYSTEM_RXNORM),
        ("URN:OID:2.16.840.1.113883.6.69", terms.CODE_SYSTEM_NDC),
        ("http://hl7.org/fhir/sid/ndc", terms.CODE_SYSTEM_NDC),
        ("https://snomed.info/sct", terms.CODE_SYSTEM_SNOMED_CT),
        ("urn:oid:2.16.840.1.113883.6.96", terms.CODE_SYSTEM_SNOMED_CT),
        ("http://fdasis.nlm.nih.gov", terms.CODE_SYSTEM_UNII),
        ("http://hl7.org/fhir/sid/cvx", terms.CODE_SYSTEM_CVX),
        ("urn:oid:2.16.840.1.113883.12.292", terms.CODE_SYSTEM_CVX),
        (
            "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips",
            terms.CODE_SYSTEM_ABSENT_UNKNOWN,
        ),
        ("http://www.whocc.no/atc", terms.CODE_SYSTEM_ATC),
        ("http://hl7.org/fhir/sid/icd-10-cm", terms.CODE_SYSTEM_ICD10CM),
        ("http://hl7.org/fhir/sid/icd-10", terms.CODE_SYSTEM_ICD10),
        ("http://hl7.org/fhir/sid/icd-10-de", terms.CODE_SYSTEM_UNSPECIFIED),
        ("", terms.CODE_SYSTEM_UNSPECIFIED),
    ],
)
def test_code_systems_are_known_by_their_aliases(system: str, expected: int) -> None:
    assert code_system(system) == expected


def test_every_code_names_its_source() -> None:
    assert all(row.source for row in (*MEASUREMENTS, *ROUTES, *PREGNANCY))


def lab(
    code: str, value: object, unit: str, day: str = "2026-11-01", **more: object
) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "effectiveDateTime": day,
        "valueQuantity": {"value": value, "unit": unit},
        **more,
    }


PATIENT = {"birthDate": "1965-02-03", "gender": "female"}
INPUTS = (lab("29463-7", 70, "kg"), lab("2160-0", 1.8, "mg/dL"))


def test_cockcroft_gault_by_hand() -> None:
    """(140 - 61) x 70 / (72 x 1.8) x 0.85 = 36.3 mL/min."""
    found = renal_function(measured(INPUTS), PATIENT, TODAY)
    assert found is not None
    assert found.clearance == 36.3
    for said in ("computed by Cockcroft-Gault", "age 61", "70.0 kg", "female", "1.80 mg/dL"):
        assert said in found.how


def test_units_of_either_continent_agree() -> None:
    si = measured((lab("29463-7", 154.32, "[lb_av]"), lab("14682-9", 159.12, "umol/L")))
    assert si["weight"].value == pytest.approx(70, abs=0.01)
    assert si["creatinine"].value == pytest.approx(1.8)


@pytest.mark.parametrize(
    ("patient", "values"),
    [
        ({"birthDate": "1965-02-03"}, INPUTS),
        ({"birthDate": "1965-02-03", "gender": "other"}, INPUTS),
        ({"gender": "female"}, INPUTS),
        ({"birthDate": "2015-02-03", "gender": "female"}, INPUTS),
        ({"birthDate": "2065", "gender": "female"}, INPUTS),
        (PATIENT, INPUTS[:1]),
        (PATIENT, INPUTS[1:]),
        (PATIENT, (INPUTS[0], lab("2160-0", 1.8, "mg"))),
        (PATIENT, (INPUTS[0], lab("2160-0", 0, "mg/dL"))),
        (PATIENT, (INPUTS[0], lab("2160-0", 1.8, "mg/dL", status="entered-in-error"))),
        (PATIENT, (INPUTS[0], lab("33914-3", 40, "mL/min/{1.73_m2}"))),
    ],
)
def test_no_clearance_is_computed_from_less(
    patient: dict[str, Any], values: tuple[dict[str, Any], ...]
) -> None:
    assert renal_function(measured(values), patient, TODAY) is None


def test_a_reported_clearance_goes_first_and_the_latest_value_counts() -> None:
    values = measured(
        (*INPUTS, lab("35591-7", 50, "mL/min", "2026-01-01"), lab("35591-7", 40, "mL/min"))
    )
    found = renal_function(values, PATIENT, TODAY)
    assert found is not None
    assert (found.clearance, found.how) == (40, "")


def test_pregnancy_by_code() -> None:
    assert means_pregnant(terms.CODE_SYSTEM_SNOMED_CT, "77386006")
    assert means_pregnant(terms.CODE_SYSTEM_ICD10CM, "Z34.00")
    assert means_pregnant(terms.CODE_SYSTEM_ICD10CM, "z331")
    assert not means_pregnant(terms.CODE_SYSTEM_ICD10CM, "Z33.2")


def condition(verification: str = "", clinical: str = "", text: str = "LEMS") -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "code": {"text": text},
        "verificationStatus": verification,
        "clinicalStatus": clinical,
    }


@pytest.mark.parametrize(
    ("verification", "clinical", "status"),
    [
        ("", "", LemsStatus.SUSPECTED),
        ("confirmed", "active", LemsStatus.SUSPECTED),
        ("provisional", "", LemsStatus.SUSPECTED),
        ("differential", "active", LemsStatus.SUSPECTED),
        ("refuted", "", LemsStatus.ABSENT),
        ("entered-in-error", "", None),
        ("confirmed", "resolved", LemsStatus.SUSPECTED),
    ],
)
def test_lems_in_words_is_at_most_suspected(
    verification: str, clinical: str, status: LemsStatus | None
) -> None:
    def told(_: object) -> Patient:
        return Patient(lems_status=LemsStatus.ABSENT)

    reader = DiagnosisReader(told)
    assert reader.read([condition(verification, clinical)]).lems is status
    assert reader.read([condition(text="myasthenia gravis")]).lems is None


@pytest.mark.parametrize(
    ("words", "status", "why"),
    [
        ("LEMS", LemsStatus.SUSPECTED, "by its initials"),
        ("lems", LemsStatus.SUSPECTED, "in any case"),
        ("Paraneoplastic LEMS", LemsStatus.SUSPECTED, "with its cause"),
        ("LEMS, paraneoplastic", LemsStatus.SUSPECTED, "with its cause behind it"),
        ("MG/LEMS overlap", LemsStatus.SUSPECTED, "beside another"),
        ("Rule out LEMS", LemsStatus.SUSPECTED, "what is to be ruled out is suspected"),
        ("LEMS not ruled out", LemsStatus.SUSPECTED, "what is not ruled out is suspected"),
        ("LEMS without malignancy", LemsStatus.SUSPECTED, "something else is denied"),
        ("Lambert-Eaton syndrome, not otherwise specified", LemsStatus.SUSPECTED, "so too"),
        ("LEMS excluded in 2019; LEMS diagnosed in 2024", LemsStatus.SUSPECTED, "denied once only"),
        ("Eaton-Lambert syndrome", LemsStatus.SUSPECTED, "the names in another order"),
        ("No evidence of LEMS", None, "denied"),
        ("Myasthenia gravis, not LEMS", None, "denied"),
        ("LEMS ruled out", None, "denied behind it"),
        ("Lambert-Eaton syndrome has been excluded", None, "denied behind it"),
        ("Family history of LEMS", None, "another person's"),
        ("Skin problems", None, "only a part of a word"),
        ("Lemsip overdose", None, "only a part of a word"),
    ],
)
def test_lems_is_heard_in_words(words: str, status: LemsStatus | None, why: str) -> None:
    reader = DiagnosisReader(lambda _: Patient(lems_status=LemsStatus.ABSENT))
    assert reader.read([condition(text=words)]).lems is status, why


@pytest.mark.parametrize(
    ("coding", "status"),
    [
        ({"system": "urn:a-country:icd-10", "code": "G73.1"}, LemsStatus.SUSPECTED),
        ({"code": "g7080"}, LemsStatus.SUSPECTED),
        ({"system": "urn:a-country:icd-10", "code": "G73.1*"}, LemsStatus.SUSPECTED),
        ({"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "G73.1*"}, LemsStatus.CONFIRMED),
        ({"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "*"}, None),
        ({"code": "56989000"}, LemsStatus.SUSPECTED),
        ({"display": "Lambert-Eaton myasthenic syndrome"}, LemsStatus.SUSPECTED),
        ({"system": "urn:a-country:icd-10", "code": "G70.0"}, None),
        ({"system": "http://hl7.org/fhir/sid/icd-10", "code": "G73.1"}, LemsStatus.SUSPECTED),
        ({"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "G73.1"}, LemsStatus.CONFIRMED),
    ],
)
def test_lems_in_a_system_that_is_not_known_is_suspected(
    edition: Edition, coding: dict[str, Any], status: LemsStatus | None
) -> None:
    reader = DiagnosisReader(lambda told: edition.with_conditions(NOTHING_KNOWN, told)[0])
    assert reader.read([{"resourceType": "Condition", "code": {"coding": [coding]}}]).lems is status


VER_STATUS = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


def codings(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code} for system, code in pairs]}


@pytest.mark.parametrize(
    ("value", "code", "why"),
    [
        ("Completed ", "completed", "a plain code"),
        (codings(("urn:ehr", "7"), (VER_STATUS, "Refuted")), "refuted", "HL7's is the second"),
        (codings(("urn:ehr", "resolved"), (VER_STATUS, "confirmed")), "confirmed", "HL7's counts"),
        (codings(("urn:ehr", "7"), ("", "entered-in-error")), "entered-in-error", "it is known"),
        (codings(("urn:ehr", "7"), ("urn:ehr", "8")), "7", "none is known"),
        (codings(("urn:ehr", "7"), ("http://hl7.org/fhir/condition-ver-status", "refuted")),
         "refuted", "the address of older releases"),
        ({"text": "refuted"}, "", "words are no code"),
        ({}, "", "nothing"),
    ],
)  # fmt: skip
def test_a_status_is_told_by_the_coding_that_is_one(value: object, code: str, why: str) -> None:
    assert code_of(value) == code, why


def test_a_card_tells_its_rules_and_nothing_else() -> None:
    rules = [f"rule-{number}" for number in range(500)]
    card = card_uuid("call", "content", ["rule-7", "rule-9", "rule-11", "rule-13"])
    assert set(rules_of(card, rules)) == {"rule-7", "rule-9", "rule-11"}
    assert rules_of(card_uuid("call", "content", []), rules) == ()
    assert card != card_uuid("another", "content", ["rule-7", "rule-9", "rule-11", "rule-13"])


def test_summaries_stay_below_140_characters() -> None:
    for length in (1, 139, 140, 500):
        assert 0 < len(short("word " * length)) <= SUMMARY_LIMIT
        assert 0 < len(short("w" * length)) <= SUMMARY_LIMIT


def test_words_are_plain_in_markdown() -> None:
    assert plain("a <b> *c* [d](e) & `f`\n# g") == (r"a &lt;b&gt; \*c\* \[d\](e) &amp; \`f\` \# g")
    assert plain("at 12:30, 2.5 mg/d") == "at 12:30, 2.5 mg/d"
    assert plain("see https://x.example or WWW.y.example") == (
        r"see https:\//x.example or WWW\.y.example"
    )
