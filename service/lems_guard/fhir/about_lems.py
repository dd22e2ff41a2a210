"""What tells of LEMS once the orders of a record are understood: a diagnosis, or a drug for it."""

from collections.abc import Collection, Iterator

from lems_guard.clinical.patient import LemsStatus
from lems_guard.fhir.allergies import AMINOPYRIDINE
from lems_guard.fhir.diagnoses import Diagnoses
from lems_guard.fhir.lists import TOO_LONG
from lems_guard.fhir.patients import AMIFAMPRIDINE
from lems_guard.fhir.relevance import HAVE_LEMS
from lems_guard.v1 import screening_pb2 as wire

INFERRED = "LEMS is inferred from amifampridine on the medication list; no diagnosis was sent."
NOT_TOLD = (
    "No diagnosis of LEMS was sent, and no drug on the lists tells of it: rules that need LEMS "
    "were not applied, those of aminopyridines were."
)
MAY_BE_TOLD = (
    "No diagnosis of LEMS was sent, but an order that was not read may tell of it: rules that need "
    "LEMS were applied."
)
REFUTED = "The diagnosis of LEMS is recorded as refuted: rules that need LEMS were not applied."
SAID = {None: (INFERRED,), LemsStatus.ABSENT: (REFUTED,)}


def is_about_lems(
    diagnoses: Diagnoses, left_out: Collection[str], response: wire.CheckPrescriptionResponse
) -> bool:
    """Whether LEMS is diagnosed or suspected, or an aminopyridine stands on any list.

    What was left out because it was too long to be read may be one: then it is open, which counts.
    """
    if diagnoses.lems in HAVE_LEMS or TOO_LONG in left_out:
        return True
    return any(AMINOPYRIDINE in each.classes for each in _substances(response))


def is_lems_told(diagnoses: Diagnoses, response: wire.CheckPrescriptionResponse) -> bool:
    """Whether a diagnosis speaks of LEMS, be it to refute it, or a drug tells of it."""
    if diagnoses.lems is not None:
        return True
    return any(each.name in AMIFAMPRIDINE for each in _substances(response))


def is_no_lems(
    diagnoses: Diagnoses, left_out: Collection[str], response: wire.CheckPrescriptionResponse
) -> bool:
    """Whether nothing tells of LEMS, nor can what was too long to be read."""
    return not is_lems_told(diagnoses, response) and TOO_LONG not in left_out


def how_told(
    diagnoses: Diagnoses, left_out: Collection[str], response: wire.CheckPrescriptionResponse
) -> tuple[str, ...]:
    """What must be said of how it is known that the patient has LEMS; nothing where diagnosed."""
    if is_no_lems(diagnoses, left_out, response):
        return (NOT_TOLD,)
    if not is_lems_told(diagnoses, response):
        return (MAY_BE_TOLD,)
    return SAID.get(diagnoses.lems, ())


def _substances(response: wire.CheckPrescriptionResponse) -> Iterator[wire.Ingredient]:
    return (each for medication in response.medications for each in medication.ingredients)
