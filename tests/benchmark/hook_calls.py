"""Hook calls as an order screen sends them: ten drafts, four drugs taken, all in prefetch.

Patients, measurements and ids are new in each call; the lines are those of a hospital's formulary,
the n-th most common ordered 1/n as often as the first.
"""

import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from benchmark.bodies import Ward, edition

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED_CT = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
DRAFTS, TAKEN, WATCHED = 10, 4, (1, 2, 3)
DRUGS = 500  # of each kind, named by rules and not
DOSES_MG = (5, 10, 20, 50, 100, 250, 500)
LEMS = ("G70.80", "Lambert-Eaton syndrome")
DIAGNOSES = (("I10", "hypertension"), ("E11.9", "type 2 diabetes"), ("K21.9", "reflux"))


class Stocked(NamedTuple):
    """One line of the formulary."""

    name: str
    milligrams: int
    times: int


class Hospital:
    """A formulary and its patients: the same ones every time."""

    def __init__(self, *, lems: bool) -> None:
        """With or without LEMS among a patient's conditions."""
        self._ward = Ward(7)
        self._chance = self._ward.chance
        self._lems = lems
        self._watched = self._stock(self._ward.watched)
        self._silent = self._stock(self._ward.silent)

    def bodies(self) -> Iterator[bytes]:
        """The bodies of order-sign calls, without end."""
        for number in itertools.count():
            yield json.dumps(self._call(number)).encode()

    def _stock(self, names: list[str]) -> list[Stocked]:
        drugs = self._chance.sample(names, min(DRUGS, len(names)))
        return [Stocked(name, *self._dosed()) for name in drugs]

    def _dosed(self) -> tuple[int, int]:
        return self._chance.choice(DOSES_MG), self._chance.choice((1, 2, 3))

    def _drawn(self, lines: list[Stocked], number: int) -> list[Stocked]:
        """So many different lines."""
        weights = list(itertools.accumulate(1 / rank for rank in range(1, len(lines) + 1)))
        found: dict[str, Stocked] = {}
        while len(found) < number:
            line = self._chance.choices(lines, cum_weights=weights)[0]
            found[line.name] = line
        return list(found.values())

    def _call(self, number: int) -> dict[str, Any]:
        patient = f"p{number}"
        watched = self._drawn(self._watched, self._chance.choice(WATCHED))
        silent = self._drawn(self._silent, DRAFTS + TAKEN - len(watched) - self._lems)
        own = [Stocked("amifampridine", 20, 3)] if self._lems else []
        taken = [*own, *silent[: TAKEN - self._lems]]
        drafts = [*watched, *silent[TAKEN - self._lems :]]
        return {
            "hook": "order-sign",
            "hookInstance": f"d1577c69-dfbe-44ad-ba6d-{number:012d}",
            "context": {
                "userId": f"Practitioner/{self._chance.randrange(200)}",
                "patientId": patient,
                "encounterId": f"e{number}",
                "draftOrders": _bundle(_orders(patient, "draft", drafts)),
            },
            "prefetch": self._prefetch(patient, taken),
        }

    def _prefetch(self, patient: str, taken: list[Stocked]) -> dict[str, Any]:
        chance = self._chance
        born = f"{chance.randint(1935, 2004)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        diagnoses = [*([LEMS] if self._lems else []), *chance.sample(DIAGNOSES, 2)]
        return {
            "patient": {"resourceType": "Patient", "id": patient, "birthDate": born},
            "conditions": _bundle(_condition(patient, *each) for each in diagnoses),
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


def _bundle(resources: Iterable[dict[str, Any]]) -> dict[str, Any]:
    entries = [{"resource": each} for each in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries}


def _orders(patient: str, status: str, lines: list[Stocked]) -> Iterator[dict[str, Any]]:
    for index, line in enumerate(lines):
        code = edition().vocabulary.ingredients[line.name]
        coding = {"system": RXNORM, "code": code, "display": line.name}
        yield {
            "resourceType": "MedicationRequest",
            "id": f"{patient}-{status}-{index}",
            "status": status,
            "intent": "order",
            "medicationCodeableConcept": {"coding": [coding] if code else [], "text": line.name},
            "subject": {"reference": f"Patient/{patient}"},
            "authoredOn": "2026-11-21",
            "requester": {"reference": "Practitioner/7"},
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


def _condition(patient: str, code: str, words: str) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": f"{patient}-{code}",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "code": {"coding": [{"system": ICD10CM, "code": code}], "text": words},
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
