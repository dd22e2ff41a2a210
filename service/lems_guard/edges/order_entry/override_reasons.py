"""Why an alert may be overridden: what is offered, and what is understood when it comes back."""

from collections.abc import Collection

from lems_guard.clinical.outcome import OverrideReason
from lems_guard.edges.order_entry.card_shapes import CardCoding
from lems_guard.edges.order_entry.hooks import ReasonCoding
from lems_guard.v1 import terms_pb2 as terms

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
# A list that is read: five at most, those that an order of the kind may be kept for.
USUAL = (
    OverrideReason.BENEFIT_OUTWEIGHS_RISK,
    OverrideReason.NO_ALTERNATIVE,
    OverrideReason.WILL_MONITOR,
    OverrideReason.TOLERATED_BEFORE,
    OverrideReason.EMERGENCY,
)
OF_THE_PATIENT = (
    OverrideReason.PATIENT_DATA_WRONG,
    OverrideReason.SPECIALIST_ADVISED,
    OverrideReason.BENEFIT_OUTWEIGHS_RISK,
    OverrideReason.WILL_MONITOR,
    OverrideReason.NOT_RELEVANT,
)
FITTING = {
    terms.CONCERN_SEIZURE: OF_THE_PATIENT,
    terms.CONCERN_CONTRAINDICATED_CONDITION: OF_THE_PATIENT,
    terms.CONCERN_LABEL: OF_THE_PATIENT,
    terms.CONCERN_ABRUPT_STOP: OF_THE_PATIENT,
    terms.CONCERN_RESPIRATORY_DEPRESSION: (
        OverrideReason.EMERGENCY,
        OverrideReason.WILL_MONITOR,
        OverrideReason.NO_ALTERNATIVE,
        OverrideReason.BENEFIT_OUTWEIGHS_RISK,
        OverrideReason.SPECIALIST_ADVISED,
    ),
    terms.CONCERN_ANAESTHESIA: (
        OverrideReason.EMERGENCY,
        OverrideReason.WILL_MONITOR,
        OverrideReason.NO_ALTERNATIVE,
        OverrideReason.ALREADY_KNOWN,
        OverrideReason.SPECIALIST_ADVISED,
    ),
    terms.CONCERN_DUPLICATE_THERAPY: (
        OverrideReason.ALREADY_KNOWN,
        OverrideReason.DOSE_ADJUSTED,
        OverrideReason.PATIENT_DATA_WRONG,
        OverrideReason.SPECIALIST_ADVISED,
        OverrideReason.NOT_RELEVANT,
    ),
    terms.CONCERN_DOSE: (
        OverrideReason.DOSE_ADJUSTED,
        OverrideReason.SPECIALIST_ADVISED,
        OverrideReason.TOLERATED_BEFORE,
        OverrideReason.WILL_MONITOR,
        OverrideReason.PATIENT_DATA_WRONG,
    ),
}
# HL7's code system of CDS Hooks 3.0, with its displays as they stand in HL7/cds-hooks at fb10ca7;
# where it has a code for a reason, that is offered and not ours.
HL7 = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
HL7_OFFERED = {
    OverrideReason.BENEFIT_OUTWEIGHS_RISK: CardCoding(
        HL7, "risk-benefit-ratio", "Recipient assessment of risk/benefit ratio"
    ),
    OverrideReason.WILL_MONITOR: CardCoding(
        HL7, "mitigate-risk-negative-outcome", "Action taken to mitigate risk of negative outcome"
    ),
    OverrideReason.TOLERATED_BEFORE: CardCoding(
        HL7,
        "action-performed-no-adverse-effect",
        "Intended action was performed previously without adverse effect",
    ),
    OverrideReason.SPECIALIST_ADVISED: CardCoding(
        HL7, "expert-contradicts", "Advice from expert contradicts the recommended action"
    ),
    OverrideReason.NOT_RELEVANT: CardCoding(
        HL7, "cds-not-applicable", "PC CDS does not apply to patient"
    ),
}
# What a client may send although it was not offered.
HL7_CODES = {each.code: reason for reason, each in HL7_OFFERED.items()} | {
    "patient-ineligible": OverrideReason.NOT_RELEVANT,
}
MOST_OFFERED = 5


def code(reason: OverrideReason) -> str:
    """Our code of a reason: `NO_ALTERNATIVE` → "no-alternative"."""
    return reason.name.lower().replace("_", "-")


OWN_CODES = {code(reason): reason for reason in OverrideReason}


def offered(
    concern: terms.Concern, of_the_site: Collection[OverrideReason] = ()
) -> list[CardCoding]:
    """The few reasons that fit a concern; for any other there is the comment.

    Of a site's own list those that fit are offered, or its first few where none does.
    """
    fitting: tuple[OverrideReason, ...] = FITTING.get(concern, USUAL)
    if of_the_site:
        fitting = tuple(each for each in of_the_site if each in fitting) or tuple(of_the_site)
    return [_coding(reason) for reason in fitting[:MOST_OFFERED]]


def _coding(reason: OverrideReason) -> CardCoding:
    return HL7_OFFERED.get(reason) or CardCoding(SYSTEM, code(reason), DISPLAYS[reason])


def reason_of(coding: ReasonCoding | None) -> OverrideReason | None:
    """The reason that a coding stands for; a code that is not known is another reason."""
    if coding is None:
        return None
    known = OWN_CODES if coding.system in {"", SYSTEM} else HL7_CODES
    return known.get(coding.code, OverrideReason.OTHER)
