"""The contract's terms in the words that a pharmacist would use."""

import functools

from google.protobuf.descriptor import FieldDescriptor

from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

SEVERITIES = {
    terms.SEVERITY_CONTRAINDICATED: "CONTRAINDICATED",
    terms.SEVERITY_AVOID: "AVOID",
    terms.SEVERITY_CAUTION: "CAUTION",
    terms.SEVERITY_MONITOR: "MONITOR",
    terms.SEVERITY_INFORMATION: "INFORMATION",
}
STYLES = {
    terms.SEVERITY_CONTRAINDICATED: "bold white on red",
    terms.SEVERITY_AVOID: "bold red",
    terms.SEVERITY_CAUTION: "bold yellow",
    terms.SEVERITY_MONITOR: "cyan",
    terms.SEVERITY_INFORMATION: "dim",
}
LEMS = {
    terms.LEMS_STATUS_UNSPECIFIED: "LEMS",
    terms.LEMS_STATUS_CONFIRMED: "LEMS confirmed",
    terms.LEMS_STATUS_SUSPECTED: "LEMS suspected",
    terms.LEMS_STATUS_ABSENT: "LEMS excluded",
}
LISTS = {
    terms.MEDICATION_LIST_PROPOSED: "proposed",
    terms.MEDICATION_LIST_ACTIVE: "active",
    terms.MEDICATION_LIST_STOPPED: "stopped",
}
SYSTEMS = {
    terms.CODE_SYSTEM_RXNORM: "RxNorm",
    terms.CODE_SYSTEM_NDC: "NDC",
    terms.CODE_SYSTEM_ATC: "ATC",
    terms.CODE_SYSTEM_SNOMED_CT: "SNOMED CT",
    terms.CODE_SYSTEM_UNII: "UNII",
    terms.CODE_SYSTEM_ICD10CM: "ICD-10-CM",
    terms.CODE_SYSTEM_ICD10: "ICD-10",
    terms.CODE_SYSTEM_CVX: "CVX",
    terms.CODE_SYSTEM_ABSENT_UNKNOWN: "absent or unknown",
}
FACTS = {
    "age_years": "age",
    "weight_kg": "weight",
    "creatinine_clearance_ml_min": "creatinine clearance",
    "nat2_phenotype": "NAT2 phenotype",
    "hepatic_impairment": "liver function",
    "lems_status": "LEMS status",
    "on_dialysis": "dialysis",
    "planned_anaesthesia": "planned anaesthetic",
    "pregnant": "pregnancy",
    "congenital_long_qt": "congenital long QT",
    "aminopyridine_hypersensitivity": "reaction to an aminopyridine",
    "as_needed": "whether only when needed",
    "phase": "whether it starts or continues",
    "identity": "which drug is meant",
    "doses_per_day": "doses a day",
    "dose": "single dose",
    "single_dose_mg": "single dose",
    "daily_dose_mg": "daily dose",
    "combined_daily_dose_mg": "daily dose over both lists",
    "stopped_on": "day of the last dose",
    "days_since_stopped": "day of the last dose",
}
LONGEST_ORDER = 160
UNITS = {"age_years": "years", "weight_kg": "kg", "creatinine_clearance_ml_min": "mL/min"}


def fact_in_words(fact: str) -> str:
    """A fact's name as one would say it."""
    return FACTS.get(fact, fact.replace("_", " "))


def jurisdiction_in_words(jurisdiction: int) -> str:
    """Whose labels were applied."""
    return _short(terms.Jurisdiction.Name(jurisdiction), "JURISDICTION_")


@functools.cache
def concern_in_words(concern: int) -> str:
    """What a finding is worried about."""
    words = _short(terms.Concern.Name(concern), "CONCERN_").lower().replace("_", " ")
    return words.replace("qt ", "QT ")


def route_in_words(route: int) -> str:
    """A route; for none, that it is not known."""
    if route == terms.ROUTE_UNSPECIFIED:
        return "route not known"
    return _short(terms.Route.Name(route), "ROUTE_").lower().replace("_", " ")


def patient_in_words(patient: wire.Patient) -> list[str]:
    """Whom the answer is about: LEMS, then every fact that was sent."""
    known = [LEMS[patient.lems_status]]
    for field, value in patient.ListFields():
        if field.name == "conditions":
            known.append("diagnoses " + ", ".join(each.display or each.code for each in value))
        elif field.name == "allergies":
            known.append("allergies " + ", ".join(map(_allergy_in_words, value)))
        elif field.name == "birth_date":
            known.append(f"born {value}")
        elif field.name in UNITS:
            before = "CrCl " if field.name.startswith("creatinine") else ""
            known.append(f"{before}{value:g} {UNITS[field.name]}")
        elif field.name != "lems_status":
            known.append(f"{fact_in_words(field.name)}: {_choice(field, value)}")
    return known


def _allergy_in_words(allergy: wire.Allergy) -> str:
    words = allergy.text or " / ".join(each.display or each.code for each in allergy.codings)
    return "".join(letter if letter.isprintable() else " " for letter in words)


def _choice(field: FieldDescriptor, number: int) -> str:
    """The value of an enum field, such as "yes"; a number that it does not know, as it is."""
    choices = {
        each.number: each.name for each in (field.enum_type.values if field.enum_type else ())
    }
    return _short(
        choices.get(number, str(number)), choices.get(0, "")[: -len("UNSPECIFIED")]
    ).lower()


def order_in_words(medication: wire.Medication) -> str:
    """An order as it was sent: its text or codes, then what came in fields of its own."""
    parts = [medication.text or " / ".join(map(_coding_in_words, medication.codings))]
    if medication.dose.HasField("value"):
        parts.append(f"{medication.dose.value:g} {medication.dose.unit}")
    if medication.HasField("doses_per_day"):
        parts.append(f"{medication.doses_per_day:g}x/day")
    if medication.form_text:
        parts.append(medication.form_text)
    if medication.route:
        parts.append(route_in_words(medication.route))
    elif medication.route_text:
        parts.append(medication.route_text)
    # What was sent may hold line ends or a terminal's commands; a report shows only what is seen.
    words = "".join(letter if letter.isprintable() else " " for letter in " ".join(parts)).strip()
    if len(words) > LONGEST_ORDER:
        return f"{words[:LONGEST_ORDER]}… ({len(words)} characters)"
    return words or "(no words, no code)"


def _coding_in_words(coding: wire.Coding) -> str:
    return coding.display or f"{SYSTEMS.get(coding.system, 'code')} {coding.code}"


def _short(name: str, prefix: str) -> str:
    return name.removeprefix(prefix)
