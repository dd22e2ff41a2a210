"""Allergies over the wire: what is then not offered, and what is asked."""

import datetime
from functools import cache

import pytest

from lems_guard.answering.answer import Answerer
from lems_guard.clinical.errors import InvalidRequest
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.editions.library import load_edition, packaged_rules
from lems_guard.screening.screen import RuleScreener
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import screening_pb2 as answered
from lems_guard.v1 import terms_pb2 as terms

ON = datetime.date(2026, 11, 30)


@cache
def answerer() -> Answerer:
    edition = load_edition(packaged_rules()).edition
    return Answerer(
        edition.knowledge,
        edition,
        RuleScreener(),
        jurisdiction=Jurisdiction.US,
        today=lambda: ON,
    )


def answer(*allergies: str, **patient: object) -> answered.CheckPrescriptionResponse:
    """The answer on ciprofloxacin for a patient with these allergies."""
    request = wire.CheckPrescriptionRequest(
        proposed=[wire.Medication(id="p", text="ciprofloxacin 500 mg po bid")],
        active=[wire.Medication(id="a", text="Firdapse 10 mg po tid")],
        patient=wire.Patient(
            age_years=60,
            seizure_history=terms.ANSWER_NO,
            allergies=[wire.Allergy(text=each) for each in allergies],
            **patient,  # type: ignore[arg-type]
        ),
    )
    reply = answerer().answer(request.SerializeToString()).reply
    return answered.CheckPrescriptionResponse.FromString(reply)


def offered(response: answered.CheckPrescriptionResponse) -> str:
    """What is offered instead of ciprofloxacin, in words."""
    [alert] = [each for each in response.alerts if each.drug == "ciprofloxacin"]
    return "; ".join(each for finding in alert.findings for each in finding.alternatives)


@pytest.mark.parametrize(
    ("allergies", "gone", "stays", "reason"),
    [
        ((), "", "β-lactam", "nothing is told"),
        (("no known allergies",), "", "β-lactam", "known none"),
        (("NKDA",), "", "β-lactam", "known none, in short"),
        (("penicillin",), "β-lactam", "doxycycline", "the name of a class"),
        (("Penicillins (rash)",), "β-lactam", "doxycycline", "with what happened"),
        (("amoxicillin",), "β-lactam", "doxycycline", "one drug of a group"),
        (("cefalexin",), "β-lactam", "doxycycline", "cephalosporins are of the group"),
        (("doxycycline",), "doxycycline", "β-lactam", "the drug itself"),
        (("sulfa",), "", "doxycycline", "a group that nothing here is of"),
    ],
)
def test_no_allergen_is_offered(
    allergies: tuple[str, ...], gone: str, stays: str, reason: str
) -> None:
    words = offered(answer(*allergies))
    assert stays in words, reason
    assert not gone or gone not in words, reason


def test_an_entry_that_is_not_understood_is_asked_about_and_nothing_is_offered() -> None:
    response = answer("xyzzyplugh")
    assert "doxycycline" not in offered(response)
    assert [gap.fact for gap in response.gaps if gap.fact == "allergies"] == ["allergies"]


def test_where_nothing_fits_the_action_says_whom_to_ask() -> None:
    [alert] = [each for each in answer("xyzzyplugh").alerts if each.drug == "ciprofloxacin"]
    worst = alert.findings[0]
    assert not worst.alternatives
    assert worst.action.endswith("ask neurology or a clinical pharmacist.")


def test_an_aminopyridine_among_them_contraindicates_amifampridine() -> None:
    found = {alert.drug: alert.severity for alert in answer("4-aminopyridine").alerts}
    assert found["amifampridine"] == terms.SEVERITY_CONTRAINDICATED


def test_equal_allergies_in_any_order_are_one_decision() -> None:
    assert answer("penicillin", "sulfa").decision_id == answer("sulfa", "penicillin").decision_id


def test_too_many_and_empty_ones_are_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"patient\.allergies"):
        answer(*["penicillin"] * 101)
    with pytest.raises(InvalidRequest, match=r"patient\.allergies\[0\]"):
        answer(" ")
