"""The matrix of an edition: how bad each class or drug is by each route, at worst."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from lems_guard.clinical.medication import MedicationList
from lems_guard.clinical.route import KNOWN_ROUTES, Route
from lems_guard.clinical.rule import Rule, RuleKind
from lems_guard.clinical.severity import Concern, Jurisdiction, Severity
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.tables import rows_in

STOPPED = frozenset({MedicationList.STOPPED})


class MatrixCell(NamedTuple):
    """The worst that is said by a route, and whether a condition decides that it is."""

    severity: Severity
    conditional: bool


class MatrixRow(NamedTuple):
    """What is said of a class, or of a drug that rules name by itself; of its stop where so."""

    name: str
    stopped: bool
    is_class: bool
    cells: Mapping[Route, MatrixCell]
    rules: tuple[str, ...] = ()
    """The rules that say it, by id."""


def matrix_of(
    knowledge: KnowledgeBase,
    jurisdictions: Iterable[Jurisdiction] = Jurisdiction,
    concern: Concern | None = None,
) -> tuple[MatrixRow, ...]:
    """A row for each class and drug that the rules speak of, by name.

    The patient has LEMS, and takes the other drug of an interaction. Where several jurisdictions
    are asked for, which of them it is counts as a condition.
    """
    places = frozenset(jurisdictions)
    found: dict[tuple[str, bool], dict[Route, list[MatrixCell]]] = {}
    saying: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for rule in knowledge.rules:
        if rule.kind is RuleKind.CUMULATIVE or (concern and rule.concern is not concern):
            continue
        cells = _cells_of(rule, places)
        for name in rule.drugs.classes | rule.drugs.ingredients if cells else ():
            key = (name, rule.lists == STOPPED)
            said = found.setdefault(key, defaultdict(list))
            saying[key].append(rule.id)
            for route, cell in cells.items():
                said[route].append(cell)
    classes = {each.id for each in knowledge.classes}
    return tuple(
        MatrixRow(
            name,
            stopped,
            name in classes,
            {route: _worst(cells) for route, cells in said.items()},
            tuple(saying[name, stopped]),
        )
        for (name, stopped), said in sorted(found.items())
    )


def _worst(cells: Iterable[MatrixCell]) -> MatrixCell:
    """Of what several rules say: the worst, and it is sure where one of them is."""
    return max(cells, key=lambda cell: (cell.severity, not cell.conditional))


def _cells_of(rule: Rule, places: frozenset[Jurisdiction]) -> dict[Route, MatrixCell]:
    """What a rule says by each route of which it says anything."""
    found = {}
    for route in KNOWN_ROUTES:
        said = [each for place in places for each in _possible(rule, route, place)]
        severities = [severity for severity in said if severity is not None]
        if severities:
            worst = max(severities)
            found[route] = MatrixCell(worst, any(severity is not worst for severity in said))
    return found


def _possible(rule: Rule, route: Route, place: Jurisdiction) -> Iterator[Severity | None]:
    """Every severity that the rule may give an order by this route there; `None`: silence."""
    if place in rule.jurisdictions:
        for outcome, when in rows_in(rule, place):
            if outcome.routes is not None and route not in outcome.routes:
                continue
            yield outcome.severity
            if rule.modifiers:
                yield outcome.severity.raised()
            if when is None:
                return
    yield None
