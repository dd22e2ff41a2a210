"""An order goes on with a treatment where its prior prescription was for the same drug."""

from typing import Any

import pytest

from edges.order_entry.calling import order, searchset
from lems_guard.clinical.medication import Medication, Understood
from lems_guard.edges.order_entry.chart import Chart
from lems_guard.editions.library import Edition
from lems_guard.fhir.diagnoses import NOTHING_KNOWN, DiagnosisReader
from lems_guard.fhir.orders import OrderReader
from lems_guard.fhir.patients import Interpreter
from lems_guard.fhir.renewals import Renewals
from lems_guard.fhir.same_drug import Matcher


def is_renewal(edition: Edition, prior: object) -> bool:
    """Whether an order for amifampridine is one, beside three orders on record."""

    def understand(asked: Medication) -> Understood:
        return edition.understand(asked)

    reader = OrderReader(understand)
    vocabulary = Interpreter(
        understand, frozenset(), reader, DiagnosisReader(lambda _: NOTHING_KNOWN)
    )
    chart = Chart()
    on_record = [
        order("Firdapse 10 mg", "9"),
        order("pyridostigmine", "8"),
        order("frobnicol", "7"),
    ]
    chart.take_prefetch({"medications": searchset(*on_record)})
    resource: dict[str, Any] = order("amifampridine", priorPrescription=prior)
    resource["contained"] = [PYRIDOSTIGMINE]
    line = reader.line(resource, chart.record.shelf)
    return Renewals(chart.record, reader, Matcher(vocabulary)).follows(resource, line)


PYRIDOSTIGMINE = order("pyridostigmine 60 mg", "x")


@pytest.mark.parametrize(
    ("prior", "expected", "why"),
    [
        ({"reference": "MedicationRequest/9"}, True, "the same drug by another name"),
        ({"reference": "https://ehr.example/fhir/MedicationRequest/9"}, True, "the same, in full"),
        ({"reference": "MedicationRequest/9/_history/2"}, True, "the same, of some version"),
        ({"reference": "MedicationRequest/0", "display": "Firdapse 10 mg"}, True, "in words"),
        ({"display": "amifampridine 10 mg tablet"}, True, "in words alone"),
        ({"reference": "MedicationRequest/8"}, False, "another drug"),
        (
            {"reference": "MedicationRequest/8", "display": "see record"},
            False,
            "what is here counts",
        ),
        ({"display": "pyridostigmine 60 mg"}, False, "another drug, in words"),
        ({"reference": "#x"}, False, "another drug, contained"),
        ({"reference": "MedicationRequest/0"}, True, "it is not here"),
        ({"reference": "MedicationRequest/7"}, True, "it is not understood"),
        ({"display": "prescription of 3 May"}, True, "its words are not understood"),
        ({"identifier": {"value": "7"}}, True, "by a number alone"),
        (None, False, "there is none"),
        ({}, False, "there is none"),
        ("MedicationRequest/9", False, "no reference"),
        ([[]], False, "no reference"),
        ({"reference": 7, "display": []}, True, "one that cannot be read"),
    ],
)
def test_which_orders_go_on(edition: Edition, prior: object, expected: bool, why: str) -> None:
    assert is_renewal(edition, prior) is expected, why
