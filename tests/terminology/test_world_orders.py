"""Real order strings from public sources: what share is read, by the set they come from.

`world_orders.tsv` says in its head where they are from. `rules/vocabulary/README.md` states the
shares, which only grow; the sets whose terms do not let them travel were measured apart.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from lems_guard.clinical.medication import (
    CodeSystem,
    Coding,
    Disposition,
    Medication,
    MedicationList,
)
from lems_guard.editions.library import load_edition, packaged_rules

ORDERS = Path(__file__).with_name("world_orders.tsv")
README = Path(__file__).parents[2] / "rules" / "vocabulary" / "README.md"
_SHARE = re.compile(r"\| `([\w-]+)` \| \d+ \| [\d.]+ \| ([\d.]+) \| ([\d.]+|none) \|")
_SILENT = re.compile(r"\| `([^`]+)` \| [^|]+ \| [^|]+ \|")
OVER_ALL = "all"


class Counts(NamedTuple):
    """How many orders there are and are EVALUATED; how many watched drugs are in them and found."""

    orders: Counter[str]
    evaluated: Counter[str]
    watched: Counter[str]
    found: Counter[str]
    silent: set[str]


def orders() -> Iterator[dict[str, str]]:
    with ORDERS.open(encoding="utf-8", newline="") as lines:
        rows = (line for line in lines if not line.startswith("# "))
        yield from csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)


def as_order(row: dict[str, str]) -> Medication:
    codes = zip(row["system"].split("|"), row["code"].split("|"), strict=False)
    codings = [Coding(CodeSystem.__members__.get(system), code) for system, code in codes if code]
    return Medication(
        "1", MedicationList.PROPOSED, row["text"], tuple(codings), route_text=row["route"]
    )


@pytest.fixture(scope="module")
def counts() -> Counts:
    edition = load_edition(packaged_rules()).edition
    told = Counts(Counter(), Counter(), Counter(), Counter(), set())
    for row in orders():
        understood = edition.understand(as_order(row))
        named = {each.name for reading in understood.readings for each in reading}
        watched = set(row["truth_ingredients"].split(";")) & edition.knowledge.candidates.keys()
        evaluated = understood.disposition is Disposition.EVALUATED
        for name in (row["set"], OVER_ALL):
            told.orders[name] += 1
            told.evaluated[name] += evaluated
            told.watched[name] += len(watched)
            told.found[name] += len(watched & named)
        if evaluated and watched - named:
            told.silent.add(row["text"])
    return told


def stated() -> dict[str, tuple[float, float | None]]:
    rows = _SHARE.findall(README.read_text("utf-8"))
    return {
        name: (float(read), None if found == "none" else float(found)) for name, read, found in rows
    }


def test_no_set_is_read_less_than_is_stated(counts: Counts) -> None:
    shares = stated()
    assert len(counts.orders) > 30
    for name in counts.orders.keys() - {OVER_ALL}:
        read, found = shares[name]
        assert counts.evaluated[name] / counts.orders[name] >= read, name
        if found is not None:
            assert counts.found[name] / counts.watched[name] >= found, name


@pytest.mark.parametrize(
    ("name", "least"),
    [
        (OVER_ALL, 0.78),
        ("icu-mimic4-labels", 0.95),
        ("us-va-generic", 0.90),
        ("ca-mb-formulary", 0.88),
        ("fr-bdpm", 0.70),
        ("it-aifa-brand", 0.70),
        ("uk-dmd-products", 0.75),
    ],
)
def test_what_was_promised_is_read(name: str, least: float) -> None:
    assert stated()[name][0] >= least


def test_nothing_that_a_rule_watches_is_lost_in_silence(counts: Counts) -> None:
    """But for rows whose label was looked at and is wrong."""
    wrong_labels = set(_SILENT.findall(README.read_text("utf-8").partition("## Wrong labels")[2]))
    assert counts.silent == wrong_labels
    assert len(wrong_labels) <= 15
    assert counts.found[OVER_ALL] / counts.watched[OVER_ALL] >= 0.92
