"""Kleene's logic over facts: what is unknown never counts as "no"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lems_guard.clinical.condition import All, Between, Condition, Either, Is, Not
from lems_guard.clinical.fact_table import FACTS
from lems_guard.clinical.facts import (
    FAILS,
    HOLDS,
    FactValue,
    Interval,
    Unknown,
    Verdict,
    YesNo,
    either,
    every,
    negated,
)
from lems_guard.clinical.medication import Phase

A = Verdict(None, frozenset({"a"}))
B = Verdict(None, frozenset({"b"}))
AB = Verdict(None, frozenset({"a", "b"}))
ACCEPTED = Verdict(True, frozenset({"a"}))  # holds since the rule accepts that a is unknown

MISSING = st.frozensets(st.sampled_from(["a", "b", "c"]), min_size=1)
VERDICTS = st.one_of(
    st.sampled_from([HOLDS, FAILS]),
    st.builds(Verdict, st.sampled_from([None, True]), MISSING),
)
PLAIN = st.one_of(st.sampled_from([HOLDS, FAILS]), st.builds(Verdict, st.none(), MISSING))


@pytest.mark.parametrize(
    ("parts", "conjunction", "disjunction", "reason"),
    [
        ([], HOLDS, FAILS, "a row without a condition always applies"),
        ([HOLDS, HOLDS], HOLDS, HOLDS, "both facts are there"),
        ([HOLDS, FAILS], FAILS, HOLDS, "one of two is there"),
        ([FAILS, FAILS], FAILS, FAILS, "neither is there"),
        ([HOLDS, A], A, HOLDS, "an unknown matters only where it decides"),
        ([FAILS, A], FAILS, A, "likewise the other way round"),
        ([A, B], AB, AB, "both questions must be asked"),
        ([FAILS, A, B], FAILS, AB, "nothing is asked that changes nothing"),
        ([A, HOLDS, B], AB, HOLDS, "one certain reason is enough"),
        ([ACCEPTED, HOLDS], ACCEPTED, HOLDS, "an accepted unknown is named unless idle"),
        ([ACCEPTED, FAILS], FAILS, ACCEPTED, "an accepted unknown holds, and is named"),
        ([ACCEPTED, B], AB, AB._replace(truth=True), "both could change the answer"),
    ],
)
def test_conjunction_and_disjunction(
    parts: list[Verdict], conjunction: Verdict, disjunction: Verdict, reason: str
) -> None:
    assert every(parts) == conjunction, reason
    assert either(parts) == disjunction, reason


@pytest.mark.parametrize(
    ("verdict", "negation", "reason"),
    [
        (HOLDS, FAILS, "what is known is known not to fail"),
        (FAILS, HOLDS, "and the other way round"),
        (A, A, "the opposite of an unknown is unknown"),
        (ACCEPTED, FAILS, "not to accept an unknown is to ask for a known fact"),
    ],
)
def test_negation(verdict: Verdict, negation: Verdict, reason: str) -> None:
    assert negated(verdict) == negation, reason


@given(
    st.lists(VERDICTS, max_size=5).flatmap(
        lambda some: st.tuples(st.just(some), st.permutations(some))
    )
)
def test_the_order_of_parts_does_not_matter(both: tuple[list[Verdict], list[Verdict]]) -> None:
    some, shuffled = both
    assert every(some) == every(shuffled)
    assert either(some) == either(shuffled)


@given(VERDICTS, VERDICTS, VERDICTS)
def test_grouping_of_parts_does_not_matter(a: Verdict, b: Verdict, c: Verdict) -> None:
    assert every([every([a, b]), c]) == every([a, every([b, c])]) == every([a, b, c])
    assert either([either([a, b]), c]) == either([a, either([b, c])]) == either([a, b, c])


@given(st.lists(PLAIN, max_size=4))
def test_de_morgan(some: list[Verdict]) -> None:
    opposites = [negated(verdict) for verdict in some]
    assert negated(every(some)) == either(opposites)
    assert negated(either(some)) == every(opposites)


@given(st.lists(VERDICTS, max_size=4))
def test_de_morgan_with_accepted_unknowns(some: list[Verdict]) -> None:
    opposites = [negated(verdict) for verdict in some]
    assert negated(every(some)).truth is either(opposites).truth
    assert negated(either(some)).truth is every(opposites).truth


@given(PLAIN)
def test_two_negations_cancel_out(verdict: Verdict) -> None:
    assert negated(negated(verdict)) == verdict


@given(st.lists(VERDICTS, max_size=5))
def test_a_plain_answer_misses_nothing(some: list[Verdict]) -> None:
    for verdict in (every(some), either(some), negated(every(some))):
        assert verdict.missing or verdict.truth is not None
        assert not verdict.missing or verdict.truth is not False


YES = Is("seizure_history", frozenset({YesNo.YES}))
YES_OR_UNKNOWN = Is("seizure_history", frozenset({YesNo.YES}), or_unknown=True)
STARTED = Is("phase", frozenset({Phase.START}))


@pytest.mark.parametrize(
    ("condition", "value", "verdict", "reason"),
    [
        (YES, YesNo.YES, HOLDS, "a history of seizures"),
        (YES, YesNo.NO, FAILS, "stated that there is none"),
        (YES, None, Verdict(None, frozenset({"seizure_history"})), "nobody asked"),
        (YES_OR_UNKNOWN, YesNo.NO, FAILS, "stated that there is none"),
        (
            YES_OR_UNKNOWN,
            None,
            Verdict(True, frozenset({"seizure_history"})),
            "H2: asked before the first dose, and named",
        ),
        (
            Not(YES_OR_UNKNOWN),
            None,
            FAILS,
            "written on purpose: only where it is known to be absent",
        ),
        (Not(YES_OR_UNKNOWN), YesNo.NO, HOLDS, "known to be absent"),
        (STARTED, None, Verdict(None, frozenset({"seizure_history"})), "the phase was not sent"),
    ],
)
def test_a_choice(condition: Condition, value: FactValue, verdict: Verdict, reason: str) -> None:
    facts: dict[str, FactValue] = {
        "seizure_history": value,
        "phase": Unknown(("seizure_history",)),
    }
    assert condition.judge(facts) == verdict, reason


CHILD = Between("age_years", at_least=6, below=18)
OVER_LIMIT = Between("daily_dose_mg", above=100, at_most=200)
ASK_AGE = Verdict(None, frozenset({"age_years"}))


@pytest.mark.parametrize(
    ("condition", "value", "verdict", "reason"),
    [
        (CHILD, Interval(6, 6), HOLDS, "the sixth birthday counts"),
        (CHILD, Interval(17, 17), HOLDS, "still a child"),
        (CHILD, Interval(18, 18), FAILS, "an adult by that birthday"),
        (CHILD, Interval(5, 5), FAILS, "too young for the label"),
        (CHILD, Interval(6, 17), HOLDS, "a child whichever it is"),
        (CHILD, Interval(17, 18), ASK_AGE, "a birth year alone leaves both"),
        (CHILD, Interval(5, 6), ASK_AGE, "likewise at the lower end"),
        (CHILD, Interval(0, 5), FAILS, "too young whichever it is"),
        (CHILD, Interval(18, 19), FAILS, "an adult whichever it is"),
        (CHILD, Interval(0, 90), ASK_AGE, "both ends outside, children within"),
        (CHILD, None, ASK_AGE, "no age was sent"),
        (OVER_LIMIT, Interval(100, 100), FAILS, "the maximum itself is allowed"),
        (OVER_LIMIT, Interval(100.5, 200), HOLDS, "over it, up to twice"),
        (
            OVER_LIMIT,
            Interval(0, float("inf"), ("doses_per_day",)),
            Verdict(None, frozenset({"doses_per_day"})),
            "as needed: ask how often",
        ),
        (
            Between("daily_dose_mg", above=100),
            Interval(120, float("inf"), ("doses_per_day",)),
            HOLDS,
            "the known orders exceed it by themselves",
        ),
        (
            OVER_LIMIT,
            Unknown(("dose", "doses_per_day")),
            Verdict(None, frozenset({"dose", "doses_per_day"})),
            "a derived fact asks for what it is made from",
        ),
    ],
)
def test_a_range(condition: Between, value: FactValue, verdict: Verdict, reason: str) -> None:
    assert condition.judge({condition.fact: value}) == verdict, reason


@given(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).map(sorted),
    st.integers(0, 9),
    st.builds(
        Between,
        st.just("age_years"),
        *[st.none() | st.integers(0, 9).map(float) for _ in range(4)],
    ),
)
def test_a_range_agrees_with_each_number_it_may_be(
    bounds: list[int], share: int, condition: Between
) -> None:
    low, high = bounds
    number = min(low + share, high)
    whole = condition.judge({"age_years": Interval(low, high)}).truth
    exact = condition.judge({"age_years": Interval(number, number)}).truth
    assert exact is not None
    assert whole in {None, exact}


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (YES_OR_UNKNOWN, "seizure history is YES or unknown"),
        (CHILD, "age years at least 6 and below 18"),
        (All((YES, CHILD)), "seizure history is YES and age years at least 6 and below 18"),
        (Either((YES, STARTED)), "(seizure history is YES) or (phase is START)"),
        (Not(YES), "not (seizure history is YES)"),
    ],
)
def test_a_condition_in_words(condition: Condition, words: str) -> None:
    assert condition.words() == words


def test_every_fact_has_a_question() -> None:
    assert all(spec.name == name and spec.ask.endswith("?") for name, spec in FACTS.items())
