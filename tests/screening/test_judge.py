"""A rule's decision table: what is certain, what is possible, and what must be asked."""

import pytest

from builders import (
    asked_for,
    findings_of,
    knowledge,
    order,
    request,
    row,
    rule,
    said,
    screen,
)
from lems_guard.clinical.condition import Is, Not
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import MedicationList, Phase
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.route import ROUTE_SETS, Route
from lems_guard.clinical.rule import Outcome, WhenUnknown
from lems_guard.clinical.severity import Certainty, Severity

INFORMATION, MONITOR, CAUTION, AVOID, CONTRAINDICATED = Severity
GAP = WhenUnknown.GAP
SEIZURES = Is("seizure_history", frozenset({YesNo.YES}))
NO_SEIZURES = Is("seizure_history", frozenset({YesNo.NO}))
SEIZURES_UNKNOWN = Is("seizure_history", frozenset(), or_unknown=True)
EPILEPSY = Is("epilepsy", frozenset({YesNo.YES}))
BREATHLESS = Is("respiratory_compromise", frozenset({YesNo.YES}))
VENTILATED = Is("ventilated", frozenset({YesNo.YES}))
EITHER_WAY = Is("seizure_history", frozenset({YesNo.NO}), or_unknown=True)

EYE = row(CAUTION, [Route.OPHTHALMIC])
SYSTEMIC = row(AVOID, ROUTE_SETS["systemic"])


@pytest.mark.parametrize(
    ("rows", "route", "expected", "reason"),
    [
        ([SYSTEMIC, EYE], Route.ORAL, "AVOID ESTABLISHED", "a β-blocker by mouth"),
        ([SYSTEMIC, EYE], Route.OPHTHALMIC, "CAUTION ESTABLISHED", "timolol eye drops"),
        ([SYSTEMIC, EYE], Route.TOPICAL, "", "a route that no row names is judged and silent"),
        ([EYE, SYSTEMIC], None, "AVOID POSSIBLE", "any route is possible, the worst counts"),
        ([EYE, SYSTEMIC], Route.OTHER, "AVOID POSSIBLE", "H11: OTHER counts as unknown"),
        ([row(CAUTION)], None, "CAUTION ESTABLISHED", "a rule that asks for no route"),
        (
            [row(AVOID, ROUTE_SETS["any"])],
            None,
            "AVOID ESTABLISHED",
            "botulinum toxin: by any route, so by an unknown one too",
        ),
        (
            [row(AVOID, ROUTE_SETS["any"])],
            Route.OTHER,
            "AVOID ESTABLISHED",
            "nor does it matter which other route",
        ),
        ([EYE, row(MONITOR)], Route.ORAL, "MONITOR ESTABLISHED", "the last row takes the rest"),
        ([EYE, row(MONITOR)], None, "CAUTION POSSIBLE", "the worse row is still possible"),
        ([row(MONITOR), SYSTEMIC], Route.ORAL, "MONITOR ESTABLISHED", "the first row settles"),
        ([row(MONITOR), SYSTEMIC], None, "MONITOR ESTABLISHED", "also with the route unknown"),
    ],
)
def test_rows_by_route(
    rows: list[Outcome], route: Route | None, expected: str, reason: str
) -> None:
    screening = screen(request(order("drug", route=route)), rule("drug", *rows))
    found = [f"{severity} {certainty}" for _, severity, certainty in said(screening)]
    assert found == expected.split(",") * bool(expected), reason
    assert not screening.gaps, reason


@pytest.mark.parametrize(
    ("rows", "known", "expected", "gaps", "reason"),
    [
        ([row(AVOID, when=SEIZURES)], YesNo.YES, "AVOID ESTABLISHED", {}, "a known history"),
        ([row(AVOID, when=SEIZURES)], YesNo.NO, "", {}, "a history known to be clear"),
        ([row(AVOID, when=SEIZURES)], None, "AVOID POSSIBLE", {}, "unknown is not no"),
        (
            [row(AVOID, when=SEIZURES, unknown=GAP)],
            None,
            "",
            {"seizure_history": "AVOID"},
            "H6: asked for instead of alerted",
        ),
        (
            [row(AVOID, when=SEIZURES), row(MONITOR)],
            None,
            "AVOID POSSIBLE",
            {},
            "an undecided row stays possible",
        ),
        (
            [row(INFORMATION, when=NO_SEIZURES), row(AVOID)],
            None,
            "AVOID POSSIBLE",
            {},
            "it could still be the mild row: not established",
        ),
        (
            [row(AVOID, when=SEIZURES, unknown=GAP), row(MONITOR)],
            None,
            "MONITOR ESTABLISHED",
            {"seizure_history": "AVOID"},
            "H6: base severity, and the gap names the worse",
        ),
        (
            [row(MONITOR, when=NO_SEIZURES, unknown=GAP), row(AVOID)],
            None,
            "AVOID POSSIBLE",
            {},
            "the fact could make it milder: not established, and named as missing",
        ),
        (
            [row(CONTRAINDICATED, when=SEIZURES, unknown=GAP), row(AVOID, when=SEIZURES_UNKNOWN)],
            None,
            "AVOID POSSIBLE",
            {"seizure_history": "CONTRAINDICATED"},
            "H2: ask before the first dose",
        ),
        (
            [row(AVOID, when=SEIZURES_UNKNOWN), row(CONTRAINDICATED, when=SEIZURES, unknown=GAP)],
            None,
            "AVOID POSSIBLE",
            {"seizure_history": "CONTRAINDICATED"},
            "an accepted unknown hides no later row",
        ),
        (
            [row(MONITOR, when=EITHER_WAY), row(AVOID)],
            None,
            "AVOID POSSIBLE",
            {},
            "what holds only for an accepted unknown settles nothing",
        ),
        (
            [row(AVOID, when=Not(SEIZURES_UNKNOWN)), row(MONITOR)],
            None,
            "MONITOR ESTABLISHED",
            {},
            "H6: written to speak only of what is known, as of pregnancy outside 12-55 years",
        ),
        (
            [row(AVOID, when=SEIZURES, certainty=Certainty.POSSIBLE)],
            YesNo.YES,
            "AVOID POSSIBLE",
            {},
            "a row may say itself that it is only possible",
        ),
    ],
)
def test_rows_by_fact(
    rows: list[Outcome],
    known: YesNo | None,
    expected: str,
    gaps: dict[str, str],
    reason: str,
) -> None:
    asked = request(order("drug"), patient=Patient(seizure_history=known))
    screening = screen(asked, rule("drug", *rows))
    found = [f"{severity} {certainty}" for _, severity, certainty in said(screening)]
    assert found == expected.split(",") * bool(expected), reason
    assert asked_for(screening) == gaps, reason
    for _, finding in findings_of(screening):
        by_row = finding.outcome.certainty is Certainty.POSSIBLE
        possible = finding.certainty is Certainty.POSSIBLE
        assert possible == bool(finding.missing) or by_row, reason


def test_all_that_is_missing_is_named() -> None:
    worse = row(AVOID, ROUTE_SETS["systemic"], SEIZURES)
    mild = row(MONITOR, when=EPILEPSY, unknown=GAP)
    screening = screen(request(order("drug", route=None)), rule("drug", worse, mild))
    [(_, finding)] = findings_of(screening)
    assert finding.missing == ("epilepsy", "route", "seizure_history")


def test_a_gap_says_what_it_is_about() -> None:
    asks = row(AVOID, when=SEIZURES, unknown=GAP), row(CAUTION, [Route.NASAL], unknown=GAP)
    orders = order("drug", route=None), order("drug", MedicationList.ACTIVE)
    of_patient, of_order = screen(request(*orders), rule("drug", *asks)).gaps
    assert (of_patient.fact, of_patient.medication_ids) == ("seizure_history", ())
    assert of_patient.would_change == ("rule",)
    assert of_patient.ask == "Has the patient ever had a seizure?"
    assert (of_order.fact, of_order.medication_ids) == ("route", ("proposed drug",))


ASKED = [
    (CONTRAINDICATED, Phase.CONTINUE, None, True, "a contraindication is asked for in any case"),
    (CONTRAINDICATED, Phase.START, AVOID, True, "also where an alert interrupts already"),
    (AVOID, Phase.CONTINUE, None, True, "a new alert that would interrupt"),
    (CAUTION, Phase.CONTINUE, None, False, "tolerated already: nobody is asked at each refill"),
    (CAUTION, Phase.START, None, True, "a new drug is asked about once"),
    (CAUTION, None, None, True, "as is one that may be new"),
    (CAUTION, Phase.CONTINUE, MONITOR, True, "a collapsed line would be shown"),
    (AVOID, Phase.CONTINUE, CAUTION, True, "what is shown would interrupt"),
    (CAUTION, Phase.START, CAUTION, False, "the alert is as bad already"),
    (AVOID, Phase.START, AVOID, False, "the alert is as bad already"),
    (MONITOR, Phase.START, None, False, "one collapsed line is worth no question"),
]


@pytest.mark.parametrize(("worst", "phase", "told", "is_asked", "reason"), ASKED)
def test_what_could_show_is_asked(
    worst: Severity, phase: Phase | None, told: Severity | None, is_asked: bool, reason: str
) -> None:
    asks = rule("drug", row(worst, when=SEIZURES, unknown=GAP), rule_id="asks")
    says = [rule("drug", row(told), rule_id="says")] if told else []
    screening = screen(request(order("drug", phase=phase)), knowledge(asks, *says))
    assert bool(asked_for(screening)) == is_asked, reason


@pytest.mark.parametrize(
    ("severity", "breathless", "ventilated", "expected", "gaps", "reason"),
    [
        (CAUTION, YesNo.YES, YesNo.NO, "AVOID ESTABLISHED", {}, "little reserve: one level"),
        (CAUTION, YesNo.YES, YesNo.YES, "AVOID ESTABLISHED", {}, "together also one level"),
        (MONITOR, YesNo.YES, YesNo.YES, "CAUTION ESTABLISHED", {}, "never two"),
        (CAUTION, YesNo.NO, YesNo.NO, "CAUTION ESTABLISHED", {}, "no reason to raise"),
        (AVOID, YesNo.YES, YesNo.YES, "AVOID ESTABLISHED", {}, "H1: never CONTRAINDICATED"),
        (CONTRAINDICATED, YesNo.YES, None, "CONTRAINDICATED ESTABLISHED", {}, "it stays so"),
        (
            CAUTION,
            None,
            YesNo.NO,
            "CAUTION ESTABLISHED",
            {"respiratory_compromise": "AVOID"},
            "H6: unknown respiratory state is asked for",
        ),
        (
            CAUTION,
            None,
            None,
            "CAUTION ESTABLISHED",
            {"respiratory_compromise": "AVOID", "ventilated": "AVOID"},
            "either could raise it",
        ),
        (CAUTION, None, YesNo.YES, "AVOID ESTABLISHED", {}, "raised already: nothing to ask"),
        (AVOID, None, None, "AVOID ESTABLISHED", {}, "nothing could raise it: nothing to ask"),
    ],
)
def test_modifiers(
    severity: Severity,
    breathless: YesNo | None,
    ventilated: YesNo | None,
    expected: str,
    gaps: dict[str, str],
    reason: str,
) -> None:
    patient = Patient(respiratory_compromise=breathless, ventilated=ventilated)
    about = rule("drug", row(severity), modifiers=[BREATHLESS, VENTILATED])
    screening = screen(request(order("drug"), patient=patient), about)
    assert [f"{found} {sure}" for _, found, sure in said(screening)] == [expected], reason
    assert asked_for(screening) == gaps, reason


def test_a_gap_names_what_modifiers_would_make_of_it() -> None:
    rows = row(CAUTION, when=SEIZURES, unknown=GAP), row(MONITOR)
    patient = Patient(respiratory_compromise=YesNo.YES)
    asked = request(order("drug"), patient=patient)
    screening = screen(asked, rule("drug", *rows, modifiers=[BREATHLESS]))
    assert said(screening) == [("drug", "CAUTION", "ESTABLISHED")]
    assert asked_for(screening) == {"seizure_history": "AVOID"}
    alone = screen(asked, rule("drug", rows[0], modifiers=[BREATHLESS]))
    assert asked_for(alone) == {"seizure_history": "AVOID"}
    unsure = screen(request(order("drug")), rule("drug", rows[0], modifiers=[BREATHLESS]))
    assert asked_for(unsure) == {"seizure_history": "AVOID"}


def test_a_modifier_that_accepts_an_unknown_establishes_nothing() -> None:
    careful = Is("ventilated", frozenset({YesNo.YES}), or_unknown=True)
    screening = screen(request(order("drug")), rule("drug", row(CAUTION), modifiers=[careful]))
    [(_, finding)] = findings_of(screening)
    assert said(screening) == [("drug", "AVOID", "POSSIBLE")]
    assert finding.missing == ("ventilated",)
