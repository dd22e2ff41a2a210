"""Judging: one rule's decision table against one exposure, in three-valued logic.

Rows are read in order and the first that is known to hold settles the matter. Rows before it that
are undecided, or hold only because they accept an unknown, stay possible: the worst of what is
possible counts, and says that it is only possible. A row that would rather ask than alert leaves a
gap instead; where it is milder than what is found, the finding is no more than possible.
"""

from typing import NamedTuple, TypeAlias

from lems_guard.clinical.alert import Exposure
from lems_guard.clinical.condition import Condition
from lems_guard.clinical.facts import FAILS, HOLDS, Facts, Lack, Verdict, either, every
from lems_guard.clinical.route import KNOWN_ROUTES, Route
from lems_guard.clinical.rule import Modifier, Outcome, Rule, WhenUnknown
from lems_guard.clinical.severity import Certainty, Severity
from lems_guard.screening.facts_beside import Partners
from lems_guard.screening.situation import Situation
from lems_guard.screening.tables import Row

ROUTE_UNKNOWN = Verdict(None, frozenset({"route"}))
NOTHING_MISSING: frozenset[Lack] = frozenset()
IDENTITY: frozenset[Lack] = frozenset({"identity"})

Undecided: TypeAlias = tuple[Outcome, frozenset[Lack]]  # with the facts that were missing


class Judgement(NamedTuple):
    """An outcome that applies to an exposure, how sure that is, and what was not known."""

    outcome: Outcome
    severity: Severity
    certainty: Certainty
    missing: frozenset[Lack]


class Possibility(NamedTuple):
    """Something unknown that could make a rule say `severity`."""

    lack: Lack
    severity: Severity


class Ruling(NamedTuple):
    """What one rule says of one exposure."""

    judgement: Judgement | None
    doubts: tuple[Possibility, ...]


SILENT = Ruling(None, ())


def judge(
    rule: Rule,
    rows: tuple[Row, ...],
    exposure: Exposure,
    situation: Situation,
    partners: Partners | None = None,
) -> Ruling:
    """Read the rows of the rule's decision table for one exposure partners its partners, if any."""
    possible: list[Undecided] = []
    gaps: list[Undecided] = []
    settled = False
    facts = situation.facts_of(exposure, partners)
    for outcome, when in rows:
        truth, missing = applies(outcome, when, exposure, facts)
        if truth is False:
            continue
        if truth is None and outcome.when_unknown is WhenUnknown.GAP:
            gaps.append((outcome, missing))
            continue
        possible.append((outcome, missing))
        if truth is True and not missing:
            settled = len(possible) == 1
            break
    if not possible and not gaps:
        return SILENT
    judgement = None
    if possible:
        judgement = _judgement(possible, gaps, settled=settled)
        if not exposure.sure or situation.is_superseded(rule.kind, exposure) is None:
            judgement = _possible(judgement, IDENTITY)
    ruling = _modified(rule.modifiers, judgement, gaps, facts)
    return ruling if exposure.sure else _asking_which(ruling)


def applies(outcome: Outcome, when: Condition | None, exposure: Exposure, facts: Facts) -> Verdict:
    """Whether a row holds: its routes first, then what is left of its condition."""
    route = HOLDS
    if outcome.routes is not None:
        route = route_verdict(outcome.routes, exposure.route, exposure.routes)
    if when is None or route.truth is False:
        return route
    verdict = when.judge(facts)
    return verdict if route is HOLDS else every((route, verdict))


def route_verdict(
    routes: frozenset[Route], route: Route | None, either: tuple[Route, ...] = ()
) -> Verdict:
    """An unknown or OTHER route may be any of them: undecided unless the row takes them all.

    Between routes of which each may be meant one that the row takes is enough, as a doubt.
    """
    if route is None and either and Route.OTHER not in either:
        inside = [each in routes for each in either]
        if not any(inside):
            return FAILS
        return HOLDS if all(inside) else Verdict(True, ROUTE_UNKNOWN.missing)
    if route is None or route is Route.OTHER:
        return HOLDS if routes >= KNOWN_ROUTES else ROUTE_UNKNOWN
    return HOLDS if route in routes else FAILS


def _judgement(possible: list[Undecided], gaps: list[Undecided], *, settled: bool) -> Judgement:
    if settled and not gaps:
        outcome = possible[0][0]
        return Judgement(outcome, outcome.severity, outcome.certainty, NOTHING_MISSING)
    outcome = max(possible, key=lambda row: row[0].severity)[0]
    missing = NOTHING_MISSING.union(*(row[1] for row in possible))
    for row, unknown in gaps:
        if row.severity < outcome.severity:
            settled = False
            missing |= unknown
    certainty = outcome.certainty if settled else Certainty.POSSIBLE
    return Judgement(outcome, outcome.severity, certainty, missing)


def _possible(judgement: Judgement, missing: frozenset[Lack]) -> Judgement:
    return judgement._replace(certainty=Certainty.POSSIBLE, missing=judgement.missing | missing)


def _asking_which(ruling: Ruling) -> Ruling:
    """The ruling on what an order only may hold, with the question which product it is."""
    if ruling.judgement is None:
        return ruling
    which = (Possibility(lack, ruling.judgement.severity) for lack in IDENTITY)
    return ruling._replace(doubts=(*ruling.doubts, *which))


def _modified(
    modifiers: tuple[Modifier, ...],
    judgement: Judgement | None,
    gaps: list[Undecided],
    facts: Facts,
) -> Ruling:
    raising = weigh(modifiers, facts) if modifiers else FAILS
    if not gaps and raising.truth is False:
        return Ruling(judgement, ())
    doubts = [
        Possibility(lack, row.severity if raising.truth is False else row.severity.raised())
        for row, missing in gaps
        for lack in missing
    ]
    if judgement is None:
        return Ruling(None, tuple(doubts))
    worse = judgement.severity.raised()
    if raising.truth is None:
        doubts += [Possibility(lack, worse) for lack in raising.missing]
    elif raising.truth and worse is not judgement.severity:
        judgement = judgement._replace(severity=worse)
        if raising.missing:
            judgement = _possible(judgement, raising.missing)
    severity = judgement.severity
    return Ruling(judgement, tuple(doubt for doubt in doubts if doubt.severity > severity))


def weigh(modifiers: tuple[Modifier, ...], facts: Facts) -> Verdict:
    """Whether any modifier holds: together they raise by one level."""
    return either(modifier.when.judge(facts) for modifier in modifiers)
