"""Whether an allergy to an aminopyridine is on record, or that none is known."""

from typing import Any

import pytest

from lems_guard.editions.library import Edition
from lems_guard.fhir.allergies import AMINOPYRIDINE, hypersensitivity
from lems_guard.v1 import terms_pb2 as terms

YES, NO, OPEN = terms.ANSWER_YES, terms.ANSWER_NO, terms.ANSWER_UNSPECIFIED
SNOMED_CT = "http://snomed.info/sct"


def to(words: str = "", code: str = "", **members: object) -> dict[str, Any]:
    coding = [{"system": SNOMED_CT, "code": code}] if code else []
    return {
        "resourceType": "AllergyIntolerance",
        "code": {"text": words, "coding": coding},
        **members,
    }


@pytest.mark.parametrize(
    ("entries", "answer", "why"),
    [
        ([], OPEN, "an empty list tells nothing"),
        ([to(code="716186003")], NO, "no known allergy"),
        ([to(code="409137002")], NO, "no known drug allergy"),
        ([to("NKDA")], NO, "by its initials"),
        ([to("NKA")], NO, "by its initials"),
        ([to("No known allergies.")], NO, "in words"),
        ([to("no known drug allergies")], NO, "in words"),
        ([to("NKDA"), to("penicillin")], OPEN, "which of the two is not known"),
        ([to("NKDA"), to("peanut", category=["food"])], NO, "no drug is food"),
        ([to("NKDA", verificationStatus="refuted")], OPEN, "it was taken back"),
        ([to("penicillin")], OPEN, "another drug's"),
        ([to("Firdapse")], YES, "by its brand"),
        ([to("aminopyridine hypersensitivity")], YES, "by its class"),
        ([to("NKDA"), to("amifampridine")], YES, "the grave one counts"),
        ([to("unknown")], OPEN, "nobody knows"),
        ([to("Not on file")], OPEN, "nobody was asked"),
        ([to("No known allergies to latex")], OPEN, "of one thing alone"),
        ([to(reaction=[{"substance": {"text": "fampridine"}}])], YES, "as the reaction has it"),
        ([{"resourceType": "AllergyIntolerance"}], OPEN, "an entry that says nothing"),
    ],
)
def test_an_aminopyridine_allergy(
    edition: Edition, entries: list[dict[str, Any]], answer: terms.Answer, why: str
) -> None:
    found = hypersensitivity(
        entries,
        edition.understand,
        frozenset(
            name
            for name, classes in edition.knowledge.classes_of.items()
            if AMINOPYRIDINE in classes
        ),
    )
    assert found == answer, why
