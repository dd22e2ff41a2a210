"""What a jurisdiction settles in advance changes no verdict."""

import itertools

import pytest

from builders import row, rule
from lems_guard.clinical.condition import All, Between, Condition, Either, Is, Not
from lems_guard.clinical.facts import FAILS, HOLDS, FactValue, Interval, YesNo
from lems_guard.clinical.severity import Jurisdiction, Severity
from lems_guard.screening.tables import all_rows, rows_in, settled

US, EU, CH = Jurisdiction
IN_US = Is("jurisdiction", frozenset({US}))
IN_EUROPE = Is("jurisdiction", frozenset({EU, CH}), or_unknown=True)
PREGNANT = Is("pregnant", frozenset({YesNo.YES}))
PERHAPS = Is("pregnant", frozenset({YesNo.YES}), or_unknown=True)
ADULT = Between("age_years", at_least=18)
SIMPLE: tuple[Condition, ...] = (IN_US, IN_EUROPE, PREGNANT, PERHAPS, ADULT)
PAIRS: tuple[Condition, ...] = tuple(
    kind(parts) for kind in (All, Either) for parts in itertools.product(SIMPLE, SIMPLE)
)
NESTED = [
    *SIMPLE,
    *map(Not, SIMPLE),
    *PAIRS,
    *map(Not, PAIRS),
    *(kind((pair, one)) for kind in (All, Either) for pair in PAIRS for one in SIMPLE),
    *(kind((one, Not(pair))) for kind in (All, Either) for pair in PAIRS for one in SIMPLE),
    All(()),
    Either(()),
]
PATIENTS: list[dict[str, FactValue]] = [
    {"pregnant": pregnant, "age_years": age}
    for pregnant in (None, *YesNo)
    for age in (None, Interval(40, 40), Interval(17, 18), Interval(3, 3))
]


@pytest.mark.parametrize("jurisdiction", Jurisdiction)
def test_what_is_left_judges_as_the_whole(jurisdiction: Jurisdiction) -> None:
    for condition in NESTED:
        left = settled(condition, jurisdiction)
        for patient in PATIENTS:
            whole = condition.judge({**patient, "jurisdiction": jurisdiction})
            if isinstance(left, bool):
                assert whole == (HOLDS if left else FAILS), condition.words()
            else:
                assert left.judge(patient) == whole, condition.words()


def test_rows_of_other_jurisdictions_are_left_out() -> None:
    table = (
        row(Severity.AVOID, when=All((IN_EUROPE, PREGNANT))),
        row(Severity.CAUTION, when=All((IN_US, PREGNANT))),
        row(Severity.MONITOR, when=IN_US),
    )
    about = rule("drug", *table)
    assert [outcome for outcome, _ in rows_in(about, US)] == list(table[1:])
    assert rows_in(about, US)[1].when is None
    assert [outcome for outcome, _ in rows_in(about, EU)] == [table[0]]
    assert [outcome for outcome, _ in all_rows(about)] == list(table)
