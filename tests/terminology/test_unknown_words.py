"""Texts that are not understood as a whole, and what is recognised in them."""

import pytest

from lems_guard.clinical.medication import Disposition, Medication, MedicationList, Understood
from lems_guard.clinical.route import Route
from lems_guard.terminology.resolver import Resolver


def understood(resolver: Resolver, text: str, route: Route | None = None) -> Understood:
    order = Medication("1", MedicationList.PROPOSED, text=text, route=route)
    return resolver.understand(order)


def names(answer: Understood) -> list[str]:
    return [" + ".join(item.name for item in reading) for reading in answer.readings]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("zzzomycin", "no such drug"),
        ("MSO4", "morphine or magnesium: an abbreviation that has killed"),
        ("Zithromx", "a near miss is a suggestion, never an answer"),
        ("q6h", "a sig without a drug"),
        ("   ", "nothing"),
        ("", "nothing"),
        ("Mg 400", "magnesium or milligrams"),
        ("hydrochloride", "a salt without a drug"),
        ("metoprolol " * 300, "too long to be one order"),
    ],
)
def test_what_is_not_understood_is_said(resolver: Resolver, text: str, reason: str) -> None:
    answer = understood(resolver, text)
    assert answer.disposition is Disposition.UNRESOLVED, reason
    assert not answer.readings, reason
    assert answer.notes, reason


@pytest.mark.parametrize(
    ("text", "may_hold", "reason"),
    [
        ("metoprolol [zzz]", "metoprolol", "no product whose brand that could be"),
        ("metoprolol 50 mg tablet [zzz] zzz", "metoprolol", "the last word may change the drug"),
        ("metoprolol blurb", "metoprolol", "the unknown word may change the drug"),
        ("Lopressor Foo", "metoprolol", "a brand extension may hold another drug"),
        ("CO-Lopressor", "metoprolol", "a combination by its prefix, not a maker"),
        ("Advil PMX", "ibuprofen", "a brand extension may hold another drug"),
        ("Zestril PM", "lisinopril", "a brand with PM is another product, no time of day"),
        ("Zestril Total", "lisinopril", "a brand extension may hold another drug"),
    ],
)
def test_what_is_recognised_beside_unknown_words_may_be_ordered(
    resolver: Resolver, text: str, may_hold: str, reason: str
) -> None:
    """The product may be another one: only what a field says of its route stands."""
    answer = understood(resolver, text)
    assert answer.disposition is Disposition.UNRESOLVED, reason
    assert names(answer) == [may_hold], reason
    assert answer.route is None
    assert [doubt.field for doubt in answer.doubts][:1] == ["drug"]
    assert answer.notes
    assert understood(resolver, text, Route.ORAL).route is Route.ORAL


@pytest.mark.parametrize(
    ("text", "drug", "reason"),
    [
        ("labetalol 10 mg IV prn SBP > 180", "labetalol", "a threshold is a reason"),
        ("metoprolol 25 mg bid hold for HR < 60", "metoprolol", "a limit is no denial"),
        ("bupropion 150 mg, never at bedtime", "bupropion", "nor is this"),
    ],
)
def test_a_condition_behind_the_sig_changes_nothing(
    resolver: Resolver, text: str, drug: str, reason: str
) -> None:
    answer = understood(resolver, text)
    assert answer.disposition is Disposition.EVALUATED, reason
    assert names(answer) == [drug], reason
    assert not answer.doubts, reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no metoprolol today", "denied"),
        ("allergic to ciprofloxacin", "an allergy is no order"),
        ("gentamicin level", "a measurement"),
    ],
)
def test_a_drug_that_is_named_to_be_denied_is_not_ordered(
    resolver: Resolver, text: str, reason: str
) -> None:
    answer = understood(resolver, text)
    assert answer.disposition is Disposition.UNRESOLVED, reason
    assert not answer.readings, reason


@pytest.mark.parametrize("sig", ["qhs", "qam", "nightly", "nocte", "at bedtime"])
def test_a_time_of_day_behind_a_brand_is_a_sig(resolver: Resolver, sig: str) -> None:
    """Unlike AM, PM and their like, none of these is a part of brands."""
    answer = understood(resolver, f"Ambien {sig}")
    assert answer.disposition is Disposition.EVALUATED
    assert answer.doses_per_day == 1
