"""Judging: one rule's decision table against one exposure, in three-valued logic.

Rows are read in order and the first that holds settles the matter. Rows before it that are
undecided stay possible: the worst of what is possible counts, and says that it is only possible.
"""

from typing import NamedTuple

from lems_guard.clinical.alert import Exposure
from lems_guard.clinical.facts import FAILS, HOLDS, Facts, Verdict, every
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import Modifier, Outcome, Rule, WhenUnknown
from lems_guard.clinical.severity import Certainty, Severity
from lems_guard.screening.situation import Situation

ROUTE_UNKNOWN = Verdict(None, frozenset({"route"}))
NOTHING_MISSING: frozenset[str] = frozenset()


class Judgement(NamedTuple):
    """An outcome that applies to an exposure, how sure that is, and what was not known."""

    outcome: Outcome
    severity: Severity
    certainty: Certainty
    missing: frozenset[str]


class Doubt(NamedTuple):
    """Something unknown that could make a rule say `severity`."""

    fact: str
    severity: Severity


class Ruling(NamedTuple):
    """What one rule says of one exposure."""

    judgement: Judgement | None
    doubts: tuple[Doubt, ...]


SILENT = Ruling(None, ())


def judge(rule: Rule, exposure: Exposure, situation: Situation) -> Ruling:
    """Read the rule's decision table for one exposure."""
    possible: list[tuple[Outcome, frozenset[str]]] = []
    gaps: list[tuple[Outcome, frozenset[str]]] = []
    for outcome in rule.outcomes:
        truth, missing = applies(outcome, exposure, situation)
        if truth is False:
            continue
        if truth is True:
            possible.append((outcome, missing))
            break
        undecided = possible if outcome.when_unknown is WhenUnknown.POSSIBLE else gaps
        undecided.append((outcome, missing))
    else:
        truth = None
    if not possible and not gaps:
        return SILENT
    settled = truth is True and len(possible) == 1
    judgement = _judgement(possible, settled=settled, sure=exposure.sure) if possible else None
    return _modified(rule, judgement, gaps, exposure, situation)


def applies(outcome: Outcome, exposure: Exposure, situation: Situation) -> Verdict:
    """Whether a row holds: its routes first, then its condition."""
    route = route_verdict(outcome.routes, exposure.route)
    if outcome.when is None or route.truth is False:
        return route
    return every((route, outcome.when.judge(situation.facts_of(exposure))))


def route_verdict(routes: frozenset[Route] | None, route: Route | None) -> Verdict:
    """An unknown or OTHER route may be any of them: undecided unless the row asks for none."""
    if routes is None:
        return HOLDS
    if route is None or route is Route.OTHER:
        return ROUTE_UNKNOWN
    return HOLDS if route in routes else FAILS


def _judgement(
    possible: list[tuple[Outcome, frozenset[str]]], *, settled: bool, sure: bool
) -> Judgement:
    outcome = max(possible, key=lambda row: row[0].severity)[0]
    missing = NOTHING_MISSING.union(*(row[1] for row in possible))
    certainty = outcome.certainty if settled and sure else Certainty.POSSIBLE
    return Judgement(
        outcome, outcome.severity, certainty, missing if sure else missing | {"identity"}
    )


def _modified(
    rule: Rule,
    judgement: Judgement | None,
    gaps: list[tuple[Outcome, frozenset[str]]],
    exposure: Exposure,
    situation: Situation,
) -> Ruling:
    doubts = [Doubt(fact, row.severity) for row, missing in gaps for fact in missing]
    if judgement is None:
        return Ruling(None, tuple(doubts))
    if rule.modifiers and judgement.severity.raised() is not judgement.severity:
        raised, missing = weigh(rule.modifiers, situation.facts_of(exposure))
        worse = judgement.severity.raised()
        doubts += [Doubt(fact, worse) for fact in missing]
        judgement = judgement._replace(severity=worse) if raised else judgement
    severity = judgement.severity
    return Ruling(judgement, tuple(doubt for doubt in doubts if doubt.severity > severity))


def weigh(modifiers: tuple[Modifier, ...], facts: Facts) -> tuple[bool, frozenset[str]]:
    """Whether any modifier holds (together they raise by one level), else what could make one."""
    missing: frozenset[str] = NOTHING_MISSING
    for modifier in modifiers:
        truth, unknown = modifier.when.judge(facts)
        if truth is True:
            return True, NOTHING_MISSING
        if truth is None:
            missing |= unknown
    return False, missing
