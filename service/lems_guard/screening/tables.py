"""Decision tables as they stand in one jurisdiction: what is settled there is settled once.

Many conditions ask for the jurisdiction, which is known for a whole request. Where it makes a row
impossible the row is left out, and where it makes a part certain the part is.
"""

from typing import NamedTuple, TypeAlias

from lems_guard.clinical.condition import All, Condition, Either, Is, Not
from lems_guard.clinical.rule import Outcome, Rule
from lems_guard.clinical.severity import Jurisdiction

JURISDICTION = "jurisdiction"


class Row(NamedTuple):
    """A row of a decision table, and what is left of its condition; `None` where nothing is."""

    outcome: Outcome
    when: Condition | None


Settled: TypeAlias = Condition | bool


def all_rows(rule: Rule) -> tuple[Row, ...]:
    """The table as it was written."""
    return tuple(Row(outcome, outcome.when) for outcome in rule.outcomes)


def rows_in(rule: Rule, jurisdiction: Jurisdiction) -> tuple[Row, ...]:
    """The rows that may apply in a jurisdiction, in their order."""
    rows = []
    for outcome in rule.outcomes:
        left = True if outcome.when is None else settled(outcome.when, jurisdiction)
        if left is not False:
            rows.append(Row(outcome, None if left is True else left))
    return tuple(rows)


def settled(condition: Condition, jurisdiction: Jurisdiction) -> Settled:
    """What is left of a condition; true or false when that is settled."""
    match condition:
        case Is(fact, values) if fact == JURISDICTION:
            return jurisdiction in values
        case All(parts):
            left = [settled(part, jurisdiction) for part in parts]
            return False if False in left else _together(All, left)
        case Either(parts):
            left = [settled(part, jurisdiction) for part in parts]
            return True if True in left else _together(Either, left)
        case Not(part):
            inner = settled(part, jurisdiction)
            return not inner if isinstance(inner, bool) else Not(inner)
        case _:
            return condition


def _together(kind: type[All | Either], left: list[Settled]) -> Settled:
    """The parts that are not settled; none at all settles the whole as its kind does."""
    parts = tuple(part for part in left if not isinstance(part, bool))
    if not parts:
        return kind is All
    return parts[0] if len(parts) == 1 else kind(parts)
