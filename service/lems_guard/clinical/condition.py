"""Conditions over facts: what a rule's outcome or modifier needs in order to apply.

A condition is data, so that it can be judged, printed in words and compared; each kind answers
with a three-valued `Verdict`.
"""

import enum
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from lems_guard.clinical.facts import (
    FAILS,
    HOLDS,
    Facts,
    Interval,
    Verdict,
    either,
    every,
    missing_roots,
    negated,
    undecided,
)


@runtime_checkable
class Condition(Protocol):
    """Something that can be judged against the facts of one patient and one order."""

    def judge(self, facts: Facts) -> Verdict:
        """True, false or undecided, with the facts that were missing."""

    def words(self) -> str:
        """The condition as a pharmacist would say it."""


@dataclass(frozen=True, slots=True)
class Is:
    """A fact has one of the named values; `or_unknown` also accepts that it is not known."""

    fact: str
    values: frozenset[enum.IntEnum]
    or_unknown: bool = False

    def judge(self, facts: Facts) -> Verdict:
        """Decided by membership; an accepted unknown holds, but is still named as missing."""
        value = facts[self.fact]
        if value in self.values:
            return HOLDS
        if isinstance(value, enum.IntEnum):
            return FAILS
        if self.or_unknown:
            return Verdict(True, missing_roots(self.fact, value))
        return undecided(self.fact, value)

    def words(self) -> str:
        """For example "seizure history is YES or unknown"."""
        names = [value.name for value in sorted(self.values)]
        names += ["unknown"] * self.or_unknown
        return f"{spoken(self.fact)} is {' or '.join(names)}"


@dataclass(frozen=True, slots=True)
class Between:
    """A number lies above `above`, from `at_least`, to `at_most`, and below `below`, as given."""

    fact: str
    above: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    below: float | None = None

    def judge(self, facts: Facts) -> Verdict:
        """Decided only when every value the number may have lies inside, or every one outside.

        Of a number that is in doubt one value inside is enough: it holds, and names the doubt.
        """
        value = facts[self.fact]
        if not isinstance(value, Interval):
            return undecided(self.fact, value)
        if not self._may_hold(value):
            return FAILS
        if value.in_doubt:
            return Verdict(True, missing_roots(self.fact, value))
        inside = self._holds(value.low) and self._holds(value.high)
        return HOLDS if inside else undecided(self.fact, value)

    def _holds(self, number: float) -> bool:
        return not (self._too_low(number) or self._too_high(number))

    def _may_hold(self, span: Interval) -> bool:
        return not (self._too_low(span.high) or self._too_high(span.low))

    def _too_low(self, number: float) -> bool:
        return (self.above is not None and number <= self.above) or (
            self.at_least is not None and number < self.at_least
        )

    def _too_high(self, number: float) -> bool:
        return (self.below is not None and number >= self.below) or (
            self.at_most is not None and number > self.at_most
        )

    def words(self) -> str:
        """For example "age years at least 6 and below 18"."""
        bounds = (
            ("above", self.above),
            ("at least", self.at_least),
            ("at most", self.at_most),
            ("below", self.below),
        )
        parts = [f"{name} {bound:g}" for name, bound in bounds if bound is not None]
        return f"{spoken(self.fact)} {' and '.join(parts)}"


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]

    def judge(self, facts: Facts) -> Verdict:
        """Three-valued conjunction."""
        return every(part.judge(facts) for part in self.parts)

    def words(self) -> str:
        """The parts joined by "and"; alternatives in brackets, so that nobody reads them apart."""
        return " and ".join(
            f"({part.words()})" if isinstance(part, Either) else part.words() for part in self.parts
        )


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def judge(self, facts: Facts) -> Verdict:
        """Three-valued disjunction."""
        return either(part.judge(facts) for part in self.parts)

    def words(self) -> str:
        """The parts in brackets joined by "or"."""
        return " or ".join(f"({part.words()})" for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition

    def judge(self, facts: Facts) -> Verdict:
        """Three-valued negation."""
        return negated(self.part.judge(facts))

    def words(self) -> str:
        """The part in brackets after "not"."""
        return f"not ({self.part.words()})"


def spoken(fact: str) -> str:
    """A fact's name as words: `seizure_history` → "seizure history"."""
    return fact.replace("_", " ")
