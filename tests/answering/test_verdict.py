"""The verdict: "nothing found" is said only where all was understood and checked."""

import pytest

from lems_guard.answering.in_words import with_more
from lems_guard.answering.spoken import read_as
from lems_guard.answering.verdict import NOTHING_FOUND, is_whole, sentence
from lems_guard.v1 import screening_pb2 as wire

WHOLE = wire.CheckPrescriptionResponse(completeness="COMPLETENESS_COMPLETE")
UNREAD = wire.Doubt(field="allergies", words="zzyx", what="is no allergy that is understood")


def test_all_was_checked() -> None:
    assert is_whole(WHOLE)
    assert sentence(WHOLE, {}) == NOTHING_FOUND


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"doubts": [UNREAD]}, "not checked: allergies “zzyx”"),
        (
            {"gaps": [wire.Gap(fact="seizure_history", worst="SEVERITY_CONTRAINDICATED")]},
            "not checked: what depends on: seizure history",
        ),
        (
            {"medications": [wire.MedicationResult(id="p1", disposition="DISPOSITION_UNRESOLVED")]}
            | {"completeness": "COMPLETENESS_INCOMPLETE"},
            "not checked: “zzzomycin”",
        ),
    ],
)
def test_what_was_not_is_named(more: dict[str, object], named: str) -> None:
    response = wire.CheckPrescriptionResponse()
    response.MergeFrom(WHOLE)
    response.MergeFrom(wire.CheckPrescriptionResponse(**more))  # type: ignore[arg-type]
    assert not is_whole(response)
    assert named in sentence(response, {"p1": "“zzzomycin”"})


@pytest.mark.parametrize(
    ("disposition", "read"),
    [("AMBIGUOUS", "digoxin or digitoxin"), ("EVALUATED", "digoxin + digitoxin")],
)
def test_what_may_be_one_of_two_is_no_combination(disposition: str, read: str) -> None:
    order = wire.OrderReading(ingredients=["digoxin", "digitoxin"], route="ROUTE_ORAL")
    result = wire.MedicationResult(disposition=f"DISPOSITION_{disposition}", orders=[order])
    assert read_as(result) == [f"{read} · oral · dose not known"]


@pytest.mark.parametrize(
    ("text", "more", "then"),
    [
        ("warfarin", "5 mg", "warfarin 5 mg"),
        ("warfarin @ 2026-11-20", "5 mg", "warfarin 5 mg @ 2026-11-20"),
        ("warfarin 5 mg", "2026-11-20", "warfarin 5 mg @ 2026-11-20"),
        ("warfarin @ 2026-11-20", "2026-11-21", "warfarin @ 2026-11-21"),
        ("warfarin @ noon", "5 mg", "warfarin @ noon 5 mg"),
    ],
)
def test_words_are_added_before_the_day_of_a_stopped_order(text: str, more: str, then: str) -> None:
    assert with_more(text, more) == then
