"""A typed list as a hook call: what is typed is in it, or is named as what is not."""

import datetime

import pytest

from lems_guard.callers.profile import Profile
from lems_guard.edges.workbench import check_form
from lems_guard.edges.workbench.hook_call import DraftedCall, hook_call, settled

TODAY = datetime.date(2026, 12, 1)
FACTS = [name for name in check_form.FIELDS if name not in ("jurisdiction", "country")]
VALUES = {
    "age_years": "61", "weight_kg": "62.5", "creatinine_clearance_ml_min": "50",
    "birth_date": "1961-02-03", "hepatic_impairment": "mild", "nat2_phenotype": "poor",
    "lems_status": "suspected", "allergies": "penicillin", "conditions": "G40.9",
    "as_of": "2026-11-30",
}  # fmt: skip


def called(hook: str = "order-sign", **values: str) -> DraftedCall:
    request = check_form.read_form(dict.fromkeys(check_form.FIELDS, "") | values)
    return hook_call(request, hook, "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", TODAY)


@pytest.mark.parametrize("answer", ["yes", "no"])
@pytest.mark.parametrize("name", FACTS)
def test_what_is_typed_is_in_the_call_or_named(name: str, answer: str) -> None:
    told, empty = called(**{name: VALUES.get(name, answer)}), called()
    assert (told.body != empty.body) != bool(told.left_out), name


def test_a_no_is_on_no_list_of_diagnoses() -> None:
    assert called(epilepsy="no").left_out == ("epilepsy: no",)
    assert called(ventilated="yes").left_out == ("ventilated: yes",)


@pytest.mark.parametrize(
    ("status", "verified", "reason"),
    [
        ("", "confirmed", "the check takes LEMS where nothing is said"),
        ("confirmed", "confirmed", "as said"),
        ("suspected", "provisional", "a working diagnosis"),
        ("absent", "refuted", "excluded"),
    ],
)
def test_the_diagnosis_is_as_sure_as_it_was_said(status: str, verified: str, reason: str) -> None:
    [lems] = called(lems_status=status).body["prefetch"]["conditions"]["entry"]
    [coding] = lems["resource"]["verificationStatus"]["coding"]
    assert coding["code"] == verified, reason


def test_an_age_is_a_birth_date_of_that_age() -> None:
    assert called(age_years="61").body["prefetch"]["patient"]["birthDate"] == "1965-01-01"
    both = called(age_years="61", birth_date="1965-06-01")
    assert both.left_out == ("age 61: the birth date stands for it",)


def test_a_stopped_order_ends_on_its_day() -> None:
    bundle = called(stopped="pyridostigmine 60 mg tid @ 2026-11-20").body["context"]["draftOrders"]
    [entry] = bundle["entry"]
    assert entry["resource"]["status"] == "stopped"
    assert "2026-11-20" in str(entry["resource"]["dosageInstruction"])


def test_what_is_selected_is_what_is_proposed() -> None:
    context = called("order-select", proposed="metoprolol\ntramadol", stopped="x").body["context"]
    assert context["selections"] == ["MedicationRequest/p1", "MedicationRequest/p2"]


def test_labels_and_brands_are_settled_for_the_caller() -> None:
    values = dict.fromkeys(check_form.FIELDS, "") | {"jurisdiction": "EU", "country": "de"}
    profile = settled(check_form.read_form(values), Profile(least_severity="CAUTION"))
    assert profile == Profile(jurisdiction="EU", country="DE", least_severity="CAUTION")
