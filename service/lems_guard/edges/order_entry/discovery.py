"""The services on offer: their ids are stable, since clients store them."""

import functools
from typing import Any, NamedTuple

import msgspec

from lems_guard import __version__

PATIENT = "Patient/{{context.patientId}}"
OF_PATIENT = "patient={{context.patientId}}"
LATEST = "_sort=-date&_count=1"

# What we need, as queries within the subset that CDS Hooks recommends for prefetch.
PREFETCH = {
    "patient": PATIENT,
    "conditions": f"Condition?{OF_PATIENT}",
    "medications": f"MedicationRequest?{OF_PATIENT}&status=active"
    "&_include=MedicationRequest:medication",
    "statements": f"MedicationStatement?{OF_PATIENT}&status=active"
    "&_include=MedicationStatement:medication",
    "allergies": f"AllergyIntolerance?{OF_PATIENT}",
    "weight": f"Observation?{OF_PATIENT}&code=http://loinc.org|29463-7&{LATEST}",
    "creatinine": f"Observation?{OF_PATIENT}&code=http://loinc.org|2160-0&{LATEST}",
    "creatinineMolar": f"Observation?{OF_PATIENT}&code=http://loinc.org|14682-9&{LATEST}",
    "clearance": f"Observation?{OF_PATIENT}&code=http://loinc.org|35591-7&{LATEST}",
}
# Those that tell whether the patient has LEMS or takes an aminopyridine: nothing else is asked for
# before that is known, and nothing else of anybody whom it does not concern.
TELLING = ("conditions", "medications", "statements")

REMEMBER = "cache-for-order-sign-filtering"
FILTER = "filter-out-repeated-alerts"


class Option(NamedTuple):
    """Something a client may switch on in a call, in the words of PDDI-CDS."""

    code: str
    name: str
    description: str


REMEMBERING = Option(
    REMEMBER,
    "Remember what was shown",
    "Remember the alerts of this call, so that order-sign can leave out what it would repeat.",
)
FILTERING = Option(
    FILTER,
    "Leave out repeated alerts",
    "Leave out alerts that the same clinician was shown for the same patient and encounter at "
    "order-select or an earlier refill, unchanged; they are counted and listed in the response's "
    "extension. A contraindication is always shown.",
)


class HookService(NamedTuple):
    """One CDS service. `orders` names the Bundle of the context that holds what is ordered."""

    id: str
    hook: str
    title: str
    description: str
    orders: str = ""
    options: tuple[Option, ...] = ()

    def described(self, own_id: str) -> dict[str, Any]:
        """The service as discovery shows it, under an id."""
        found: dict[str, Any] = {
            "hook": self.hook,
            "id": own_id,
            "version": __version__,
            "title": self.title,
            "description": self.description,
            "prefetch": PREFETCH,
            "usageRequirements": "Needs the patient's Conditions and active MedicationRequests, by "
            "prefetch or from a FHIR server that this site allows; answers 412 without them.",
        }
        if self.options:
            found["extension"] = {
                "pddi-configuration-items": [
                    {"type": "boolean", **option._asdict()} for option in self.options
                ]
            }
        return found


ABOUT = "for a patient with Lambert-Eaton myasthenic syndrome (LEMS)"
ORDER_SELECT = HookService(
    "lems-guard-order-select",
    "order-select",
    "LEMS medication safety: while ordering",
    f"Warns of drugs that worsen weakness or conflict with amifampridine, {ABOUT}, as soon as "
    "they are chosen.",
    "draftOrders",
    (REMEMBERING,),
)
ORDER_SIGN = HookService(
    "lems-guard-order-sign",
    "order-sign",
    "LEMS medication safety: before signing",
    f"Checks all orders that are about to be signed, {ABOUT}, against each other and against what "
    "is taken already.",
    "draftOrders",
    (FILTERING,),
)
PATIENT_VIEW = HookService(
    "lems-guard-patient-view",
    "patient-view",
    "LEMS medication safety: review",
    f"Reviews the active medication list {ABOUT}.",
)
MEDICATION_REFILL = HookService(
    "lems-guard-medication-refill",
    "medication-refill",
    "LEMS medication safety: refills",
    f"Checks refills {ABOUT}.",
    "medications",
    (REMEMBERING, FILTERING),
)
MEDICATION_VERIFY = HookService(
    "lems-guard-medication-verify",
    "medication-verify",
    "LEMS medication safety: before dispensing",
    f"Checks a signed order that a pharmacist is about to verify, {ABOUT}.",
    "medication",
)
SERVICES = {
    service.id: service
    for service in (ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW, MEDICATION_REFILL, MEDICATION_VERIFY)
}
# One id for all hooks: a client that shows a service's cards drops those of the hook before.
ONE_ID = "lems-guard"


def services_by_id(*, has_one_id: bool) -> dict[str, dict[str, HookService]]:
    """The services of each id by their hooks; the ids that clients may have stored stay."""
    found = {service.id: {service.hook: service} for service in SERVICES.values()}
    if has_one_id:
        found[ONE_ID] = {service.hook: service for service in SERVICES.values()}
    return found


@functools.lru_cache(256)
def discovery(*, has_one_id: bool, hooks: tuple[str, ...] = ()) -> bytes:
    """The services on offer, to one who may call some hooks only."""
    shown = [
        each.described(ONE_ID if has_one_id else own_id)
        for own_id, each in SERVICES.items()
        if not hooks or each.hook in hooks
    ]
    return msgspec.json.encode({"services": shown})
