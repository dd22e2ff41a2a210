"""Two or more drugs at CAUTION or worse for one concern: one note, in the first of their alerts."""

from dataclasses import replace

import pytest
from hypothesis import given

from builders import Order, findings_of, knowledge, note, order, request, row, rule, screen
from lems_guard.clinical.alert import Alert, ScreeningRequest
from lems_guard.clinical.condition import Is
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import MedicationList
from lems_guard.clinical.rule import Rule, RuleKind
from lems_guard.clinical.severity import Certainty, Concern, Severity
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.screen import RuleScreener
from searching import examples
from worlds import knowledge_bases, requests

PROPOSED, ACTIVE, STOPPED = MedicationList
MONITOR, CAUTION, AVOID = Severity.MONITOR, Severity.CAUTION, Severity.AVOID
WEAKNESS, SEIZURE = Concern.NEUROMUSCULAR_WEAKNESS, Concern.SEIZURE
BREATHING = Concern.RESPIRATORY_DEPRESSION


def harm(drug: str, severity: Severity = AVOID, concern: Concern = WEAKNESS) -> Rule:
    return rule(drug, row(severity), rule_id=f"{drug}-{concern.name}", concern=concern)


KNOWN = knowledge(
    harm("azithromycin"),
    harm("ciprofloxacin"),
    harm("ciprofloxacin", CAUTION, SEIZURE),
    harm("gentamicin"),
    harm("labetalol", CAUTION),
    harm("lisinopril", MONITOR),
    note(),
    note(SEIZURE, "note-seizure"),
)


def told_once() -> KnowledgeBase:
    """Two sedatives, a relaxant and amifampridine's own caution, under a note that is told once."""
    once = replace(note(BREATHING), told_once=True)
    own = replace(harm("amifampridine", CAUTION, BREATHING), kind=RuleKind.PATIENT)
    sedatives = [harm(drug, CAUTION, BREATHING) for drug in ("fentanyl", "midazolam")]
    return knowledge(*sedatives, harm("rocuronium", AVOID, BREATHING), own, once)


@pytest.mark.parametrize(
    ("orders", "expected", "reason"),
    [
        ([order("fentanyl")], {"fentanyl": CAUTION}, "alone it is told"),
        (
            [order("fentanyl"), order("midazolam")],
            {"fentanyl": CAUTION, "midazolam": MONITOR},
            "the first speaks for both",
        ),
        (
            [order("fentanyl"), order("midazolam"), order("rocuronium")],
            {"rocuronium": AVOID, "fentanyl": MONITOR, "midazolam": MONITOR},
            "and the worst is the first",
        ),
        (
            [order("fentanyl", ACTIVE), order("midazolam")],
            {"midazolam": CAUTION, "fentanyl": MONITOR},
            "what is proposed speaks for what is taken",
        ),
        (
            [order("rocuronium", ACTIVE), order("midazolam")],
            {"rocuronium": AVOID, "midazolam": CAUTION},
            "what is taken never speaks for what is proposed",
        ),
        (
            [order("rocuronium"), order("amifampridine")],
            {"rocuronium": AVOID, "amifampridine": CAUTION},
            "what the patient's state calls for stays",
        ),
        (
            [order("fentanyl|midazolam")],
            {"fentanyl": CAUTION, "midazolam": CAUTION},
            "two readings of one order are no two drugs",
        ),
    ],
)
def test_what_is_told_once_leaves_lines(
    orders: list[Order], expected: dict[str, Severity], reason: str
) -> None:
    alerts = screen(request(*orders), told_once()).alerts
    assert {alert.drug: alert.severity for alert in alerts} == expected, reason
    assert all(alert.severity == max(f.severity for f in alert.findings) for alert in alerts)
    assert [alert.severity for alert in alerts] == sorted(expected.values(), reverse=True)


def noted(*orders: Order, known: KnowledgeBase = KNOWN) -> list[Alert]:
    """The alerts that hold a note."""
    alerts = screen(request(*orders), known).alerts
    return [
        alert
        for alert in alerts
        if any(each.rule.kind is RuleKind.CUMULATIVE for each in alert.findings)
    ]


@pytest.mark.parametrize(
    ("orders", "drugs", "reason"),
    [
        ([order("gentamicin")], [], "one drug"),
        ([order("gentamicin"), order("gentamicin", ACTIVE)], [], "one drug in two orders"),
        ([order("gentamicin"), order("lisinopril")], [], "what is only to be monitored is no more"),
        ([order("gentamicin"), order("labetalol")], ["gentamicin"], "in the worse of the two"),
        ([order("gentamicin"), order("azithromycin")], ["azithromycin"], "by name where all ties"),
        (
            [order("azithromycin", ACTIVE), order("gentamicin")],
            ["gentamicin"],
            "what is proposed before what is taken already",
        ),
        ([order("gentamicin|azithromycin")], [], "one order of which nobody knows which it is"),
        ([order("gentamicin+azithromycin")], [], "one product of two drugs, as Opdualag is"),
        (
            [order("gentamicin+azithromycin"), order("gentamicin", ACTIVE)],
            ["azithromycin"],
            "one of the two by another order as well",
        ),
        (
            [order("gentamicin+azithromycin"), order("labetalol")],
            ["azithromycin"],
            "a third drug beside the product",
        ),
    ],
)
def test_where_the_note_stands(orders: list[Order], drugs: list[str], reason: str) -> None:
    assert [alert.drug for alert in noted(*orders)] == drugs, reason


def test_the_note_names_every_order_that_counts() -> None:
    orders = order("gentamicin"), order("azithromycin"), order("labetalol", ACTIVE)
    [alert] = noted(*orders, order("lisinopril"))
    finding = alert.findings[-1]
    assert (finding.rule.id, finding.severity) == ("note", Severity.INFORMATION)
    assert finding.medication_ids == (
        "proposed azithromycin",
        "proposed gentamicin",
        "active labetalol",
    )
    assert finding.why == (
        "proposed azithromycin → azithromycin → note",
        "proposed gentamicin → gentamicin → note",
        "active labetalol → labetalol → note",
    )


def test_a_drug_with_two_concerns_gets_no_note_while_another_stands_first() -> None:
    alerts = screen(
        request(order("azithromycin"), order("ciprofloxacin"), order("gentamicin")), KNOWN
    ).alerts
    assert [len(alert.findings) for alert in alerts] == [2, 2, 1]
    assert [found.rule.id for found in alerts[1].findings] == [
        "ciprofloxacin-NEUROMUSCULAR_WEAKNESS",
        "ciprofloxacin-SEIZURE",
    ]


def test_a_note_is_as_sure_as_the_second_surest_drug() -> None:
    seizures = Is("seizure_history", frozenset({YesNo.YES}))
    unsure = rule("gentamicin", row(AVOID, when=seizures), rule_id="unsure")
    known = knowledge(unsure, harm("azithromycin"), note())
    [alert] = noted(order("gentamicin"), order("azithromycin"), known=known)
    [*_, finding] = alert.findings
    assert finding.certainty is Certainty.POSSIBLE
    assert finding.missing == ("seizure_history",)


@examples(200)
@given(requests(), knowledge_bases())
def test_a_note_adds_and_changes_nothing_else(
    asked: ScreeningRequest, known: KnowledgeBase
) -> None:
    plain = [each for each in known.rules if each.kind is not RuleKind.CUMULATIVE]
    without = KnowledgeBase.of(known.version, known.digest, plain, known.classes)
    noted, bare = (RuleScreener().screen(asked, each) for each in (known, without))
    assert noted.gaps == bare.gaps
    kept = [each for each in findings_of(noted) if each[1].rule.kind is not RuleKind.CUMULATIVE]
    assert [each[1] for each in kept] == [each[1] for each in findings_of(bare)]
    for one, other in zip(noted.alerts, bare.alerts, strict=True):
        assert one._replace(findings=(), id="") == other._replace(findings=(), id="")
