"""What may be ordered instead: alternatives of the rules, screened for this very patient.

An alternative that would itself be warned of is not offered, nor one that does not serve what the
order is for, or cannot be given the way the order is.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from lems_guard.clinical.route import PARENTERAL, Route
from lems_guard.clinical.rule import Alternative
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.edges.order_entry.asking import Asked
from lems_guard.edges.order_entry.engine import Engine
from lems_guard.edges.order_entry.order_uses import OrderUses
from lems_guard.fhir.allergies import AMINOPYRIDINE
from lems_guard.fhir.orders import Order
from lems_guard.fhir.replacing import NewDrug
from lems_guard.fhir.standing import REQUESTS
from lems_guard.screening.knowledge_base import NO_CLASSES
from lems_guard.v1 import prescription_pb2 as request_wire
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

MOST_OFFERED = 3
MOST_TRIED = 24
BY_VEIN = frozenset(map(int, PARENTERAL))
BY_MOUTH = {Route.ORAL}


class Replacement(NamedTuple):
    """A drug that a rule names as an alternative; several ingredients are one treatment."""

    ingredients: tuple[str, ...]
    rxcui: str
    alternative: Alternative

    @property
    def drug(self) -> NewDrug:
        """As it is ordered."""
        route = terms.Route.Name(terms.Route.ValueType(self.alternative.route or 0))
        return NewDrug(self.name, self.rxcui, route)

    @property
    def name(self) -> str:
        """As a person reads it."""
        return name_of(self.ingredients)


class Offered(NamedTuple):
    """What may be ordered in an order's place: one of it stands out, or none.

    `is_use_told`: it is known what the order is for.
    """

    replacements: tuple[Replacement, ...]
    best: Replacement | None
    is_use_told: bool


NOTHING_OFFERED = Offered((), None, is_use_told=False)
Screen = Callable[[request_wire.CheckPrescriptionRequest], wire.CheckPrescriptionResponse]


def name_of(ingredients: tuple[str, ...]) -> str:
    """A treatment in words: "budesonide with formoterol"."""
    return " with ".join(ingredients)


def treatments(alternative: Alternative) -> list[tuple[str, ...]]:
    """The treatments between which an alternative leaves the choice."""
    if alternative.together:
        return [alternative.ingredients]
    return [(name,) for name in alternative.ingredients]


class Replacements:
    """Finds alternatives for the orders of one call; screens them all together, once."""

    def __init__(self, engine: Engine, asked: Asked, uses: OrderUses, screen: Screen) -> None:
        """`screen` asks the engine."""
        self._engine = engine
        self._asked = asked
        self._uses = uses
        self._screen = screen

    def offered(
        self, alerts: Iterable[wire.Alert], response: wire.CheckPrescriptionResponse
    ) -> dict[str, Offered]:
        """For each alert by its id, the drugs that may be offered in place of its one order."""
        found = {alert.id: self._candidates(alert, response) for alert in alerts}
        distinct = list(dict.fromkeys(each for some in found.values() for each in some))
        if not distinct:
            return {}
        clear = self._clear(distinct[:MOST_TRIED])
        return {
            alert.id: self._chosen(alert, [each for each in found[alert.id] if each in clear])
            for alert in alerts
            if found[alert.id]
        }

    def _chosen(self, alert: wire.Alert, fit: list[Replacement]) -> Offered:
        """The first few; of those one that alone serves a use that is told stands out."""
        [order_id] = removable(self._asked, alert)
        uses = self._uses.of(self._asked.orders[order_id])
        shown = tuple(fit[:MOST_OFFERED])
        serving = [each for each in fit if uses.are_served_by(each.alternative)]
        return Offered(shown, serving[0] if len(serving) == 1 else None, uses.are_told)

    def _candidates(
        self, alert: wire.Alert, response: wire.CheckPrescriptionResponse
    ) -> list[Replacement]:
        """Two drugs at most of each alternative that the alert's findings name, where they fit."""
        order = self._exchangeable(alert, response)
        if order is None or not may_replace(alert, self._engine.needed):
            return []
        route = next(each.route for each in response.medications if each.id == order.message.id)
        named = self._alternatives(alert, Jurisdiction(response.jurisdiction))
        fit = [each for each in named if _goes_the_way(each, route)]
        found = (
            Replacement(names, self._code_of(names), each)
            for each in self._uses.of(order).fitting(fit)
            for names in treatments(each)[:2]
            if alert.drug not in names
        )
        return [each for each in found if each.rxcui or len(each.ingredients) > 1]

    def _exchangeable(
        self, alert: wire.Alert, response: wire.CheckPrescriptionResponse
    ) -> Order | None:
        """The one order at hand that holds nothing but the alert's drug.

        What is taken in place of an aminopyridine is for a neurologist to choose.
        """
        if AMINOPYRIDINE in self._engine.knowledge.classes_of.get(alert.drug, NO_CLASSES):
            return None
        names = removable(self._asked, alert)
        if len(names) != 1 or not is_replaceable(self._asked.orders[names[0]]):
            return None
        held = (each.ingredients for each in response.medications if each.id == names[0])
        return self._asked.orders[names[0]] if len(next(held, ())) == 1 else None

    def _alternatives(self, alert: wire.Alert, place: Jurisdiction) -> Iterator[Alternative]:
        """The alternatives that the alert's findings tell, each once."""
        named: dict[Alternative, None] = {}
        for finding in alert.findings:
            rule, told = self._engine.rules.get(finding.rule_id), set(finding.alternatives)
            for outcome in rule.outcomes if rule else ():
                for each in outcome.advice.alternatives:
                    if each.text in told and place in each.jurisdictions:
                        named[each] = None
        yield from named

    def _code_of(self, names: tuple[str, ...]) -> str:
        return self._engine.rxcui_of(names[0]) if len(names) == 1 else ""

    def _clear(self, candidates: list[Replacement]) -> set[Replacement]:
        """Those of which nothing at CAUTION or worse is said, beside what is taken already.

        The other drafts are left out: whichever alternative is taken, it is checked with them when
        it is signed; and without them the same patient's question is one that a cache knows.
        """
        request = self._asked.request
        trial = request_wire.CheckPrescriptionRequest(
            patient=request.patient,
            active=request.active,
            stopped=request.stopped,
            jurisdiction=request.jurisdiction,
            country=request.country,
        )
        by_id = {f"instead #{number}": each for number, each in enumerate(candidates)}
        for order_id, each in by_id.items():
            words = "/".join(each.ingredients)
            trial.proposed.add(id=order_id, text=words, route=each.drug.route)
        response = self._screen(trial)
        spoken_of = {
            order_id
            for alert in response.alerts
            if alert.severity >= terms.SEVERITY_CAUTION
            for order_id in alert.medication_ids
        }
        evaluated = {
            each.id
            for each in response.medications
            if each.disposition == terms.DISPOSITION_EVALUATED
        }
        return {by_id[each] for each in by_id.keys() & evaluated - spoken_of}


def _goes_the_way(alternative: Alternative, route: int) -> bool:
    """Whether it can be given as the order is: no tablet in place of what goes by vein, or back."""
    if route in BY_VEIN:
        return alternative.route not in BY_MOUTH
    return route not in BY_MOUTH or alternative.route not in PARENTERAL


def may_replace(alert: wire.Alert, needed: frozenset[str]) -> bool:
    """Whether taking the order away may be offered: never what may be needed to save a life.

    `needed` are the rules that say so of their drugs.
    """
    is_needed = any(finding.rule_id in needed for finding in alert.findings)
    return alert.severity >= terms.SEVERITY_AVOID and not is_needed


def removable(asked: Asked, alert: wire.Alert) -> list[str]:
    """The drafts of the offending drug, unless it is taken already.

    To let such an order go is to stop the drug abruptly, which may do more harm than the drug.
    """
    orders = [asked.orders[each] for each in alert.medication_ids]
    drafts = [order for order in orders if order.is_draft]
    taken = any(order.message.phase == terms.PHASE_CONTINUE for order in drafts)
    taken = taken or any(order.list == terms.MEDICATION_LIST_ACTIVE for order in orders)
    proposed = terms.MEDICATION_LIST_PROPOSED
    references = [order.reference for order in drafts if order.list == proposed]
    usable = len(references) == len(drafts) and all(each in asked.orders for each in references)
    return references if usable and not taken else []


def is_replaceable(order: Order) -> bool:
    """Whether an order is one that another can take the place of; a statement is none."""
    return order.resource.get("resourceType") in REQUESTS
