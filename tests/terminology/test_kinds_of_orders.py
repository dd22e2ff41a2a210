"""Orders that were read wrongly once, by kind, and their like."""

from pathlib import Path

import pytest

from lems_guard.clinical.medication import CodeSystem, Coding, Medication, MedicationList
from lems_guard.editions.library import Edition
from lems_guard.terminology.build.rows import read_rows

ROWS = read_rows(Path(__file__).parent / "worlds_orders.tsv")


@pytest.mark.parametrize(
    "row", ROWS, ids=[f"{row['kind']} {row['text'] or row['code']}" for row in ROWS]
)
def test_an_order_is_read_as_it_is_meant(edition: Edition, row: dict[str, str]) -> None:
    codings = (Coding(CodeSystem[row["system"]], row["code"]),) if row["code"] else ()
    order = Medication("1", MedicationList.PROPOSED, row["text"], codings, country=row["country"])
    answer = edition.understand(order)
    sets = sorted(" + ".join(each.name for each in reading) for reading in answer.readings)
    told = (answer.disposition.name, " | ".join(sets))
    assert told == (row["disposition"], row["ingredients"]), row["reason"]
