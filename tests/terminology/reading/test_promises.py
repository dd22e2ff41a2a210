"""What holds for every order, whoever writes it: each test is one promise."""

import datetime
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lems_guard.clinical.alert import Screening, ScreeningRequest
from lems_guard.clinical.dose import Dose
from lems_guard.clinical.facts import Interval, YesNo
from lems_guard.clinical.medication import Disposition, Medication, MedicationList, Understood
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import Certainty, Jurisdiction
from lems_guard.editions.library import Edition
from lems_guard.screening.screen import RuleScreener
from lems_guard.terminology.resolver import Resolver
from searching import examples

QUICK = examples(100)
US = Jurisdiction.US
# Orders that say all that is needed: drug, dose, route and times.
WHOLE = st.sampled_from(
    [
        "metoprolol 25 mg po bid",
        "Firdapse 20 mg po tid",
        "gentamicin 80 mg iv q8h",
        "prednisone 60 mg po daily",
        "Firdapse 10 mg tablet take 6 tablets po tid",
        "magnesium sulfate 2 g iv once",
        "amifampridine 10-30 mg po tid",
    ]
)
HARMLESS = st.sampled_from(
    [
        "for HTN",
        "for back pain and stiffness",
        "per cardiology",
        "hold for HR < 60",
        "refills: 3",
        "qty 90",
        "do not crush",
        "(home med)",
        "with food",
        "x 7 days",
        "zzq",
        "zzq qqz",
        "until seen in clinic",
    ]
)
PATIENT = Patient(
    age_years=Interval(60, 60),
    weight_kg=Interval(70, 70),
    creatinine_clearance_ml_min=Interval(100, 100),
    seizure_history=YesNo.NO,
    epilepsy=YesNo.NO,
)

Check = Callable[..., Screening]


@pytest.fixture(scope="session")
def check(edition: Edition) -> Check:
    """Screen orders that are proposed beside each other."""

    def screened(*orders: Medication) -> Screening:
        understood = tuple((order, edition.understand(order)) for order in orders)
        asked = ScreeningRequest(PATIENT, understood, US, datetime.date(2026, 11, 30))
        return RuleScreener().screen(asked, edition.knowledge)

    return screened


def proposed(text: str, name: str = "1") -> Medication:
    return Medication(name, MedicationList.PROPOSED, text)


def found(screening: Screening) -> set[tuple[str, int, Certainty]]:
    """What a screening finds: which rule, how severe, how certain."""
    return {
        (finding.rule.id, int(finding.severity), finding.certainty)
        for alert in screening.alerts
        for finding in alert.findings
    }


def is_at_least(one: Screening, other: Screening) -> bool:
    """Whether each rule that one screening names is named as gravely by the other."""
    worst = {rule: severity for rule, severity, _ in sorted(found(one), key=lambda each: each[1])}
    return all(worst.get(rule, 0) >= severity for rule, severity, _ in found(other))


def without_words(understood: Understood) -> Understood:
    doubts = tuple(doubt for doubt in understood.doubts if doubt.field)
    return understood._replace(doubts=doubts, notes=(), phase=None, suggestions=())


@QUICK
@given(order=WHOLE, tail=HARMLESS)
def test_a_harmless_tail_changes_no_alert_and_no_disposition(
    check: Check, resolver: Resolver, order: str, tail: str
) -> None:
    plain = resolver.understand(proposed(order))
    longer = resolver.understand(proposed(f"{order} {tail}"))
    assert without_words(longer)[:6] == without_words(plain)[:6]
    if "home" not in tail:  # that says that the treatment goes on
        assert found(check(proposed(f"{order} {tail}"))) == found(check(proposed(order)))


@QUICK
@given(first=WHOLE, second=WHOLE, sign=st.sampled_from(["; ", "\n", ", ", " then ", " and ", ". "]))
def test_two_orders_in_one_text_find_what_each_finds_alone(
    check: Check, first: str, second: str, sign: str
) -> None:
    together = check(proposed(f"{first}{sign}{second}"))
    apart = check(proposed(first, "1"), proposed(second, "2"))
    assert is_at_least(together, check(proposed(first)))
    assert is_at_least(together, check(proposed(second)))
    if first != second:
        assert found(together) == found(apart)


@QUICK
@given(
    low=st.integers(1, 12),
    more=st.integers(0, 12),
    times=st.sampled_from(["daily", "bid", "tid", "qid"]),
    way=st.sampled_from(["Firdapse {} mg po {}", "Firdapse 10 mg tablet {} tablets po {}"]),
)
def test_more_is_never_milder(check: Check, low: int, more: int, times: str, way: str) -> None:
    mild, grave = (
        max(
            (severity for _, severity, _ in found(check(proposed(way.format(n * 5, times))))),
            default=0,
        )
        for n in (low, low + more)
    )
    assert grave >= mild


@QUICK
@given(order=WHOLE, data=st.data())
def test_case_spacing_and_unicode_change_nothing(
    resolver: Resolver, order: str, data: st.DataObject
) -> None:
    gap = data.draw(st.sampled_from([" ", "  ", "\t", "\u00a0", "\u2009"]))
    written = "".join(data.draw(st.sampled_from([c.lower(), c.upper()])) for c in order)
    written = written.replace(" ", gap).replace("-", data.draw(st.sampled_from(["-", "\u2013"])))
    told, usual = (resolver.understand(proposed(each)) for each in (written, order))
    assert told._replace(words="") == usual._replace(words="")


@QUICK
@given(
    dose=st.sampled_from([10.0, 20.0, 60.0]),
    per_day=st.sampled_from([1.0, 3.0, 4.0]),
    said=st.sampled_from([1, 3, 4]),
    tail=st.sampled_from(["", "zzq", "for weakness", "5-10 mg", "per neurology"]),
)
def test_what_a_field_says_stands_whatever_the_text_holds(
    resolver: Resolver, dose: float, per_day: float, said: int, tail: str
) -> None:
    order = proposed(f"Firdapse {said} times a day {tail}")._replace(
        dose=Dose(dose, "mg"), doses_per_day=per_day, route=Route.ORAL
    )
    answer = resolver.understand(order)
    assert (answer.dose, answer.doses_per_day, answer.route) == (
        Dose(dose, "mg"),
        per_day,
        Route.ORAL,
    )


@QUICK
@given(
    dose=st.sampled_from([10, 20, 30, 60, 80]),
    times=st.sampled_from([1, 3, 4, 6]),
    route=st.sampled_from([("po", Route.ORAL), ("iv", Route.INTRAVENOUS)]),
)
def test_fields_and_words_find_the_same(
    check: Check, dose: int, times: int, route: tuple[str, Route]
) -> None:
    in_words = proposed(f"amifampridine {dose} mg {route[0]} {times} times a day")
    in_fields = proposed("amifampridine")._replace(
        dose=Dose(dose, "mg"), doses_per_day=float(times), route=route[1]
    )
    assert found(check(in_words)) == found(check(in_fields))


def test_a_contradiction_is_judged_both_ways(check: Check) -> None:
    order = proposed("Firdapse 60 mg tid")
    for each in (
        order._replace(dose=Dose(10, "mg")),
        proposed("Firdapse 10 mg tid")._replace(dose=Dose(60, "mg")),
    ):
        screening = check(each)
        worst = max(screening.alerts[0].findings, key=lambda finding: finding.severity)
        assert (worst.severity.name, worst.certainty) == ("CONTRAINDICATED", Certainty.POSSIBLE)
        assert screening.completeness.name == "INCOMPLETE"


def test_a_word_near_to_a_drug_s_name_is_not_passed_over(resolver: Resolver) -> None:
    answer = resolver.understand(proposed("metoprolol 25 mg po bid gentamicinn"))
    assert answer.disposition is Disposition.UNRESOLVED
    assert answer.suggestions
