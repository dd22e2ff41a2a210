"""Orders whose drug is told by a reference alone, to a Medication that is not here."""

import re

from lems_guard.fhir.drugs import concept_in, reference_in
from lems_guard.fhir.record import Record
from lems_guard.fhir.shapes import text

MEDICATION = re.compile(r"Medication/[A-Za-z0-9.\-]{1,64}")


def nameless(record: Record, base: str) -> list[str]:
    """The Medications on a server by which alone some orders tell their drug.

    An order that gives the drug's words is read by them: a hospital calls for every patient, and
    its server is not asked for each drug of each.
    """
    names: dict[str, None] = {}
    for order in record.orders():
        reference = reference_in(order)
        if text(reference.get("display")) or concept_in(order):
            continue
        name = text(reference.get("reference")).removeprefix(f"{base}/")
        name = name.partition("/_history/")[0]
        if MEDICATION.fullmatch(name) and not record.shelf.find(name, order):
            names[name] = None
    return list(names)
