"""Synthetic networks: FHIR Bulk folders of 10³ to 10⁷ patients, seeded, as noisy as real ones.

`python -m cohort.networks FOLDER PATIENTS [--all-lems] [--seed N]` writes one (PYTHONPATH=tests).
Drugs come by how often they are ordered; texts are of the orders that the suite reads anyway.
"""

import argparse
import gzip
import json
import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NamedTuple

PREVALENCE = 3e-6
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
# Orders and how often, roughly as outpatient lists have them: most are of no concern in LEMS.
ORDERS = (
    ("atorvastatin 20 mg tablet", "1 tablet daily", 110),
    ("lisinopril 10 mg tablet", "1 tablet daily", 90),
    ("metformin 500 mg tablet", "1 tablet twice daily with meals", 85),
    ("amlodipine 5 mg tablet", "1 tablet daily", 70),
    ("omeprazole 20 mg capsule", "1 capsule daily before breakfast", 60),
    ("levothyroxine 50 mcg tablet", "1 tablet daily", 60),
    ("metoprolol tartrate 50 mg tablet", "1 tablet twice daily", 50),
    ("albuterol 90 mcg inhaler", "2 puffs every 6 hours as needed", 45),
    ("gabapentin 300 mg capsule", "1 capsule three times daily", 40),
    ("ciprofloxacin 500 mg tablet", "1 tablet twice daily for 7 days", 12),
    ("azithromycin 250 mg tablet", "2 tablets on day 1, then 1 daily", 12),
    ("bupropion XL 150 mg tablet", "1 tablet every morning", 12),
    ("prednisone 20 mg tablet", "1 tablet daily", 15),
    ("timolol 0.5% eye drops", "1 drop in each eye twice daily", 6),
    ("Zzyx-Forte 20 mg", "1 daily", 2),
)
# One order in so many is one of those that real systems wrote, odd as they are.
ODD = 20
WORLD = Path(__file__).parents[1] / "terminology" / "worlds_orders.tsv"
FIRDAPSE = ("Firdapse 10 mg tablet", "2 tablets four times daily")
DIAGNOSES = (("I10", "Hypertension"), ("E11.9", "Type 2 diabetes"), ("J45.909", "Asthma"))
LEMS = ("G70.80", "Lambert-Eaton syndrome, unspecified")
KINDS = ("Patient", "Condition", "MedicationRequest", "MedicationDispense", "AllergyIntolerance")
Resource = dict[str, Any]


class Shape(NamedTuple):
    """How a network looks. `lems` is the share of patients who have LEMS."""

    patients: int
    lems: float = PREVALENCE
    seed: int = 1
    noise: float = 0.02


def resources_of(shape: Shape) -> Iterator[Resource]:
    """All resources of a network, patient by patient; the same for the same shape."""
    chance = random.Random(shape.seed)  # noqa: S311  # the same network every time
    odd = [line.split("\t")[1] for line in WORLD.read_text("utf-8").splitlines()[1:]]
    orders = [each[:2] for each in ORDERS for _ in range(each[2])]
    orders += [(text, "") for text in chance.choices(odd, k=len(orders) // ODD)]
    for number in range(shape.patients):
        # At least one, so that a small network shows something.
        has_lems = chance.random() < shape.lems or number == shape.patients // 2
        yield from _person(f"p{number:08d}", chance, orders, has_lems=has_lems)


def _person(
    name: str, chance: random.Random, often: list[tuple[str, str]], *, has_lems: bool
) -> Iterator[Resource]:
    who = {"reference": f"Patient/{name}"}
    year = chance.randint(1935, 2005)
    yield {"resourceType": "Patient", "id": name, "birthDate": f"{year}-04-12"}
    diagnoses = chance.sample(DIAGNOSES, chance.randint(0, 2))
    # One in four is known by the drug alone.
    is_coded = has_lems and chance.random() < 0.75
    for index, (code, words) in enumerate([*diagnoses, *([LEMS] if is_coded else [])]):
        coding = {"system": ICD10CM, "code": code, "display": words}
        yield {
            "resourceType": "Condition",
            "id": f"{name}-c{index}",
            "subject": who,
            "code": {"coding": [coding]},
        }
    orders = chance.choices(often, k=chance.randint(0, 8))
    if has_lems:
        orders.append(FIRDAPSE)
    for index, order in enumerate(orders):
        yield from _order(f"{name}-m{index}", who, order, chance)


def _order(
    name: str, who: Resource, order: tuple[str, str], chance: random.Random
) -> Iterator[Resource]:
    drug, sig = order
    statuses = ("active", "active", "active", "active", "stopped", "entered-in-error")
    request: Resource = {
        "resourceType": "MedicationRequest",
        "id": name,
        "status": chance.choice(statuses),
        "intent": "order",
        "subject": who,
        "authoredOn": f"2026-{chance.randint(1, 11):02d}-03",
        "medicationCodeableConcept": {"text": drug},
        "dosageInstruction": [{"text": sig}] if sig else [],
    }
    yield request
    if chance.random() < 0.3:
        yield {
            "resourceType": "MedicationDispense",
            "id": f"{name}-d",
            "status": "completed",
            "subject": who,
            "authorizingPrescription": [{"reference": f"MedicationRequest/{name}"}],
            "medicationCodeableConcept": {"text": drug},
            "whenHandedOver": "2026-11-03",
            "daysSupply": {"value": 30},
        }


def lines_of(shape: Shape) -> Iterator[tuple[str, str]]:
    """The lines of a network by kind, with the noise of real exports: doubles, and broken lines."""
    chance = random.Random(shape.seed + 1)  # noqa: S311  # the same noise every time
    for resource in resources_of(shape):
        kind, line = resource["resourceType"], json.dumps(resource)
        yield kind, line
        if chance.random() < shape.noise:
            yield kind, line
        if chance.random() < shape.noise / 100:
            yield kind, line[: len(line) // 2]


def write_network(folder: Path, shape: Shape, *, packed: bool = False) -> None:
    """A network as a Bulk folder, a file for each kind."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        files = {kind: stack.enter_context(_file(folder, kind, packed=packed)) for kind in KINDS}
        for kind, line in lines_of(shape):
            files[kind].write(line + "\n")


def _file(folder: Path, kind: str, *, packed: bool) -> IO[str]:
    path = folder / f"{kind}.000.ndjson{'.gz' if packed else ''}"
    return gzip.open(path, "wt") if packed else path.open("w", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("patients", type=int)
    parser.add_argument("--all-lems", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    share = 1.0 if given.all_lems else PREVALENCE
    write_network(given.folder, Shape(given.patients, share, given.seed))


if __name__ == "__main__":
    main()
