"""Orders as people write them, kind by kind; the last column is the clinical reason.

K1 to K11, H1, H2 and R3 are kinds of faults that were met; the others are languages.
"""

from pathlib import Path

import pytest

from lems_guard.clinical.medication import Medication, MedicationList
from lems_guard.terminology.build.rows import read_rows
from lems_guard.terminology.resolver import Resolver
from orders_read import read_as

ROWS = read_rows(Path(__file__).parent / "kinds.tsv")


@pytest.mark.parametrize("row", ROWS, ids=[row["order"] for row in ROWS])
def test_an_order_is_read_as_a_pharmacist_reads_it(resolver: Resolver, row: dict[str, str]) -> None:
    order = Medication("1", MedicationList.PROPOSED, row["order"])
    assert read_as(resolver.understand(order)) == row["read_as"], row["reason"]


def test_every_row_has_its_reason() -> None:
    assert all(row["reason"] for row in ROWS)
    assert len({row["order"] for row in ROWS}) == len(ROWS)
