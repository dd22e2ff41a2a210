"""What only shows when all is read together: contradictions, drugs out of reach, old reviews."""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

from lems_guard.clinical.medication import Medication, MedicationList
from lems_guard.clinical.route import KNOWN_ROUTES, Route
from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Severity
from lems_guard.knowledge.cases import Understand
from lems_guard.knowledge.problems import Place, Problem
from lems_guard.screening.knowledge_base import KnowledgeBase


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


def unreached(
    knowledge: KnowledgeBase, understand: Understand, places: Mapping[str, Place]
) -> Iterator[Problem]:
    """Drugs of a class or rule that no order can mean, since not even their names are read."""
    meant = [(f"classes/{each.id}", each.members) for each in knowledge.classes]
    for rule in knowledge.rules:
        partners = rule.partners.ingredients if rule.partners else frozenset[str]()
        meant.append((f"rules/{rule.id}", rule.drugs.ingredients | partners))
    for where, names in meant:
        for name in sorted(names):
            if not _is_read(name, understand):
                shown = f"no order reaches {name!r}: the vocabulary does not read the name so"
                yield Problem(*places[where], "unreached-drug", shown)


def _is_read(name: str, understand: Understand) -> bool:
    """Whether an order of a drug by its own name may mean the drug."""
    order = Medication(name, MedicationList.PROPOSED, name)
    return any(name in {drug.name for drug in reading} for reading in understand(order).readings)


def unreviewed(knowledge: KnowledgeBase) -> Iterator[Problem]:
    """Rules that no clinician has signed: a site may refuse to go to work with them."""
    for rule in knowledge.rules:
        if not rule.review.is_signed:
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
