"""What only shows when rules are read side by side: contradictions, idle modifiers, old reviews."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from lems_guard.clinical.route import KNOWN_ROUTES, Route
from lems_guard.clinical.rule import Modifier, Rule
from lems_guard.clinical.severity import Severity
from lems_guard.knowledge.problems import Problem
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.tables import settled


def contradictions(knowledge: KnowledgeBase) -> Iterator[Problem]:
    """Two rules that give one exposure two severities for one concern, whatever the patient."""
    for pair in _pairs(knowledge):
        one, other = (_always(rule) for rule in pair)
        routes = {route for route in one.keys() & other.keys() if one[route] != other[route]}
        if routes and _meet(*pair):
            shown = (
                f"{pair[0].id!r} and {pair[1].id!r} differ on the same drugs by "
                f"{min(routes).name.lower()} route: except the drug in one of them, "
                "or let a modifier raise it"
            )
            yield Problem(pair[1].file, 1, 1, "contradicting-rules", shown)


def _pairs(knowledge: KnowledgeBase) -> list[tuple[Rule, Rule]]:
    """Rules of one kind and concern that name a common ingredient, each pair once."""
    found: dict[tuple[str, str], tuple[Rule, Rule]] = {}
    for candidates in knowledge.candidates.values():
        for (one, _), (other, _) in combinations(candidates, 2):
            if one.kind is other.kind and one.concern is other.concern:
                found[one.id, other.id] = one, other
    return list(found.values())


def _always(rule: Rule) -> dict[Route, Severity]:
    """What a rule says of each route without asking for any fact."""
    said: dict[Route, Severity] = {}
    asked: set[Route] = set()
    for outcome in rule.outcomes:
        routes = KNOWN_ROUTES if outcome.routes is None else outcome.routes
        if outcome.when is not None:
            asked |= routes - said.keys()
            continue
        for route in routes - asked:
            said.setdefault(route, outcome.severity)
    return said


def _meet(one: Rule, other: Rule) -> bool:
    """Whether both can speak of one order: places, lists and partners overlap."""
    if one.jurisdictions.isdisjoint(other.jurisdictions) or one.lists.isdisjoint(other.lists):
        return False
    return one.partners == other.partners


def idle_modifiers(knowledge: KnowledgeBase) -> Iterator[Problem]:
    """Modifiers that hold in none of their rule's jurisdictions."""
    for rule in knowledge.rules:
        for modifier in rule.modifiers:
            if not _may_hold(modifier, rule):
                shown = f"{rule.id!r}: no jurisdiction of it fulfils {modifier.when.words()}"
                yield Problem(rule.file, 1, 1, "unreachable-modifier", shown)


def _may_hold(modifier: Modifier, rule: Rule) -> bool:
    return any(settled(modifier.when, place) is not False for place in rule.jurisdictions)


def unreviewed(knowledge: KnowledgeBase) -> Iterator[Problem]:
    """Rules that no clinician has signed: a site may refuse to go to work with them."""
    for rule in knowledge.rules:
        if rule.review.state != "reviewed":
            shown = f"{rule.id!r} has not been reviewed by a clinician"
            yield Problem(rule.file, 1, 1, "unreviewed", shown)


def overdue(knowledge: KnowledgeBase, today: datetime.date) -> Iterator[Problem]:
    """Rules whose review is due, by file."""
    due: dict[str, list[str]] = defaultdict(list)
    for rule in knowledge.rules:
        if rule.review.due and rule.review.due < today.isoformat():
            due[rule.file].append(f"{rule.id!r} since {rule.review.due}")
    for file in sorted(due):
        yield Problem(file, 1, 1, "review-due", f"to be looked at again: {', '.join(due[file])}")
