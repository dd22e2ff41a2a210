"""Orders as people write them, kind by kind; the last column is the clinical reason.

K1 to K11, H1, H2 and R3 are kinds of faults that were met; the others are languages.
"""

from pathlib import Path

import pytest

from lems_guard.clinical.medication import Medication, MedicationList, Phase
from lems_guard.terminology.build.rows import read_rows
from lems_guard.terminology.reading.doses import RANGE, THOUSANDS
from lems_guard.terminology.resolver import Resolver
from orders_read import read_as

ROWS = read_rows(Path(__file__).parent / "kinds.tsv")


@pytest.mark.parametrize("row", ROWS, ids=[row["order"] for row in ROWS])
def test_an_order_is_read_as_a_pharmacist_reads_it(resolver: Resolver, row: dict[str, str]) -> None:
    order = Medication("1", MedicationList.PROPOSED, row["order"])
    assert read_as(resolver.understand(order)) == row["read_as"], row["reason"]


@pytest.mark.parametrize(
    ("text", "phase", "reason"),
    [
        ("start amifampridine 10 mg po qid", Phase.START, "as it is ordered"),
        ("START: Firdapse 20 mg po tid", Phase.START, "as a heading"),
        ("begin Firdapse 5 mg tid", Phase.START, "another word"),
        ("new start Firdapse 10 mg tid", Phase.START, "a noun"),
        ("restart Firdapse 10 mg tid", Phase.START, "after a pause the dose begins low again"),
        ("beginne mit Firdapse 5 mg 3x tgl", Phase.START, "German"),
        ("débuter Firdapse 10 mg 3 fois par jour", Phase.START, "French"),
        ("iniziare Firdapse 10 mg 3 volte al giorno", Phase.START, "Italian"),
        ("iniciar Firdapse 10 mg 3 veces al día", Phase.START, "Spanish"),
        ("continue Firdapse 20 mg qid", Phase.CONTINUE, "no start"),
        ("Firdapse 20 mg qid (home med)", Phase.CONTINUE, "taken before"),
        ("Firdapse 20 mg tid starting tomorrow", None, "tells the day, not that it is new"),
        ("Firdapse 20 mg tid", None, "not said"),
    ],
)
def test_a_start_is_heard(resolver: Resolver, text: str, phase: Phase | None, reason: str) -> None:
    order = Medication("1", MedicationList.PROPOSED, text)
    assert resolver.understand(order).phase is phase, reason


@pytest.mark.parametrize(
    ("text", "doubt", "reason"),
    [
        ("amifampridine 1.000 mg tid", THOUSANDS, "a point for thousands or decimals"),
        ("metformin 2 500 mg bid", THOUSANDS, "two of 500 mg, or 2500 mg"),
        ("heparin 30.000 IE/24h", THOUSANDS, "a day's amount"),
        ("amifampridine 10-20 mg tid", RANGE, "a range is one"),
    ],
)
def test_a_doubt_says_what_is_in_doubt(
    resolver: Resolver, text: str, doubt: str, reason: str
) -> None:
    order = Medication("1", MedicationList.PROPOSED, text)
    assert [each.what for each in resolver.understand(order).doubts] == [doubt], reason


def test_every_row_has_its_reason() -> None:
    assert all(row["reason"] for row in ROWS)
    assert len({row["order"] for row in ROWS}) == len(ROWS)
