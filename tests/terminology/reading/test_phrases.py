"""A text in phrases: every character has one fate, and what may change is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lems_guard.clinical.medication import Medication, MedicationList
from lems_guard.terminology.resolver import Resolver
from lems_guard.terminology.words import spans_of, words_of
from searching import examples

QUICK = examples(300)
SAID = (
    "Firdapse metoprolol 10 mg tablet tab(s) 1-0-1 2+1+2 4 (four) times daily for back pain zzq ; ,"
    " hold HR < 60 max 8 a day ½ µg ❷ prn po/ng q4-6h 08:00 and then [ ] { } = % 3 mal täglich"
)
WORDS = st.sampled_from(SAID.split(" "))
TEXTS = st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=40)


def proposed(text: str) -> Medication:
    return Medication("1", MedicationList.PROPOSED, text)


@QUICK
@given(text=TEXTS)
def test_every_character_belongs_to_exactly_one_phrase(resolver: Resolver, text: str) -> None:
    phrases = resolver.phrases(proposed(text))
    assert "".join(each.words for each in phrases) == text
    ends = [0, *(each.end for each in phrases)]
    assert [each.start for each in phrases] == ends[:-1]
    assert ends[-1] == len(text)


@QUICK
@given(text=TEXTS)
def test_words_stand_where_they_are_said_to_stand(text: str) -> None:
    spans = list(spans_of(text))
    assert len(spans) == len(words_of(text))
    assert all(start < end for start, end in spans)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (
            "metoprolol 25 mg po bid for back pain",
            ["name", "amount", "route", "frequency", "reason"],
        ),
        ("Firdapse 2 tablets tid zzq", ["brand", "count", "form", "frequency", "unknown"]),
        ("start Firdapse 10 mg", ["start", "brand", "amount"]),
    ],
)
def test_what_each_phrase_is(resolver: Resolver, text: str, kinds: list[str]) -> None:
    assert [each.kind for each in resolver.phrases(proposed(text))] == kinds


def test_an_unknown_word_tells_what_it_may_change(resolver: Resolver) -> None:
    *_, unknown = resolver.phrases(proposed("metoprolol zzq"))
    assert unknown.changes == ("drug", "dose", "doses_per_day", "route")
