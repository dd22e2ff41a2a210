"""No fact of a patient that the contract takes is without a rule that reads it."""

import pytest

from lems_guard.clinical.patient import Patient
from lems_guard.editions.library import browse_edition, packaged_rules
from lems_guard.knowledge.conditions import facts_read
from lems_guard.v1 import prescription_pb2

# How a field of the contract is read: as another fact, as the need of LEMS, or by what is offered.
READ_AS = {"birth_date": "age_years"}
NOT_BY_CONDITION = {"lems_status", "conditions", "allergies"}
# What no field asks for: a diagnosis tells it, or what an order is for.
BY_DIAGNOSIS = {"small_cell_lung_cancer"}


def facts_of_rules() -> set[str]:
    """Every fact that a row or modifier of a rule reads."""
    rules = browse_edition(packaged_rules()).knowledge.rules
    rows = [row.when for rule in rules for row in rule.outcomes if row.when is not None]
    modifiers = [each.when for rule in rules for each in rule.modifiers]
    return {fact for condition in (*rows, *modifiers) for fact in facts_read(condition)}


FIELDS = sorted(prescription_pb2.Patient.DESCRIPTOR.fields_by_name)
READ = facts_of_rules()


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_of_the_patient_is_read_by_a_rule(field: str) -> None:
    assert field in NOT_BY_CONDITION or READ_AS.get(field, field) in READ


def test_each_fact_of_a_patient_is_a_field_or_follows_from_one() -> None:
    followed = {READ_AS.get(field, field) for field in FIELDS}
    assert set(Patient.__slots__) <= followed | BY_DIAGNOSIS
    assert BY_DIAGNOSIS <= READ
