"""The closed table of facts that a rule may read, and the question that fills each one."""

import enum
from dataclasses import dataclass

from lems_guard.clinical.dose import DoseBasis
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.indication import Use
from lems_guard.clinical.medication import MedicationList, Phase
from lems_guard.clinical.patient import HepaticImpairment, LemsStatus, Nat2Phenotype
from lems_guard.clinical.severity import Jurisdiction


@dataclass(frozen=True, slots=True)
class FactSpec:
    """A fact's name, its kind (`None` for a number), whom it belongs to, and how to ask for it."""

    name: str
    choices: type[enum.IntEnum] | None
    of_order: bool
    ask: str


def _patient(name: str, choices: type[enum.IntEnum] | None, ask: str) -> FactSpec:
    return FactSpec(name, choices, False, ask)


def _order(name: str, choices: type[enum.IntEnum] | None, ask: str) -> FactSpec:
    return FactSpec(name, choices, True, ask)


FACTS: dict[str, FactSpec] = {
    spec.name: spec
    for spec in (
        _patient("jurisdiction", Jurisdiction, "Whose labels apply: US, EU or CH?"),
        _patient("lems_status", LemsStatus, "Is LEMS confirmed, suspected or excluded?"),
        _patient("age_years", None, "How old is the patient (birth date, or age in years)?"),
        _patient("weight_kg", None, "What does the patient weigh, in kg?"),
        _patient(
            "creatinine_clearance_ml_min",
            None,
            "What is the creatinine clearance (Cockcroft-Gault, mL/min)?",
        ),
        _patient(
            "hepatic_impairment",
            HepaticImpairment,
            "Is liver function impaired (none, mild, moderate, severe)?",
        ),
        _patient("nat2_phenotype", Nat2Phenotype, "Is the NAT2 phenotype known?"),
        _patient("on_dialysis", YesNo, "Is the patient on dialysis?"),
        _patient("seizure_history", YesNo, "Has the patient ever had a seizure?"),
        _patient("epilepsy", YesNo, "Does the patient have epilepsy?"),
        _patient("uncontrolled_asthma", YesNo, "Does the patient have uncontrolled asthma?"),
        _patient("congenital_long_qt", YesNo, "Is a congenital long QT syndrome known?"),
        _patient(
            "respiratory_compromise",
            YesNo,
            "Is breathing compromised (vital capacity or NIF low, or ventilatory support)?",
        ),
        _patient("ventilated", YesNo, "Is the patient mechanically ventilated?"),
        _patient("planned_anaesthesia", YesNo, "Is an anaesthetic planned?"),
        _patient("pregnant", YesNo, "Is the patient pregnant?"),
        _patient("breast_feeding", YesNo, "Is the patient breast-feeding?"),
        _patient(
            "aminopyridine_hypersensitivity",
            YesNo,
            "Has the patient ever reacted to an aminopyridine?",
        ),
        _patient("small_cell_lung_cancer", YesNo, "Has the patient small cell lung cancer?"),
        _order("list", MedicationList, "Is the order proposed, active or stopped?"),
        _order("phase", Phase, "Does the order start the treatment or continue it?"),
        _order("as_needed", YesNo, "Is the order to be taken only when needed?"),
        _order("route", None, "By which route is it given?"),
        _order("dose", None, "What is the single dose, in mg?"),
        _order("doses_per_day", None, "How many doses a day?"),
        _order("list_doses_per_day", None, "How many doses a day, over all orders of the list?"),
        _order(
            "expected_daily_maximum",
            None,
            "It is taken as needed: how many doses a day at most (sent as regular doses)?",
        ),
        _order("single_dose_mg", None, "What is the single dose, in mg?"),
        _order("single_dose_mg_per_kg", None, "What is the single dose, in mg per kg?"),
        _order("daily_dose_mg_per_kg", None, "What is the daily dose, in mg per kg?"),
        _order("daily_dose_mg", None, "What is the daily dose, in mg?"),
        _order("combined_daily_dose_mg", None, "What is the daily dose over both lists, in mg?"),
        _order("dose_step_mg", None, "By how many mg a day does the dose change?"),
        _order("days_since_last_step", None, "How many days ago did the dose taken now begin?"),
        _order(
            "dose_basis",
            DoseBasis,
            "Is the dose in mg of base, or of the phosphate (18.98 mg hold 10 mg of base)?",
        ),
        _order("other_product", YesNo, "Are these orders two products of the drug, or one?"),
        _order(
            "partner_phase", Phase, "Does the order for the other drug start it or continue it?"
        ),
        _order("partner_daily_dose_mg", None, "What is the daily dose of the other drug, in mg?"),
        _order("partner_indication", Use, "What is the other drug given for?"),
        _order("indication", Use, "What is it given for?"),
        _order("days_since_stopped", None, "On which date was it stopped?"),
        _order("stopped_on", None, "On which date was it stopped?"),
        _order("identity", None, "Which product is meant, and what does it hold?"),
    )
}
