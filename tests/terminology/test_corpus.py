"""Orders written for this project, each with what must be made of it and why."""

from pathlib import Path

import pytest

from lems_guard.clinical.medication import Medication, MedicationList, Understood
from lems_guard.terminology.build.rows import read_rows
from lems_guard.terminology.resolver import Resolver

ROWS = read_rows(Path(__file__).parent / "corpus.tsv")


def told(understood: Understood) -> dict[str, str]:
    """What was made of an order, in the words of the corpus."""
    sets = sorted(" + ".join(item.name for item in reading) for reading in understood.readings)
    dose, per_day = understood.dose, understood.doses_per_day
    return {
        "ingredients": " | ".join(sets),
        "route": understood.route.name if understood.route else "",
        "dose": f"{dose.value:g} {dose.unit}" if dose else "",
        "doses_per_day": f"{per_day:.6g}" if per_day is not None else "",
        "disposition": understood.disposition.name,
    }


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['text']} {row['country']}" for row in ROWS])
def test_an_order_is_understood_as_expected(resolver: Resolver, row: dict[str, str]) -> None:
    order = Medication("1", MedicationList.PROPOSED, row["text"], country=row["country"])
    answer = told(resolver.understand(order))
    assert answer == {key: row[key] for key in answer}, row["reason"]


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert len({(row["text"], row["country"]) for row in ROWS}) == len(ROWS) >= 300
    assert all(row["reason"] for row in ROWS)
