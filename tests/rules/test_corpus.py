"""Sixty ordinary medication lists of LEMS patients: what must be seen in each, and nothing more.

A list names every alert that it gives, by drug and worst severity: misses and excess both fail.
`python tests/rules/test_corpus.py` prints the report.
"""

import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from ruamel.yaml import YAML

from lems_guard.clinical.alert import Screening, ScreeningRequest
from lems_guard.clinical.fact_table import FACTS
from lems_guard.clinical.facts import Interval
from lems_guard.clinical.medication import Disposition, Medication, MedicationList, Phase
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import Jurisdiction, Severity
from lems_guard.editions.library import Edition, browse_edition, packaged_rules
from lems_guard.knowledge.suites import CASES_AS_OF
from lems_guard.screening.screen import RuleScreener

CORPUS = Path(__file__).parent / "corpus"
LISTS = 60
INTERRUPTIVE_AT_MOST = 1
VISIBLE_MEDIAN_AT_MOST = 2
UNDERSTOOD = frozenset({Disposition.EVALUATED, Disposition.NOT_CURRENT})


class CorpusList(NamedTuple):
    """One patient's medications, and the alerts that they must give."""

    name: str
    topic: str
    ordinary: bool
    request: ScreeningRequest
    unclear: tuple[str, ...]
    expect: dict[str, str]


class Counts(NamedTuple):
    """How much a list says."""

    interruptive: int
    visible: int
    collapsed: int


@cache
def edition() -> Edition:
    """The packaged rules and names."""
    return browse_edition(packaged_rules())


def read_corpus() -> list[CorpusList]:
    """Every list of every file."""
    yaml = YAML(typ="safe")
    return [
        corpus_list(entry, path.stem)
        for path in sorted(CORPUS.glob("*.yaml"))
        for entry in yaml.load(path)["lists"]
    ]


def corpus_list(entry: dict[str, object], topic: str) -> CorpusList:
    """One list as written."""
    jurisdiction = Jurisdiction[str(entry.get("jurisdiction", "US"))]
    placed = [
        (order, edition().understand(order))
        for medication_list in MedicationList
        for order in orders_of(entry.get(medication_list.name.lower()), medication_list)
    ]
    patient = patient_of(entry["patient"])
    asked = ScreeningRequest(patient, tuple(placed), jurisdiction, CASES_AS_OF)
    unclear = tuple(order.text for order, read in placed if read.disposition not in UNDERSTOOD)
    expect = entry["expect"]
    assert isinstance(expect, dict)
    ordinary = bool(entry.get("ordinary", True))
    return CorpusList(str(entry["name"]), topic, ordinary, asked, unclear, expect)


def patient_of(facts: object) -> Patient:
    """The facts as cases write them."""
    assert isinstance(facts, dict)
    assert set(facts) <= {field.name for field in fields(Patient)}
    values = {name: value_of(name, value) for name, value in facts.items()}
    return Patient(**values)  # type: ignore[arg-type]  # each value is typed by the fact table


def value_of(name: str, value: object) -> object:
    """A number as a span; a word, which YAML may have read as a truth, as a choice."""
    choices = FACTS[name].choices
    if choices is None:
        number = float(str(value))
        return Interval(number, number)
    words = {True: "YES", False: "NO"}
    return choices[words[value] if isinstance(value, bool) else str(value)]


def orders_of(orders: object, medication_list: MedicationList) -> Iterator[Medication]:
    """Orders in the order of their ids: text, or text with route and phase."""
    written = orders if isinstance(orders, list) else []
    for number, item in enumerate(written):
        parts = item if isinstance(item, dict) else {"text": item}
        yield Medication(
            id=f"{medication_list.name.lower()}-{number:02}",
            list=medication_list,
            text=parts["text"],
            route=Route[parts["route"]] if "route" in parts else None,
            phase=Phase[parts["phase"]] if "phase" in parts else None,
        )


def screened(one: CorpusList) -> Screening:
    """What the engine says of a list."""
    return RuleScreener().screen(one.request, edition().knowledge)


def alerts_of(one: CorpusList) -> dict[str, str]:
    """The drugs of a list that get an alert, with its severity; "?" where only possible."""
    return {
        alert.drug: alert.severity.name + ("?" if alert.certainty.name == "POSSIBLE" else "")
        for alert in screened(one).alerts
    }


def counts_of(one: CorpusList) -> Counts:
    """Interruptive is AVOID or worse, visible CAUTION or worse, the others are collapsed."""
    severities = [alert.severity for alert in screened(one).alerts]
    interruptive = sum(severity >= Severity.AVOID for severity in severities)
    visible = sum(severity >= Severity.CAUTION for severity in severities)
    return Counts(interruptive, visible, len(severities) - visible)


def report(lists: list[CorpusList]) -> str:
    """A table of how much the lists say, by topic and in all, for the README."""
    lines = [
        "| lists | n | interruptive: 0 / 1 / more | visible: median (most) | collapsed: median |",
        "|---|---|---|---|---|",
    ]
    by_topic = {topic: [one for one in lists if one.topic == topic] for topic in topics(lists)}
    for topic, some in [*by_topic.items(), ("all", lists)]:
        counts = [counts_of(one) for one in some]
        often = Counter(min(count.interruptive, 2) for count in counts)
        visible = [count.visible for count in counts]
        lines.append(
            f"| {topic} | {len(some)} | {often[0]} / {often[1]} / {often[2]} "
            f"| {statistics.median(visible):g} ({max(visible)}) "
            f"| {statistics.median(count.collapsed for count in counts):g} |"
        )
    return "\n".join(lines)


def topics(lists: list[CorpusList]) -> list[str]:
    """The topics, each once, in order."""
    return list(dict.fromkeys(one.topic for one in lists))


CORPUS_LISTS = read_corpus()


def test_the_corpus_is_whole() -> None:
    assert len({one.name for one in CORPUS_LISTS}) == len(CORPUS_LISTS) >= LISTS
    assert {one.request.jurisdiction for one in CORPUS_LISTS} == set(Jurisdiction)


@pytest.mark.parametrize("one", CORPUS_LISTS, ids=lambda one: one.name)
def test_a_list_gives_the_alerts_expected_and_no_other(one: CorpusList) -> None:
    assert one.unclear == ()
    assert alerts_of(one) == one.expect


@pytest.mark.parametrize(
    "one", [one for one in CORPUS_LISTS if one.ordinary], ids=lambda one: one.name
)
def test_an_ordinary_list_interrupts_at_most_once(one: CorpusList) -> None:
    assert counts_of(one).interruptive <= INTERRUPTIVE_AT_MOST


def test_the_median_list_shows_at_most_two_alerts() -> None:
    visible = [counts_of(one).visible for one in CORPUS_LISTS]
    assert statistics.median(visible) <= VISIBLE_MEDIAN_AT_MOST


def test_the_report_counts_every_list() -> None:
    assert report(CORPUS_LISTS).splitlines()[-1].startswith(f"| all | {len(CORPUS_LISTS)} |")


if __name__ == "__main__":
    print(report(CORPUS_LISTS))  # noqa: T201 - the report is what it is run for
