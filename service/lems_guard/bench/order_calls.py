"""Hook calls as an order screen sends them: ten orders, a patient of their own, no two alike.

A hospital writes a couple of thousand lines (drug, dose, frequency), a few of them all the time and
most of them seldom: here the n-th most common is ordered 1/n as often as the first. Patients, their
measurements and all ids are new in each call, so that only what truly recurs can be known again.
"""

import itertools
import json
import random
from collections.abc import Iterator
from typing import Any, NamedTuple

from lems_guard.editions.library import Edition

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED_CT = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
OWN_DRUG = "amifampridine"
ORDERS, TAKEN, OFFENDING = 10, 3, (1, 2, 3)
DRUGS, DOSES_EACH = 1000, 2
DOSES_MG = (5, 10, 20, 50, 100, 250, 500)
LEMS = "G70.80"
DIAGNOSES = {
    LEMS: "Lambert-Eaton syndrome",
    "I10": "hypertension",
    "E11.9": "type 2 diabetes",
    "E78.5": "hyperlipidaemia",
    "M81.0": "osteoporosis",
    "K21.9": "reflux",
}
OTHER_DIAGNOSES = [code for code in DIAGNOSES if code != LEMS]


class Stocked(NamedTuple):
    """One line of the formulary."""

    name: str
    rxcui: str
    milligrams: int
    times: int


class Hospital:
    """A formulary and its patients: the same ones every time."""

    def __init__(self, edition: Edition) -> None:
        """Stock drugs of an edition, those that its rules name and others."""
        self._chance = random.Random(7)  # noqa: S311  # the same calls every time
        drugs = sorted(edition.vocabulary.ingredients.items())
        stocked = self._chance.sample(drugs, min(DRUGS, len(drugs)))
        lines = [line for drug in stocked for line in self._lines(*drug)]
        self._named = self._weighted([each for each in lines if _is_named(each, edition)])
        self._silent = self._weighted([each for each in lines if not _is_named(each, edition)])
        own = edition.vocabulary.ingredients.get(OWN_DRUG, "")
        self._own = Stocked(OWN_DRUG, own, 20, 3)

    def calls(self) -> Iterator[bytes]:
        """The bodies of order-sign calls, without end."""
        for number in itertools.count():
            yield json.dumps(self._call(number)).encode()

    def _lines(self, name: str, rxcui: str) -> list[Stocked]:
        doses = self._chance.sample(DOSES_MG, DOSES_EACH)
        return [Stocked(name, rxcui, each, self._chance.choice((1, 2, 3))) for each in doses]

    def _weighted(self, lines: list[Stocked]) -> tuple[list[Stocked], list[float]]:
        """Lines, each with how often it is ordered together with all before it."""
        self._chance.shuffle(lines)
        return lines, list(itertools.accumulate(1 / rank for rank in range(1, len(lines) + 1)))

    def _drawn(self, among: tuple[list[Stocked], list[float]], number: int) -> list[Stocked]:
        """Some lines, no drug of them twice."""
        lines, weights = among
        found: dict[str, Stocked] = {}
        while len(found) < min(number, len({each.name for each in lines})):
            line = self._chance.choices(lines, cum_weights=weights)[0]
            found.setdefault(line.name, line)
        return list(found.values())

    def _call(self, number: int) -> dict[str, Any]:
        patient = f"p{number}"
        offending = self._chance.choice(OFFENDING)
        silent = self._drawn(self._silent, ORDERS - offending + TAKEN)
        drafts = self._drawn(self._named, offending) + silent[TAKEN:]
        self._chance.shuffle(drafts)
        return {
            "hook": "order-sign",
            "hookInstance": f"d1577c69-dfbe-44ad-ba6d-{number:012d}",
            "context": {
                "userId": f"Practitioner/{self._chance.randrange(200)}",
                "patientId": patient,
                "encounterId": f"e{number}",
                "draftOrders": _bundle(_orders(patient, "draft", drafts)),
            },
            "prefetch": self._prefetch(patient, [self._own, *silent[:TAKEN]]),
        }

    def _prefetch(self, patient: str, taken: list[Stocked]) -> dict[str, Any]:
        chance = self._chance
        born = f"{chance.randint(1935, 2004)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        return {
            "patient": {
                "resourceType": "Patient",
                "id": patient,
                "birthDate": born,
                "gender": chance.choice(("female", "male")),
            },
            "conditions": _bundle(
                _condition(patient, code) for code in (LEMS, chance.choice(OTHER_DIAGNOSES))
            ),
            "medications": _bundle(_orders(patient, "active", taken)),
            "statements": None,
            "allergies": None,
            "weight": _bundle([_observation(patient, "29463-7", chance.randint(45, 110), "kg")]),
            "creatinine": _bundle(
                [_observation(patient, "2160-0", chance.randint(6, 14) / 10, "mg/dL")]
            ),
            "creatinineMolar": None,
            "clearance": None,
        }


def _is_named(line: Stocked, edition: Edition) -> bool:
    return line.name in edition.knowledge.candidates


def _bundle(resources: Any) -> dict[str, Any]:  # noqa: ANN401 - any iterable of any JSON
    entries = [{"resource": each} for each in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries}


def _orders(patient: str, status: str, lines: list[Stocked]) -> Iterator[dict[str, Any]]:
    for index, line in enumerate(lines):
        coding = {"system": RXNORM, "code": line.rxcui, "display": line.name}
        yield {
            "resourceType": "MedicationRequest",
            "id": f"{patient}-{status}-{index}",
            "status": status,
            "intent": "order",
            "medicationCodeableConcept": {"coding": [coding], "text": line.name},
            "subject": {"reference": f"Patient/{patient}"},
            "encounter": {"reference": f"Encounter/{patient}"},
            "authoredOn": "2026-11-21",
            "requester": {"reference": "Practitioner/7"},
            "dosageInstruction": [_dosage(line)],
        }


def _dosage(line: Stocked) -> dict[str, Any]:
    route = {"system": SNOMED_CT, "code": "26643006", "display": "Oral route"}
    dose = {"value": line.milligrams, "unit": "mg", "system": UCUM, "code": "mg"}
    return {
        "text": f"{line.milligrams} mg by mouth, times a day: {line.times}",
        "timing": {"repeat": {"frequency": line.times, "period": 1, "periodUnit": "d"}},
        "route": {"coding": [route]},
        "doseAndRate": [{"doseQuantity": dose}],
    }


def _condition(patient: str, code: str) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": f"{patient}-{code}",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "code": {"coding": [{"system": ICD10CM, "code": code}], "text": DIAGNOSES[code]},
    }


def _observation(patient: str, code: str, value: float, unit: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"{patient}-{code}",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": "2026-11-01",
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
    }
