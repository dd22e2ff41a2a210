"""Orders that stop a drug, or give one in the place of another, in five languages."""

import datetime

import pytest

from lems_guard.clinical.alert import Completeness, Screening, ScreeningRequest
from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import Disposition, Medication, MedicationList, Understood
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.editions.library import Edition
from lems_guard.screening.screen import RuleScreener
from lems_guard.terminology.outcome import STOPPED_AND_ORDERED
from lems_guard.terminology.resolver import Resolver

PROPOSED = MedicationList.PROPOSED


def told(resolver: Resolver, text: str) -> list[tuple[str, str]]:
    """Each order of a text: what becomes of it, and its drug."""
    understood = resolver.understand(Medication("1", PROPOSED, text))
    return [_told(each) for each in (understood, *understood.also)]


def _told(understood: Understood) -> tuple[str, str]:
    drugs = " + ".join(each.name for names in understood.readings for each in names)
    return understood.disposition.name, drugs


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("stop bisoprolol", "English"),
        ("d/c bisoprolol", "as charts abbreviate it"),
        ("discontinue bisoprolol 5 mg po daily", "with the sig that ends"),
        ("hold bisoprolol", "paused: not taken now"),
        ("please stop bisoprolol today", "a courtesy, and the day that it is"),
        ("bisoprolol 5 mg daily discontinued", "behind the sig"),
        ("bisoprolol stopped yesterday", "it is over"),
        ("Bisoprolol absetzen", "German"),
        ("Bisoprolol weglassen", "German: leave it out"),
        ("Bisoprolol pausieren", "German: pause it"),
        ("Bisoprolol 5 mg 1-0-0 absetzen", "German: behind the sig"),
        ("Bisoprolol 5 mg gestrichen", "German: struck from the chart"),
        ("arrêter bisoprolol", "French"),
        ("arrêt du bisoprolol", "French: a noun"),
        ("bisoprolol 5 mg à arrêter", "French: to be stopped"),
        ("suspendre le bisoprolol", "French: pause it"),
        ("sospendere bisoprololo", "Italian"),
        ("bisoprololo da sospendere", "Italian: to be stopped"),
        ("bisoprololo 5 mg sospeso", "Italian: behind the sig"),
        ("suspender bisoprolol", "Spanish"),
        ("bisoprolol suspendido", "Spanish: stopped"),
        ("dejar de tomar bisoprolol", "Spanish: cease to take"),
    ],
)
def test_a_drug_that_is_stopped_is_not_current(resolver: Resolver, text: str, reason: str) -> None:
    assert told(resolver, text) == [("NOT_CURRENT", "bisoprolol")], reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("stop bisoprolol tomorrow", "it is taken today"),
        ("stop bisoprolol on Friday", "it is taken until then"),
        ("stop bisoprolol in 2 weeks", "it is taken until then"),
        ("stop bisoprolol if HR < 50", "a condition"),
        ("hold bisoprolol until HR > 60", "a condition"),
        ("stop bisoprolol 12/12/2026", "a date to come, or one that is over"),
        ("do not stop bisoprolol", "denied twice is ordered"),
        ("never stop bisoprolol 5 mg", "denied twice is ordered"),
        ("nicht absetzen: Bisoprolol 5 mg 1-0-0", "German: denied twice"),
        ("ne pas arrêter le bisoprolol", "French: denied twice"),
        ("non sospendere bisoprololo", "Italian: denied twice"),
        ("stop bisoprolol 5 mg, take 2.5 mg daily", "another dose goes on"),
        ("bisoprolol 5 mg daily hold", "a condition may have been cut off"),
        ("stop bisoprolol at bedtime", "the dose of the evening alone"),
    ],
)
def test_a_stop_that_is_not_sure_is_judged_as_taken(
    resolver: Resolver, text: str, reason: str
) -> None:
    """What is perhaps taken is judged, as POSSIBLE."""
    assert told(resolver, text) == [("UNRESOLVED", "bisoprolol")], reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("stop metoprolol, start bisoprolol 5 mg daily", "both said"),
        ("stop metoprolol start bisoprolol 5 mg daily", "without a comma"),
        ("d/c metoprolol and begin bisoprolol 5 mg daily", "joined"),
        ("stop metoprolol, bisoprolol 5 mg daily", "what is dosed is ordered"),
        ("bisoprolol 5 mg daily, stop metoprolol", "the other way round"),
        ("switch metoprolol to bisoprolol 5 mg daily", "one for the other"),
        ("switch from metoprolol 50 mg bid to bisoprolol 5 mg daily", "with both sigs"),
        ("change metoprolol to bisoprolol 5 mg po daily", "another word"),
        ("replace metoprolol with bisoprolol 5 mg daily", "another word"),
        ("Metoprolol absetzen, Bisoprolol 5 mg 1-0-0 ansetzen", "German"),
        ("Metoprolol durch Bisoprolol 5 mg 1-0-0 ersetzen", "German: the verb last"),
        ("Metoprolol umstellen auf Bisoprolol 5 mg 1-0-0", "German"),
        ("Umstellung von Metoprolol auf Bisoprolol 5 mg 1-0-0", "German: a noun"),
        ("arrêter métoprolol, débuter bisoprolol 5 mg 1 fois par jour", "French"),
        ("remplacer métoprolol par bisoprolol 5 mg 1 fois par jour", "French"),
        ("passer de métoprolol à bisoprolol 5 mg 1 fois par jour", "French"),
        ("sospendere metoprololo, iniziare bisoprololo 5 mg 1 volta al giorno", "Italian"),
        ("sostituire metoprololo con bisoprololo 5 mg 1 volta al giorno", "Italian"),
        ("suspender metoprolol, iniciar bisoprolol 5 mg 1 vez al día", "Spanish"),
        ("cambiar metoprolol por bisoprolol 5 mg 1 vez al día", "Spanish"),
    ],
)
def test_one_drug_is_stopped_and_the_other_ordered(
    resolver: Resolver, text: str, reason: str
) -> None:
    assert told(resolver, text) == [
        ("EVALUATED", "bisoprolol"),
        ("NOT_CURRENT", "metoprolol"),
    ], reason
    understood = resolver.understand(Medication("1", PROPOSED, text))
    assert (understood.dose, understood.doses_per_day) == (Dose(5, "mg"), 1), reason


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("change metoprolol to 50 mg bid", [("EVALUATED", "metoprolol")], "another dose"),
        ("switch ciprofloxacin to PO", [("EVALUATED", "ciprofloxacin")], "another route"),
        ("Caverject DC 20", [("EVALUATED", "alprostadil")], "a syringe, no stop"),
        (
            "prednisone 40 mg daily x 5 days then stop metoprolol 25 mg bid",
            [("EVALUATED", "prednisone"), ("EVALUATED", "metoprolol")],
            "the stop ends the course",
        ),
        (
            "metoprolol → bisoprolol 5 mg daily",
            [("EVALUATED", "metoprolol"), ("EVALUATED", "bisoprolol")],
            "an arrow parts two orders, and each has its own dose",
        ),
        (
            "stop metoprolol and lisinopril",
            [("UNRESOLVED", "lisinopril + metoprolol")],
            "one of them may be ordered",
        ),
        (
            "switch metoprolol to bisoprolol 5 mg daily if HR < 60",
            [("EVALUATED", "metoprolol"), ("EVALUATED", "bisoprolol")],
            "taken as long as the condition does not hold",
        ),
        (
            "switch metoprolol on Friday to bisoprolol 5 mg daily",
            [("EVALUATED", "metoprolol"), ("EVALUATED", "bisoprolol")],
            "taken until then",
        ),
    ],
)
def test_what_is_no_stop_is_ordered(
    resolver: Resolver, text: str, expected: list[tuple[str, str]], reason: str
) -> None:
    assert told(resolver, text) == expected, reason


def test_a_drug_that_the_words_stop_is_judged_as_stopped(edition: Edition) -> None:
    """Its withdrawal is judged, and nothing is said of taking it."""
    found = screened(edition, "stop prednisone, start bisoprolol 5 mg daily")
    told = {alert.drug: alert for alert in found.alerts}
    concerns = {each.rule.concern.name for each in told["prednisone"].findings}
    assert concerns == {"ABRUPT_STOP"}
    assert "bisoprolol" in told


def test_a_stop_alone_is_checked_whole(edition: Edition) -> None:
    found = screened(edition, "stop metoprolol")
    assert not [alert for alert in found.alerts if alert.involves_proposed]
    assert found.completeness is Completeness.COMPLETE


def screened(edition: Edition, text: str) -> Screening:
    """What is found for one order."""
    order = Medication("1", PROPOSED, text)
    understood = ((order, edition.understand(order)),)
    request = ScreeningRequest(Patient(), understood, Jurisdiction.US, datetime.date(2026, 12, 1))
    return RuleScreener().screen(request, edition.knowledge)


def test_a_field_that_doses_a_drug_stands_against_words_that_stop_it(resolver: Resolver) -> None:
    order = Medication("1", PROPOSED, "stop bisoprolol", dose=Dose(5, "mg"), doses_per_day=1)
    understood = resolver.understand(order)
    assert understood.disposition is Disposition.EVALUATED
    assert [each.what for each in understood.doubts] == [STOPPED_AND_ORDERED]
