"""For how long an order is: what ends as it was meant to is no abrupt stop."""

import pytest

from lems_guard.clinical.medication import Medication, MedicationList
from lems_guard.terminology.resolver import Resolver


@pytest.mark.parametrize(
    ("text", "days", "reason"),
    [
        ("prednisone 60 mg daily x 5 days", 5, "a short course"),
        ("prednisone 60 mg daily x5d then stop", 5, "abbreviated"),
        ("prednisone 60 mg daily for a week", 7, "in words"),
        ("prednisone 60 mg daily for 2 weeks", 14, "in weeks"),
        ("prednison 60 mg täglich für 3 Tage", 3, "German"),
        ("prednisone 60 mg par jour pendant 2 semaines", 14, "French"),
        ("metoprolol 50 mg bid x 90 days", 90, "a quarter of a year is no short course"),
        ("metoprolol 50 mg bid x 3 months", 90, "in months"),
        ("metoprolol 50 mg bid lifelong", 36500, "without end"),
        ("prednisone 60 mg daily x 5 days then 40 mg daily x 5 days", 10, "both steps of a taper"),
        ("prednisone 60 mg po once", 1, "one dose"),
        ("metoprolol 25 mg po now then 25 mg bid", None, "the first dose of many"),
        ("metoprolol 50 mg bid 30 day supply", None, "how long a pack lasts is no course"),
        ("gentamicin 80 mg iv over 30 min q8h", None, "how long it runs is no course"),
        ("morphine PCA 1 mg q10min lockout 6 mins", None, "a lockout is no course"),
        ("carboplatin 450 mg iv day 1 of 21 days", None, "a day of a cycle is no course"),
        ("metoprolol 50 mg bid", None, "not said"),
    ],
)
def test_how_long_an_order_is(
    resolver: Resolver, text: str, days: float | None, reason: str
) -> None:
    order = Medication("1", MedicationList.ACTIVE, text)
    assert resolver.understand(order).course_days == days, reason
