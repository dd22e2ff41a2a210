"""Hook calls as an order screen sends them: ten drafts, four drugs taken, all in prefetch.

Patients, measurements and ids are new in each call; the lines are those of a hospital's formulary,
the n-th most common ordered 1/n as often as the first.
"""

import itertools
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from benchmark.bodies import Ward, edition
from edges.order_entry.calling import LEMS, order, searchset, sign

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED_CT = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
DRAFTS, TAKEN, WATCHED = 10, 4, (1, 2, 3)
DRUGS = 500  # of each kind, named by rules and not
DOSES_MG = (5, 10, 20, 50, 100, 250, 500)
DIAGNOSES = ("I10", "E11.9", "K21.9", "M81.0")  # hypertension, diabetes, reflux, osteoporosis


class Stocked(NamedTuple):
    """One line of the formulary."""

    name: str
    milligrams: int
    times: int


class Hospital:
    """A formulary and its patients, with or without LEMS: the same ones every time."""

    def __init__(self, *, lems: bool) -> None:
        ward = Ward(7)
        self._chance = ward.chance
        self._lems = lems
        self._watched = self._stock(ward.watched)
        self._silent = self._stock(ward.silent)

    def bodies(self) -> Iterator[bytes]:
        """The bodies of order-sign calls, without end."""
        for number in itertools.count():
            yield json.dumps(self._call(f"p{number}")).encode()

    def _stock(self, names: list[str]) -> list[Stocked]:
        chance = self._chance
        return [
            Stocked(name, chance.choice(DOSES_MG), chance.choice((1, 2, 3)))
            for name in chance.sample(names, min(DRUGS, len(names)))
        ]

    def _drawn(self, lines: list[Stocked], number: int) -> list[Stocked]:
        """So many different lines."""
        weights = [1 / rank for rank in range(1, len(lines) + 1)]
        found: set[Stocked] = set()
        while len(found) < number:
            found.update(self._chance.choices(lines, weights, k=number - len(found)))
        return sorted(found)

    def _call(self, patient: str) -> dict[str, Any]:
        own = [Stocked("amifampridine", 20, 3)] if self._lems else []
        watched = self._drawn(self._watched, self._chance.choice(WATCHED))
        silent = self._drawn(self._silent, DRAFTS + TAKEN - len(own) - len(watched))
        lines = [*own, *silent, *watched]
        call = sign(*_orders(patient, "draft", lines[TAKEN:]))
        call["context"] |= {"patientId": patient, "encounterId": f"e-{patient}"}
        call["prefetch"] = self._prefetch(patient, lines[:TAKEN])
        return call

    def _prefetch(self, patient: str, taken: list[Stocked]) -> dict[str, Any]:
        chance = self._chance
        born = f"{chance.randint(1935, 2004)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        diagnoses = [_condition(code) for code in chance.sample(DIAGNOSES, 2)]
        weight = _observation("29463-7", chance.randint(45, 110), "kg")
        creatinine = _observation("2160-0", chance.randint(6, 14) / 10, "mg/dL")
        return {
            "patient": {"resourceType": "Patient", "id": patient, "birthDate": born},
            "conditions": searchset(*([LEMS] if self._lems else []), *diagnoses),
            "medications": searchset(*_orders(patient, "active", taken)),
            "statements": None,
            "allergies": None,
            "weight": searchset(weight),
            "creatinine": searchset(creatinine),
            "creatinineMolar": None,
            "clearance": None,
        }


def _orders(patient: str, status: str, lines: list[Stocked]) -> Iterator[dict[str, object]]:
    for index, line in enumerate(lines):
        code = edition().vocabulary.ingredients[line.name]
        coding = [{"system": RXNORM, "code": code, "display": line.name}] if code else []
        yield order(line.name, f"{patient}-{status}-{index}") | {
            "status": status,
            "medicationCodeableConcept": {"coding": coding, "text": line.name},
            "subject": {"reference": f"Patient/{patient}"},
            "authoredOn": "2026-11-21",
            "dosageInstruction": [_dosage(line)],
        }


def _dosage(line: Stocked) -> dict[str, Any]:
    route = {"system": SNOMED_CT, "code": "26643006", "display": "Oral route"}
    dose = {"value": line.milligrams, "unit": "mg", "system": UCUM, "code": "mg"}
    return {
        "timing": {"repeat": {"frequency": line.times, "period": 1, "periodUnit": "d"}},
        "route": {"coding": [route]},
        "doseAndRate": [{"doseQuantity": dose}],
    }


def _condition(code: str) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": code,
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": {"coding": [{"system": ICD10CM, "code": code}]},
    }


def _observation(code: str, value: float, unit: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": code,
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "effectiveDateTime": "2026-11-01",
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
    }
