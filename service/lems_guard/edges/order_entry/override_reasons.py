"""Why an alert may be overridden: what is offered, and what is understood when it comes back."""

from lems_guard.clinical.outcome import OverrideReason
from lems_guard.edges.order_entry.card_shapes import Coding
from lems_guard.edges.order_entry.hooks import ReasonCoding

SYSTEM = "urn:lems-guard:override-reason"
DISPLAYS = {
    OverrideReason.BENEFIT_OUTWEIGHS_RISK: "The benefit outweighs the risk",
    OverrideReason.NO_ALTERNATIVE: "There is no suitable alternative",
    OverrideReason.EMERGENCY: "Needed now: an emergency",
    OverrideReason.WILL_MONITOR: "The patient will be monitored",
    OverrideReason.DOSE_ADJUSTED: "The dose was adjusted",
    OverrideReason.TOLERATED_BEFORE: "It was tolerated before",
    OverrideReason.SPECIALIST_ADVISED: "A specialist advised it",
    OverrideReason.ALREADY_KNOWN: "Known already, and taken into account",
    OverrideReason.PATIENT_DATA_WRONG: "The patient's data are wrong or out of date",
    OverrideReason.NOT_RELEVANT: "Does not apply to this patient",
    OverrideReason.OTHER: "Another reason",
}
# Codes of HL7's http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes (CDS Hooks 3.0)
# that a client may send in place of ours.
HL7_CODES = {
    "patient-ineligible": OverrideReason.NOT_RELEVANT,
    "action-performed-no-adverse-effect": OverrideReason.TOLERATED_BEFORE,
    "risk-benefit-ratio": OverrideReason.BENEFIT_OUTWEIGHS_RISK,
    "mitigate-risk-negative-outcome": OverrideReason.WILL_MONITOR,
}


def code(reason: OverrideReason) -> str:
    """Our code of a reason: `NO_ALTERNATIVE` → "no-alternative"."""
    return reason.name.lower().replace("_", "-")


OFFERED = [Coding(SYSTEM, code(reason), display) for reason, display in DISPLAYS.items()]
OWN_CODES = {code(reason): reason for reason in OverrideReason}


def reason_of(coding: ReasonCoding | None) -> OverrideReason | None:
    """The reason that a coding stands for; a code that is not known is another reason."""
    if coding is None:
        return None
    known = OWN_CODES if coding.system in {"", SYSTEM} else HL7_CODES
    return known.get(coding.code, OverrideReason.OTHER)
