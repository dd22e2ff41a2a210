"""Three-valued facts: a fact is known to hold, known not to hold, or unknown.

Absent data never counts as "no". A condition over facts therefore has three answers, and an
undecided one names the facts that would decide it (Kleene's strong three-valued logic).
"""

import enum
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from lems_guard.clinical.term import Term


class YesNo(Term):
    """A clinician's answer to a yes-or-no question; not asked or not known is `None`."""

    YES = 1
    NO = 2


class Elsewhere(NamedTuple):
    """A fact that is missing of other orders than the one that is judged, by their places.

    `but` is the place of that one where it stands among them: so many orders share one set.
    """

    fact: str
    orders: frozenset[int]
    but: int | None = None


# What is missing: a fact of the patient or of the order that is judged, or one of other orders.
Lack: TypeAlias = str | Elsewhere


class Interval(NamedTuple):
    """A number known to lie between two bounds (inclusive), such as an age from a birth year.

    `roots` names the facts that would narrow it, where that is not the number itself. `in_doubt`
    tells that each value may be what was ordered: the worst counts, and is only possible.
    """

    low: float
    high: float
    roots: tuple[Lack, ...] = ()
    in_doubt: bool = False


class Unknown(NamedTuple):
    """An unknown fact, with the facts to ask for when it is a derived one."""

    roots: tuple[Lack, ...]


FactValue: TypeAlias = enum.IntEnum | Interval | Unknown | None
Facts: TypeAlias = Mapping[str, FactValue]


class Verdict(NamedTuple):
    """The answer of a condition: true, false or (`None`) undecided, and the facts it missed.

    True with something missing holds only because an unknown is accepted: knowing it may yet
    make it false. False misses nothing.
    """

    truth: bool | None
    missing: frozenset[Lack] = frozenset()


HOLDS = Verdict(True)
FAILS = Verdict(False)


def undecided(fact: str, value: FactValue) -> Verdict:
    """The verdict on a fact that is not known."""
    return Verdict(None, missing_roots(fact, value))


def missing_roots(fact: str, value: FactValue) -> frozenset[Lack]:
    """What to ask for in order to know `fact`: itself, or what it is derived from."""
    roots = value.roots if isinstance(value, (Unknown, Interval)) else ()
    return frozenset(roots or (fact,))


def every(verdicts: Iterable[Verdict]) -> Verdict:
    """Conjunction: false if one is false; true if all are; else undecided."""
    truth: bool | None = True
    missing: frozenset[Lack] = frozenset()
    for verdict in verdicts:
        if verdict is HOLDS:
            continue
        if verdict.truth is False:
            return FAILS
        if verdict.truth is None:
            truth = None
        missing |= verdict.missing
    return HOLDS if truth and not missing else Verdict(truth, missing)


def either(verdicts: Iterable[Verdict]) -> Verdict:
    """Disjunction: true if one is true; false if all are false; else undecided."""
    truth: bool | None = False
    missing: frozenset[Lack] = frozenset()
    for verdict in verdicts:
        if verdict is FAILS:
            continue
        if verdict.truth is True:
            if not verdict.missing:
                return HOLDS
            truth = True
        elif verdict.truth is None and truth is False:
            truth = None
        missing |= verdict.missing
    return FAILS if truth is False else Verdict(truth, missing)


def negated(verdict: Verdict) -> Verdict:
    """Negation: what is undecided stays so.

    Not to accept an unknown is to ask for a known fact: `not: {pregnant: UNKNOWN}` fails, on
    purpose, where nobody said. It is the one way to write a rule that is silent about an unknown.
    """
    if verdict.truth is None:
        return verdict
    return FAILS if verdict.truth else HOLDS


def name_of(lack: Lack) -> str:
    """The name of a missing fact, whichever order it belongs to."""
    return lack if isinstance(lack, str) else lack.fact
