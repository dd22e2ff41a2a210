"""Severity, ages, dates, doses and routes: the values that rules are made of."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.facts import Interval, YesNo
from lems_guard.clinical.patient import ON_DIALYSIS, Patient, age_from_birth_date, day
from lems_guard.clinical.route import KNOWN_ROUTES, ROUTE_SETS, Route
from lems_guard.clinical.rule import Drugs
from lems_guard.clinical.severity import Severity


@pytest.mark.parametrize(
    ("severity", "raised", "reason"),
    [
        (Severity.INFORMATION, Severity.MONITOR, "H1: one level"),
        (Severity.MONITOR, Severity.CAUTION, "H1: one level"),
        (Severity.CAUTION, Severity.AVOID, "H1: one level"),
        (Severity.AVOID, Severity.AVOID, "H1: only a label contraindicates"),
        (Severity.CONTRAINDICATED, Severity.CONTRAINDICATED, "it never gets milder"),
    ],
)
def test_raising_a_severity(severity: Severity, raised: Severity, reason: str) -> None:
    assert severity.raised() is raised, reason


@pytest.mark.parametrize(
    ("birth_date", "on", "ages", "reason"),
    [
        ("1965-03-02", "2026-03-01", (60, 60), "the day before the birthday"),
        ("1965-03-02", "2026-03-02", (61, 61), "the birthday itself"),
        ("2008-02-29", "2026-02-28", (17, 17), "no 29th this year: not yet of age"),
        ("2008-02-29", "2026-03-01", (18, 18), "of age on the day after"),
        ("2008-02-29", "2028-02-29", (20, 20), "a leap year again"),
        ("2008-02", "2026-02-15", (17, 18), "the birthday is some day of this month"),
        ("2008-02", "2026-02-28", (17, 18), "born on the 29th, still 17"),
        ("2007-02", "2026-02-28", (19, 19), "a February of 28 days is over"),
        ("2008-02", "2026-03-01", (18, 18), "the month is over"),
        ("2008-12", "2026-12-31", (18, 18), "December has a last day too"),
        ("2008", "2026-06-30", (17, 18), "some day of this year"),
        ("2008", "2026-12-31", (18, 18), "the year is over"),
        ("2008", "2026-01-01", (17, 18), "one born on New Year's day"),
        ("9999-12", "2026-01-01", (-7974, -7974), "the last month there is: the edge refuses it"),
    ],
)
def test_age(birth_date: str, on: str, ages: tuple[int, int], reason: str) -> None:
    assert age_from_birth_date(birth_date, day(on)) == Interval(*ages), reason


@given(st.dates(max_value=datetime.date(2100, 1, 1)), st.dates())
def test_less_of_a_birth_date_never_excludes_the_age(
    born: datetime.date, on: datetime.date
) -> None:
    exact = age_from_birth_date(born.isoformat(), on).low
    for length in (4, 7):
        ages = age_from_birth_date(born.isoformat()[:length], on)
        assert ages.low <= exact <= ages.high <= ages.low + 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing"),
        ("65", "a year has four digits"),
        ("1965-3", "a month has two"),
        ("1965-00", "no such month"),
        ("1965-02-29", "no leap year"),
        ("19650302", "no dashes"),
        ("02.03.1965", "another country's way"),
        ("1965-W01-1", "a week is no date of birth"),
        ("1965-060", "nor is the day of a year"),
        ("0000", "there was no year 0"),
        ("1965-03-02T00:00", "no time of day"),
        ("-965", "no sign"),
        ("١٩٦٥", "digits of ASCII only"),
    ],
)
def test_no_birth_date(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        assert not age_from_birth_date(text, datetime.date(2026, 1, 1)), reason


@pytest.mark.parametrize(
    "text", ["2026-11", "20261121", "2026-W47-6", "2026-325", "2026/11/21", "", "2026-11-2x"]
)
def test_no_day(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        day(text)


def test_a_day() -> None:
    assert day("2026-11-21") == datetime.date(2026, 11, 21)


YES, NO = YesNo.YES, YesNo.NO


@pytest.mark.parametrize(
    ("epilepsy", "seizures", "read", "reason"),
    [
        (None, None, (None, None), "nothing said, nothing known"),
        (YES, None, (YES, YES), "epilepsy is a history of seizures"),
        (YES, NO, (YES, YES), "H2: where they contradict, the dangerous one"),
        (YES, YES, (YES, YES), "both said"),
        (NO, None, (NO, None), "a seizure without epilepsy is possible"),
        (NO, YES, (NO, YES), "for instance a febrile one"),
        (None, NO, (NO, NO), "no seizure ever, so no epilepsy"),
        (None, YES, (None, YES), "one seizure is no epilepsy yet"),
        (NO, NO, (NO, NO), "both denied"),
    ],
)
def test_epilepsy_and_seizures(
    epilepsy: YesNo | None,
    seizures: YesNo | None,
    read: tuple[YesNo | None, YesNo | None],
    reason: str,
) -> None:
    patient = Patient(epilepsy=epilepsy, seizure_history=seizures).with_implications()
    assert (patient.epilepsy, patient.seizure_history) == read, reason
    assert patient.with_implications() == patient, "nothing more follows"


@pytest.mark.parametrize(
    ("on_dialysis", "told", "read", "reason"),
    [
        (YES, None, ON_DIALYSIS, "end-stage, whatever the number"),
        (YES, Interval(40, 40), ON_DIALYSIS, "of two facts that disagree the dangerous one counts"),
        (NO, None, None, "kidneys may be well or not"),
        (None, None, None, "nothing is known"),
    ],
)
def test_dialysis_tells_of_the_clearance(
    on_dialysis: YesNo | None, told: Interval | None, read: Interval | None, reason: str
) -> None:
    patient = Patient(on_dialysis=on_dialysis, creatinine_clearance_ml_min=told)
    assert patient.with_implications().creatinine_clearance_ml_min == read, reason
    assert ON_DIALYSIS.high < 15, "labels begin again at 15"


@pytest.mark.parametrize(
    ("dose", "milligrams", "reason"),
    [
        (Dose(20, "mg"), 20.0, "a tablet of Firdapse and a second"),
        (Dose(0.5, "g"), 500.0, "grams"),
        (Dose(1, " GM "), 1000.0, "as some systems write it"),
        (Dose(250, "mcg"), 0.25, "micrograms"),
        (Dose(250, "µg"), 0.25, "the micro sign"),
        (Dose(250, "μg"), 0.25, "the Greek letter"),
        (Dose(2, "drops"), None, "a drop has no known mass"),
        (Dose(5, "mL"), None, "H4: a volume needs a strength"),
        (Dose(100, "units"), None, "units differ by drug"),
        (Dose(1, ""), None, "no unit"),
        (Dose(18.98, "mg"), 18.98, "H4: never converted from a salt"),
    ],
)
def test_milligrams(dose: Dose, milligrams: float | None, reason: str) -> None:
    assert dose.milligrams() == milligrams, reason


@pytest.mark.parametrize("limit", [15, 20, 30, 40, 60, 80, 100])
@pytest.mark.parametrize(("unit", "share"), [("mg", 1.0), ("g", 1000.0), ("mcg", 0.001)])
@pytest.mark.parametrize("per_day", [1, 2, 3, 4, 5, 6, 8, 10])
def test_a_dose_at_its_limit_is_not_over_it(
    limit: int, unit: str, share: float, per_day: int
) -> None:
    single = round(limit / per_day * 4) / 4  # in quarters of a milligram, as tablets are broken
    milligrams = Dose(single / share, unit).milligrams()
    assert milligrams is not None
    assert milligrams * per_day == single * per_day


SYSTEMIC = {
    Route.ORAL,
    Route.SUBLINGUAL,
    Route.BUCCAL,
    Route.ENTERAL_TUBE,
    Route.INTRAVENOUS,
    Route.INTRAMUSCULAR,
    Route.SUBCUTANEOUS,
    Route.INTRADERMAL,
    Route.INTRATHECAL,
    Route.EPIDURAL,
    Route.INTRAPERITONEAL,
    Route.INTRAPLEURAL,
    Route.INTRAVESICAL,
    Route.TRANSDERMAL,
    Route.RECTAL,
}


def test_systemic_routes() -> None:
    """H11 names the local ones; tube, rectal, transdermal, intrathecal, epidural are systemic."""
    assert ROUTE_SETS["systemic"] == SYSTEMIC


@pytest.mark.parametrize("name", sorted(ROUTE_SETS))
def test_a_set_of_routes_holds_no_unknown_one(name: str) -> None:
    assert ROUTE_SETS[name] <= KNOWN_ROUTES
    assert Route.OTHER not in ROUTE_SETS[name]


def test_any_route_is_every_known_one() -> None:
    assert ROUTE_SETS["any"] == set(Route) - {Route.OTHER}


def test_enteral_and_parenteral_routes_are_systemic_and_apart() -> None:
    enteral, parenteral = ROUTE_SETS["enteral"], ROUTE_SETS["parenteral"]
    assert enteral | parenteral <= ROUTE_SETS["systemic"]
    assert not enteral & parenteral


@pytest.mark.parametrize(
    ("ingredient", "classes", "included", "reason"),
    [
        ("metoprolol", set(), True, "named itself"),
        ("bisoprolol", {"beta-blocker"}, True, "named by its class"),
        ("amoxicillin", {"penicillin"}, False, "of another class"),
        ("sotalol", {"beta-blocker"}, False, "excepted from its class"),
        ("esmolol", {"beta-blocker"}, False, "excepted though also named"),
    ],
)
def test_drugs(ingredient: str, classes: set[str], included: bool, reason: str) -> None:
    meant = Drugs(
        frozenset({"metoprolol", "esmolol"}),
        frozenset({"beta-blocker"}),
        frozenset({"sotalol", "esmolol"}),
    )
    assert meant.include(ingredient, frozenset(classes)) is included, reason
