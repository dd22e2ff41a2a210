"""Every row of the clinical table that the rules began with is accounted for.

`mapping.tsv` carries those rows. Each is screened with the real rules: the drug as a new order by
each route of the row, in a patient without other risks, beside amifampridine where the concern
needs it. What the rules say of that concern must be what the file says they say; where this differs
from the severity that the table proposed, the file says why.
"""

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from builders import Order, order, request
from lems_guard.clinical.facts import Interval, YesNo
from lems_guard.clinical.medication import MedicationList, Phase
from lems_guard.clinical.patient import HepaticImpairment, Nat2Phenotype, Patient
from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import Concern, Jurisdiction, Severity
from lems_guard.editions.library import Edition, browse_edition, packaged_rules
from lems_guard.screening.screen import RuleScreener

MAPPING = Path(__file__).parent / "mapping.tsv"
ROWS_OF_THE_TABLE = 1060
NOTHING = "NONE"

CONCERNS = {
    "nm_weakness": Concern.NEUROMUSCULAR_WEAKNESS,
    "seizure": Concern.SEIZURE,
    "respiratory": Concern.RESPIRATORY_DEPRESSION,
    "qt": Concern.QT_PROLONGATION,
    "cholinergic": Concern.CHOLINERGIC,
    "anaesthesia": Concern.ANAESTHESIA,
    "duplicate": Concern.DUPLICATE_THERAPY,
    "label_eu": Concern.LABEL,
}
BESIDE_AMIFAMPRIDINE = frozenset({"seizure", "qt", "cholinergic", "duplicate", "label_eu"})
PATIENT = Patient(
    age_years=Interval(61, 61),
    weight_kg=Interval(70, 70),
    creatinine_clearance_ml_min=Interval(100, 100),
    hepatic_impairment=HepaticImpairment.NONE,
    nat2_phenotype=Nat2Phenotype.RAPID,
    seizure_history=YesNo.NO,
    epilepsy=YesNo.NO,
    uncontrolled_asthma=YesNo.NO,
    congenital_long_qt=YesNo.NO,
    respiratory_compromise=YesNo.NO,
    planned_anaesthesia=YesNo.NO,
    pregnant=YesNo.NO,
    aminopyridine_hypersensitivity=YesNo.NO,
)
# An antiseizure drug is a question only while nobody has answered it.
NOT_ASKED = replace(PATIENT, seizure_history=None, epilepsy=None)


class Mapped(NamedTuple):
    """One row of the table, how it is screened, what the rules give and why that may differ."""

    rule_class: str
    ingredient: str
    route_scope: str
    concern: str
    severity: str
    screened_as: str
    routes: str
    jurisdiction: str
    dose_mg: str
    gives: str
    rules: str
    because: str


class Given(NamedTuple):
    """The worst severity that the rules give for a concern, and which rules speak of it."""

    severity: str
    rules: str


def mapped_rows() -> list[Mapped]:
    """The rows of the file, in its order."""
    with MAPPING.open(encoding="utf-8", newline="") as lines:
        return [Mapped(**row) for row in csv.DictReader(lines, delimiter="\t")]


@cache
def edition() -> Edition:
    """The packaged rules, to be screened with."""
    return browse_edition(packaged_rules())


def orders_of(row: Mapped, route: Route) -> list[Order]:
    """The row's drug as a new order, and amifampridine where its concern needs it."""
    per_day = None if not row.dose_mg else 1.0
    dose = float(row.dose_mg) if row.dose_mg else None
    orders = [order(row.screened_as, route=route, mg=dose, per_day=per_day, phase=Phase.START)]
    if row.concern in BESIDE_AMIFAMPRIDINE:
        orders.append(
            order("amifampridine", MedicationList.ACTIVE, mg=10, per_day=3, phase=Phase.CONTINUE)
        )
    return orders


def given_by(row: Mapped, route: Route) -> Given:
    """What the rules say of the row's drug by this route, for the row's concern."""
    asked = request(
        *orders_of(row, route),
        patient=NOT_ASKED if row.rule_class == "antiseizure_marker" else PATIENT,
        jurisdiction=Jurisdiction[row.jurisdiction],
    )
    findings = [
        finding
        for alert in RuleScreener().screen(asked, edition().knowledge).alerts
        for finding in alert.findings
        if alert.drug == row.screened_as and finding.rule.concern is CONCERNS[row.concern]
    ]
    if not findings:
        return Given(NOTHING, "")
    worst = max(finding.severity for finding in findings)
    return Given(Severity(worst).name, " ".join(sorted({found.rule.id for found in findings})))


ROWS = mapped_rows()


def test_every_row_of_the_table_is_there_once() -> None:
    keys = [row[:4] for row in ROWS]
    assert len(set(keys)) == len(keys) == ROWS_OF_THE_TABLE


@pytest.mark.parametrize("rule_class", sorted({row.rule_class for row in ROWS}))
def test_the_rules_give_what_the_mapping_says(rule_class: str) -> None:
    wrong = [
        f"{row.ingredient}, {route}, {row.concern}: {given_by(row, Route[route])}"
        for row in ROWS
        if row.rule_class == rule_class and row.screened_as
        for route in row.routes.split()
        if given_by(row, Route[route]) != Given(row.gives, row.rules)
    ]
    assert not wrong, "\n".join(wrong)


def test_a_row_says_why_where_the_rules_differ_and_only_there() -> None:
    odd = [
        row
        for row in ROWS
        if (row.screened_as != "" and row.gives == row.severity.upper()) == bool(row.because)
    ]
    assert not odd, odd
    assert all(row.because.startswith("different: because ") for row in ROWS if row.because)
