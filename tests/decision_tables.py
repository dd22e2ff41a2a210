"""Decision tables and requests at random, for what must be true of every table."""

from dataclasses import replace

from hypothesis import strategies as st

from builders import ADVICE, order, request, row, rule
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.condition import All, Between, Condition, Either, Is, Not
from lems_guard.clinical.facts import Interval, YesNo
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Jurisdiction, Severity

YES = frozenset({YesNo.YES})
SEIZURES, EPILEPSY = Is("seizure_history", YES), Is("epilepsy", YES)
NOT_ASKED = Is("seizure_history", frozenset(), or_unknown=True)
IN_US = Is("jurisdiction", frozenset({Jurisdiction.US}))
ORAL, EYE = frozenset({Route.ORAL}), frozenset({Route.OPHTHALMIC})


def conditions() -> st.SearchStrategy[Condition]:
    """Conditions over two answers, an age and a jurisdiction."""
    ages = st.integers(0, 6).map(lambda bound: 10 * bound)
    atoms = st.one_of(
        st.sampled_from([SEIZURES, EPILEPSY, NOT_ASKED, IN_US]),
        ages.map(lambda bound: Between("age_years", above=bound)),
        ages.map(lambda bound: Between("age_years", at_most=bound)),
    )
    return st.recursive(
        atoms,
        lambda part: st.one_of(
            part.map(Not),
            st.lists(part, min_size=2, max_size=3).map(tuple).map(All),
            st.lists(part, min_size=2, max_size=3).map(tuple).map(Either),
        ),
        max_leaves=5,
    )


@st.composite
def tables(draw: st.DrawFn) -> Rule:
    """A rule about "a"; the action of a row is its number."""
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(list(Severity)),
                st.sampled_from([None, ORAL, EYE, ORAL | EYE]),
                st.none() | conditions(),
            ),
            min_size=1,
            max_size=4,
        )
    )
    return rule(
        "a",
        *(
            row(*each, advice=replace(ADVICE, action=str(number)))
            for number, each in enumerate(rows)
        ),
        modifiers=draw(st.lists(conditions(), max_size=1)),
    )


def requests() -> st.SearchStrategy[ScreeningRequest]:
    """Orders of "a" for patients of whom something may be unknown."""
    answers = st.sampled_from([None, *YesNo])
    patients = st.builds(
        Patient,
        age_years=st.none() | st.integers(0, 75).map(lambda years: Interval(years, years)),
        seizure_history=answers,
        epilepsy=answers,
    )
    return st.builds(
        lambda route, patient, place: request(
            order("a", route=route), patient=patient, jurisdiction=place
        ),
        st.sampled_from([Route.ORAL, Route.OPHTHALMIC, Route.INTRAVENOUS]),
        patients,
        st.sampled_from(list(Jurisdiction)),
    )
