"""A rule: one harm, the drugs that do it, and the decision table that says when and how badly."""

import datetime
from dataclasses import dataclass

from lems_guard.clinical.condition import Condition
from lems_guard.clinical.evidence import Evidence
from lems_guard.clinical.medication import MedicationList
from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import (
    Certainty,
    Concern,
    Jurisdiction,
    OverridePolicy,
    Severity,
)
from lems_guard.clinical.term import Term


class RuleKind(Term):
    """What a rule sets against what."""

    DRUG_DISEASE = 1
    INTERACTION = 2
    PATIENT = 3
    DOSE = 4
    DUPLICATE = 5
    STOP = 6
    CUMULATIVE = 7


class WhenUnknown(Term):
    """What an undecided outcome becomes: a POSSIBLE finding, or a gap that names what to ask."""

    POSSIBLE = 1
    GAP = 2


@dataclass(frozen=True, slots=True)
class Drugs:
    """The drugs a rule is about, by ingredient and by class, less the excepted ingredients.

    Partners count by `routes` alone, where these are said: ciclosporin eye drops are none.
    """

    ingredients: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    excepted: frozenset[str] = frozenset()
    routes: frozenset[Route] | None = None

    def include(self, ingredient: str, classes: frozenset[str]) -> bool:
        """Whether an ingredient of these classes is meant."""
        if ingredient in self.excepted:
            return False
        return ingredient in self.ingredients or not self.classes.isdisjoint(classes)

    def may_come_by(self, route: Route | None) -> bool:
        """Whether an order by a route counts; one by an unknown route may."""
        return self.routes is None or route in {None, Route.OTHER} or route in self.routes


@dataclass(frozen=True, slots=True)
class Alternative:
    """What may be given instead; ingredient and route are named so that it can be screened too.

    It is offered where `unless` does not hold and `suits` does not fail. That it is taken already,
    or an allergen of the patient, is looked at in any case. Several ingredients are a choice, or
    with `together` one treatment that is never offered in parts.
    """

    text: str
    ingredients: tuple[str, ...] = ()
    route: Route | None = None
    jurisdictions: frozenset[Jurisdiction] = frozenset(Jurisdiction)
    unless: Condition | None = None
    suits: Condition | None = None
    together: bool = False


@dataclass(frozen=True, slots=True)
class Advice:
    """What a person is told. `summary` may hold `{drug}`, the offending drug's name.

    `deed` is the action in one sentence of at most 120 characters.
    """

    summary: str
    consequence: str
    mechanism: str
    action: str
    alternatives: tuple[Alternative, ...]
    monitoring: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    override_policy: OverridePolicy
    deed: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row of a rule's decision table; rows are read in order, the first that holds counts."""

    severity: Severity
    advice: Advice
    certainty: Certainty = Certainty.ESTABLISHED
    routes: frozenset[Route] | None = None
    when: Condition | None = None
    when_unknown: WhenUnknown = WhenUnknown.POSSIBLE


@dataclass(frozen=True, slots=True)
class Modifier:
    """A circumstance that makes every finding of a rule one level worse (never CONTRAINDICATED)."""

    when: Condition
    reason: str


class ReviewState(Term):
    """Where the review of a rule stands on a day."""

    UNREVIEWED = 1
    SIGNED = 2
    CHANGED = 3
    DUE = 4


@dataclass(frozen=True, slots=True)
class Review:
    """Who signed the rule, as what and when; nobody has until a site records it.

    `is_changed`: it says something else now than what was signed. `due`: the last day before it
    should be looked at again, by its signature or else by the rule.
    """

    reviewer: str = ""
    role: str = ""
    reviewed_on: str = ""
    due: str = ""
    note: str = ""
    is_changed: bool = False

    @property
    def is_signed(self) -> bool:
        """Whether somebody signed what the rule says now, due again or not."""
        return bool(self.reviewer) and not self.is_changed

    @property
    def words(self) -> str:
        """How far it has come, whatever day it is: unreviewed, reviewed or changed."""
        if not self.reviewer:
            return "unreviewed"
        return "changed" if self.is_changed else "reviewed"

    def known_on(self, day: datetime.date) -> "Review":
        """What was known of it on a day: a signature counts from the day of the review on."""
        if self.reviewer and day.isoformat() < self.reviewed_on:
            return Review(due=self.due)
        return self

    def on(self, day: datetime.date) -> ReviewState:
        """Its state on a day: from the review on, up to the day on which it is due."""
        if not self.known_on(day).reviewer:
            return ReviewState.UNREVIEWED
        if self.is_changed:
            return ReviewState.CHANGED
        is_due = bool(self.due) and day > datetime.date.fromisoformat(self.due)
        return ReviewState.DUE if is_due else ReviewState.SIGNED


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, complete: what it is about, its decision table, its texts, its standing.

    The fields follow the W3C minimum information model for drug interactions. `written` is a short
    hash of the rule as written, without its version and review: what the lock and a signature hold.
    What `may_be_needed` now, to save a life or treat a tumour, nobody takes off an order for this.
    A note on drugs that add up that is `told_once` leaves a caution to the first of them alone.
    """

    id: str
    version: int
    kind: RuleKind
    title: str
    concern: Concern
    drugs: Drugs
    partners: Drugs | None
    needs_lems: bool
    jurisdictions: frozenset[Jurisdiction]
    lists: frozenset[MedicationList]
    outcomes: tuple[Outcome, ...]
    modifiers: tuple[Modifier, ...]
    frequency_of_exposure: str
    frequency_of_harm: str
    review: Review
    file: str
    written: str = ""
    may_be_needed: bool = False
    told_once: bool = False
