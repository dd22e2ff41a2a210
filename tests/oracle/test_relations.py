"""What must hold between two answers, whatever the right one is: over every drug that rules name.

A wrong answer may be wrong in a way that no table of cases has; that it agrees with itself, said
otherwise, can be asked of all of them.
"""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowds import TODAY, answerer_of
from lems_guard.answering.answer import Answerer
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.editions.library import Edition
from lems_guard.screening.screen import RuleScreener
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import screening_pb2 as told
from lems_guard.v1 import terms_pb2 as terms
from prescriptions import prescriptions, texts_of
from searching import examples

# By drug and rule: how bad, and whether it is sure (ESTABLISHED is the lower number).
Claims = dict[tuple[str, str], tuple[int, int]]
HARMLESS = "acetaminophen 500 mg po q6h"
DOSES = (0.5, 20.0, 250.0, 5000.0)  # mg
SURE_DATE = "2026-11-21"
ROUTES = (terms.ROUTE_ORAL, terms.ROUTE_INTRAVENOUS)
# Of so many names one is tried: all would take minutes, and each run would try the same.
EACH_BRAND = 12


@pytest.fixture(scope="module")
def answerer(edition: Edition) -> Answerer:
    return answerer_of(edition)


@pytest.fixture(scope="module")
def drugs(edition: Edition) -> list[str]:
    """Every drug that a rule may speak of."""
    return sorted(edition.knowledge.candidates)


def reply(
    answerer: Answerer, request: wire.CheckPrescriptionRequest
) -> told.CheckPrescriptionResponse:
    raw = answerer.answer(request.SerializeToString()).reply
    return told.CheckPrescriptionResponse.FromString(raw)


def claims(answerer: Answerer, request: wire.CheckPrescriptionRequest) -> Claims:
    return {
        (alert.drug, finding.rule_id): (finding.severity, finding.certainty)
        for alert in reply(answerer, request).alerts
        for finding in alert.findings
    }


def of_one(answerer: Answerer, order: wire.Medication) -> Claims:
    """What is said of one new order in a patient of 61 beside amifampridine."""
    request = wire.CheckPrescriptionRequest(
        patient=wire.Patient(age_years=61), as_of=SURE_DATE, proposed=[order]
    )
    request.proposed[0].id = "p1"
    request.active.add(id="a1", text="amifampridine 10 mg po tid")
    return claims(answerer, request)


def as_fields(
    drug: str, route: terms.Route = terms.ROUTE_INTRAVENOUS, mg: float = 50
) -> wire.Medication:
    return wire.Medication(text=drug, route=route, dose=wire.Dose(value=mg, unit="mg"))


def is_no_milder(after: Claims, before: Claims) -> bool:
    """Nothing went, and nothing became less grave."""
    return all(key in after and after[key][0] >= was[0] for key, was in before.items())


def test_words_say_what_fields_say(answerer: Answerer, drugs: list[str]) -> None:
    differing = [
        drug
        for drug in drugs
        if of_one(answerer, wire.Medication(text=f"{drug} 50 mg iv"))
        != of_one(answerer, as_fields(drug))
    ]
    assert differing == []


def test_a_code_says_no_less_than_the_name(
    edition: Edition, answerer: Answerer, drugs: list[str]
) -> None:
    """One code stands for several botulinum toxins: it may say more, of each of them."""
    coded = {drug: edition.vocabulary.ingredients.get(drug, "") for drug in drugs}
    milder, other = [], []
    for drug, code in coded.items():
        if code:
            order = as_fields(drug)
            named = of_one(answerer, order)
            order.text = ""
            order.codings.add(system=terms.CODE_SYSTEM_RXNORM, code=code)
            found = of_one(answerer, order)
            milder += [drug] * (not is_no_milder(found, named))
            is_alone = sum(each == code for each in coded.values()) == 1
            other += [drug] * (is_alone and found != named)
    assert len([code for code in coded.values() if code]) > 400
    assert (milder, other) == ([], [])


def test_a_brand_is_its_drug(edition: Edition, answerer: Answerer, drugs: list[str]) -> None:
    """Where it means one drug everywhere."""
    meant = {
        brand: meanings[0].ingredients[0]
        for brand, meanings in sorted(edition.vocabulary.brands.items())
        if len(meanings) == 1 and len(meanings[0].ingredients) == 1
    }
    flagged = [each for each in meant.items() if each[1] in set(drugs)][::EACH_BRAND]
    assert len(flagged) > 300
    differing = [
        brand
        for brand, drug in flagged
        if of_one(answerer, wire.Medication(text=f"{brand} 50 mg iv"))
        != of_one(answerer, wire.Medication(text=f"{drug} 50 mg iv"))
    ]
    assert differing == []


@pytest.mark.parametrize("route", ROUTES, ids=terms.Route.Name)
def test_a_higher_dose_is_no_milder(
    answerer: Answerer, drugs: list[str], route: terms.Route
) -> None:
    fallen = []
    for drug in drugs:
        before: Claims = {}
        for mg in DOSES:
            order = as_fields(drug, route, mg)
            order.doses_per_day = 3
            after = of_one(answerer, order)
            fallen += [(drug, mg)] * (not is_no_milder(after, before))
            before = after
    assert fallen == []


@examples(150)
@given(data=st.data())
def test_a_harmless_drug_more_takes_nothing_away(
    edition: Edition, answerer: Answerer, data: st.DataObject
) -> None:
    """From any of the three lists, whatever else is there."""
    request = data.draw(prescriptions(texts_of(edition)))
    before = claims(answerer, request)
    orders = data.draw(st.sampled_from([request.proposed, request.active]))
    orders.add(id="the harmless one", text=HARMLESS)
    assert is_no_milder(claims(answerer, request), before)


@examples(60)
@given(data=st.data())
def test_the_clock_changes_nothing_of_a_dated_list(edition: Edition, data: st.DataObject) -> None:
    """Across midnight, a year, or a clock that was put back."""
    request = data.draw(prescriptions(texts_of(edition)))
    request.as_of = SURE_DATE
    raw = request.SerializeToString()
    days = (TODAY, TODAY + datetime.timedelta(1), datetime.date(1999, 12, 31), datetime.date.max)
    replies = {on(edition, day).answer(raw).reply for day in days}
    assert len(replies) == 1


def on(edition: Edition, day: datetime.date) -> Answerer:
    """What answers on a day."""
    return Answerer(
        edition.knowledge,
        edition,
        RuleScreener(),
        jurisdiction=Jurisdiction.US,
        today=lambda: day,
    )
