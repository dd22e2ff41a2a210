"""What orders of one drug tell together, held to sums that each order works out by itself."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import drugs, findings_of, knowledge, order, request, row, rule, screen
from lems_guard.clinical.alert import Exposure
from lems_guard.clinical.facts import Elsewhere, Interval, Lack
from lems_guard.clinical.medication import MedicationList, Phase
from lems_guard.clinical.rule import Rule, RuleKind
from lems_guard.clinical.severity import Severity
from lems_guard.screening.amounts import daily_dose
from lems_guard.screening.collect import MOST_LINES, MOST_PARTNERS
from lems_guard.screening.situation import Situation
from worlds import orders

PROPOSED, ACTIVE, STOPPED = MedicationList
CURRENT = frozenset({PROPOSED, ACTIVE})
SOME_ORDERS = st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True).flatmap(
    lambda numbers: st.tuples(*[orders(number) for number in numbers])
)


def plainly_summed(
    situation: Situation, exposure: Exposure, lists: frozenset[MedicationList]
) -> Interval:
    """The daily dose over all orders of the drug, looked at one by one from one of them."""
    low = high = 0.0
    roots: set[Lack] = set()
    for other in situation.by_ingredient[exposure.ingredient.name]:
        medication, understood = situation.request.orders[other.order]
        if medication.list not in lists:
            continue
        part = daily_dose(understood, situation.patient_facts["weight_kg"])
        is_own = other.order == exposure.order
        high += part.high
        low += part.low if other.sure or is_own else 0.0
        lacks = {*part.roots, *(["identity"] if not (other.sure or is_own) else [])}
        roots |= {
            lack
            if is_own or lack == "weight_kg"
            else Elsewhere(str(lack), frozenset({other.order}))
            for lack in lacks
        }
    return Interval(low, high, tuple(roots))


def is_renewed(situation: Situation) -> bool:
    """Whether a proposed order of the drug may take the place of an active one.

    `test_a_renewal_adds_nothing` says what is added up then.
    """
    orders = [situation.request.orders[each.order] for each in situation.exposures]
    proposed = [(order, read) for order, read in orders if order.list is PROPOSED]
    active = [read for order, read in orders if order.list is ACTIVE]
    return any(
        order.phase is Phase.CONTINUE or read.dose == taken.dose
        for order, read in proposed
        for taken in active
    )


def one_by_one(roots: tuple[Lack, ...]) -> set[Lack]:
    """Lacks of several orders as lacks of each."""
    found: set[Lack] = set()
    for root in roots:
        if isinstance(root, Elsewhere):
            places = root.orders - {root.but}
            assert places, "a lack of no order"
            found |= {Elsewhere(root.fact, frozenset({place})) for place in places}
        else:
            found.add(root)
    return found


@given(SOME_ORDERS)
def test_a_sum_is_what_each_order_would_work_out_by_itself(sent: tuple[object, ...]) -> None:
    situation = Situation(request(*sent), knowledge())  # type: ignore[arg-type]
    for exposure in situation.exposures:
        facts = situation.facts_of(exposure)
        here = frozenset({situation.order_of(exposure).list})
        told = [("daily_dose_mg", here)]
        if not is_renewed(situation):
            told.append(("combined_daily_dose_mg", CURRENT))
        for fact, lists in told:
            found, plain = facts[fact], plainly_summed(situation, exposure, lists)
            assert isinstance(found, Interval)
            assert math.isclose(found.low, plain.low)
            assert found.high == plain.high
            assert one_by_one(found.roots) == set(plain.roots)


ALONE = rule("a", row(Severity.AVOID))
BESIDE = rule("a", row(Severity.AVOID), kind=RuleKind.INTERACTION, partners=drugs("b"))


@pytest.mark.parametrize(
    ("known", "many", "few", "named", "last", "reason"),
    [
        (
            ALONE,
            "a",
            "b",
            MOST_LINES + 10,
            "… and 10 more orders of the same drug",
            "its own orders",
        ),
        (
            BESIDE,
            "b",
            "a",
            MOST_PARTNERS + 1,
            f"… and {MOST_LINES + 10 - MOST_PARTNERS} more orders that it interacts with",
            "two drugs of 250 orders each name one another 62,500 times",
        ),
    ],
)
def test_a_finding_stays_readable_however_long_the_list(
    known: Rule, many: str, few: str, named: int, last: str, reason: str
) -> None:
    sent = [order(many, ACTIVE, medication_id=f"m{each:03}") for each in range(MOST_LINES + 10)]
    screening = screen(request(*sent, order(few, medication_id="p")), known)
    ((_, finding),) = findings_of(screening)
    assert len(finding.medication_ids) == named, reason
    assert finding.why[-1] == last, reason
