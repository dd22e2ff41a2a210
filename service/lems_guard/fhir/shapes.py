"""Reading JSON of unknown shape: each function gives what fits, and nothing where nothing does."""

import datetime
import math
import re
from typing import Any, TypeAlias

Json: TypeAlias = Any
Resource: TypeAlias = dict[str, Any]

# The addresses of HL7's code systems in any release.
HL7 = re.compile(r"https?://(?:terminology\.)?hl7\.org/", re.IGNORECASE)
# HL7's codes for how sure and how current a diagnosis or an allergy is, and how a drug is taken:
# hl7.org/fhir/valueset-condition-ver-status.html, -condition-clinical, -medication-statement-
# adherence, and their likes for allergies.
STATUSES = {
    "unconfirmed",
    "provisional",
    "differential",
    "confirmed",
    "refuted",
    "entered-in-error",
    "presumed",
    "active",
    "recurrence",
    "relapse",
    "inactive",
    "remission",
    "resolved",
    "taking",
    "not-taking",
    "on-hold",
    "stopped",
}


def obj(value: Json) -> Resource:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def objs(value: Json) -> list[Resource]:
    """The objects of a list; a single object counts as a list of one, as some systems send it."""
    if isinstance(value, dict):
        return [value]
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text(value: Json) -> str:
    """The text without blanks around it, or an empty one."""
    return value.strip() if isinstance(value, str) else ""


def number(value: Json) -> float | None:
    """The finite number, or `None`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def above_zero(value: Json) -> float | None:
    """The number, where it is finite and above zero."""
    found = number(value)
    return found if found is not None and found > 0 else None


def codings_in(concept: Json) -> list[Resource]:
    """The codings of a CodeableConcept that hold a code."""
    return [coding for coding in objs(obj(concept).get("coding")) if text(coding.get("code"))]


def words_of(concept: Json) -> str:
    """A CodeableConcept in words: its text, else the first display."""
    found = text(obj(concept).get("text"))
    if found:
        return found
    displays = (text(coding.get("display")) for coding in objs(obj(concept).get("coding")))
    return next((display for display in displays if display), "")


def is_unreadable(concept: Json) -> bool:
    """Whether a CodeableConcept was sent that says nothing, not even why it does not."""
    return bool(
        concept is not None
        and not words_of(concept)
        and not codings_in(concept)
        and "extension" not in obj(concept)
    )


def code_of(value: Json) -> str:
    """A status: the plain code of older releases, or that of a CodeableConcept.

    Sites put codes of their own beside those of HL7, and before them.
    """
    if isinstance(value, str):
        return value.strip().lower()
    coding = max(codings_in(value), key=_is_status, default={})
    return text(coding.get("code")).lower()


def _is_status(coding: Resource) -> tuple[bool, bool]:
    """How surely it is one: by HL7, and known; of those that are alike the first counts."""
    is_hl7 = HL7.match(text(coding.get("system"))) is not None
    is_known = text(coding.get("code")).lower() in STATUSES
    return is_hl7, is_known


def concepts(resource: Resource, *names: str) -> list[Resource]:
    """The CodeableConcepts under any of some names; R5 wraps them in `concept`."""
    found = [concept for name in names for concept in objs(resource.get(name))]
    return [obj(concept.get("concept")) if "concept" in concept else concept for concept in found]


def day_of(value: Json) -> datetime.date | None:
    """The day of a FHIR date or dateTime that names one."""
    try:
        return datetime.date.fromisoformat(text(value)[:10])
    except ValueError:
        return None


def release_of(resource: Resource) -> str:
    """The FHIR release whose shape a medication order has; R4 where nothing tells."""
    if resource.get("resourceType") in {"MedicationOrder", "MedicationPrescription"}:
        return "DSTU2"
    if "medication" in resource or "reason" in resource:
        return "R5"
    if "context" in resource or "agent" in obj(resource.get("requester")):
        return "STU3"
    parts = objs(resource.get("dosageInstruction"))
    if any("doseQuantity" in part or "doseRange" in part for part in parts):
        return "STU3"
    return "R4"
