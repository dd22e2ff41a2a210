"""Conditions as functions: the same verdicts as `Condition.judge`, at a third of the time.

What a condition is made of is looked at once, when a table is first used. A verdict that is not
plain (a number known as a range, a derived fact) is left to the condition itself.
"""

import enum
import math
from collections.abc import Callable
from typing import TypeAlias

from lems_guard.clinical.condition import All, Between, Condition, Either, Is, Not
from lems_guard.clinical.facts import FAILS, HOLDS, Facts, Lack, Span, Verdict, negated

Decider: TypeAlias = Callable[[Facts], Verdict]

NOTHING_MISSING: frozenset[Lack] = frozenset()


def decider_of(condition: Condition) -> Decider:
    """The function that judges as the condition does."""
    match condition:
        case Is():
            return _decider_of_is(condition)
        case Between():
            return _decider_of_between(condition)
        case All(parts):
            return _decider_of_all(tuple(map(decider_of, parts)))
        case Either(parts):
            return _decider_of_either(tuple(map(decider_of, parts)))
        case Not(part):
            inner = decider_of(part)
            return lambda facts: negated(inner(facts))
        case _:
            return condition.judge


def _decider_of_is(condition: Is) -> Decider:
    fact, values = condition.fact, condition.values
    not_known = condition.judge({fact: None})

    def decide(facts: Facts) -> Verdict:
        value = facts[fact]
        if value is None:
            return not_known
        if value in values:
            return HOLDS
        return FAILS if isinstance(value, enum.IntEnum) else condition.judge(facts)

    return decide


def _or_nan(bound: float | None) -> float:
    """Comparing with it is false either way, as it should be where there is no bound."""
    return math.nan if bound is None else bound


def _decider_of_between(condition: Between) -> Decider:
    fact, not_known = condition.fact, condition.judge({condition.fact: None})
    above, at_least = _or_nan(condition.above), _or_nan(condition.at_least)
    at_most, below = _or_nan(condition.at_most), _or_nan(condition.below)

    def decide(facts: Facts) -> Verdict:
        value = facts[fact]
        if value is None:
            return not_known
        if type(value) is not Span or value.low != value.high:
            return condition.judge(facts)
        number = value.low
        outside = number <= above or number < at_least or number > at_most or number >= below
        return FAILS if outside else HOLDS

    return decide


def _decider_of_all(deciders: tuple[Decider, ...]) -> Decider:
    def decide(facts: Facts) -> Verdict:
        truth: bool | None = True
        missing = NOTHING_MISSING
        for each in deciders:
            verdict = each(facts)
            if verdict is HOLDS:
                continue
            if verdict.truth is False:
                return FAILS
            if verdict.truth is None:
                truth = None
            missing |= verdict.missing
        return Verdict(truth, missing) if missing or truth is None else HOLDS

    return decide


def _decider_of_either(deciders: tuple[Decider, ...]) -> Decider:
    def decide(facts: Facts) -> Verdict:
        truth: bool | None = False
        missing = NOTHING_MISSING
        for each in deciders:
            verdict = each(facts)
            if verdict is FAILS:
                continue
            if verdict.truth is True:
                if not verdict.missing:
                    return HOLDS
                truth = True
            elif verdict.truth is None and truth is False:
                truth = None
            missing |= verdict.missing
        return Verdict(truth, missing) if missing or truth is not False else FAILS

    return decide
