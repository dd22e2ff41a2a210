"""What may be ordered instead: alternatives of the rules, screened for this very patient.

An alternative that would itself be warned of is not offered.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from lems_guard.clinical.rule import Alternative
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.edges.order_entry.engine import Engine
from lems_guard.fhir.allergies import AMINOPYRIDINE
from lems_guard.fhir.codes import ROUTES, RXNORM, SNOMED_CT
from lems_guard.fhir.orders import Order
from lems_guard.fhir.shapes import Resource, obj, objs, release_of, text
from lems_guard.fhir.words import word
from lems_guard.screening.knowledge_base import NO_CLASSES
from lems_guard.v1 import prescription_pb2 as request_wire
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

MOST_OFFERED = 3
MOST_TRIED = 24
REQUESTS = {"MedicationRequest", "MedicationOrder", "MedicationPrescription"}
# What an order keeps when its drug is replaced: for whom, by whom, why; never how much.
KEPT = (
    "resourceType",
    "intent",
    "category",
    "priority",
    "subject",
    "patient",
    "encounter",
    "context",
    "authoredOn",
    "dateWritten",
    "requester",
    "prescriber",
    "performer",
    "recorder",
    "reasonCode",
    "reasonCodeableConcept",
    "reasonReference",
    "reason",
    "insurance",
)
# Members that R4 and R5 have as lists; some systems send the one that they have.
AS_LISTS = ("category", "reasonCode", "reasonReference", "reason", "insurance")
TO_BE_CHOSEN = "Dose and frequency: to be chosen by the prescriber"


class Replacement(NamedTuple):
    """A drug that a rule names as an alternative, and for what."""

    ingredient: str
    rxcui: str
    text: str
    route: str


Screen = Callable[[request_wire.CheckPrescriptionRequest], wire.CheckPrescriptionResponse]


class Replacements:
    """Finds alternatives for the orders of one call; screens them all together, once."""

    def __init__(
        self,
        engine: Engine,
        request: request_wire.CheckPrescriptionRequest,
        screen: Screen,
    ) -> None:
        """`screen` asks the engine."""
        self._engine = engine
        self._request = request
        self._screen = screen

    def offered(
        self, alerts: Iterable[wire.Alert], jurisdiction: terms.Jurisdiction
    ) -> dict[str, list[Replacement]]:
        """For each alert by its id, the drugs that may be offered in place of its orders."""
        found = {
            alert.id: self._candidates(alert, jurisdiction)
            for alert in alerts
            if may_replace(alert, self._engine.needed) and not self._treats_lems(alert)
        }
        distinct = list(dict.fromkeys(each for some in found.values() for each in some))
        if not distinct:
            return {}
        clear = self._clear(distinct[:MOST_TRIED])
        return {
            alert_id: [each for each in some if each in clear][:MOST_OFFERED]
            for alert_id, some in found.items()
        }

    def _treats_lems(self, alert: wire.Alert) -> bool:
        """What is taken in place of an aminopyridine is for a neurologist to choose."""
        return AMINOPYRIDINE in self._engine.knowledge.classes_of.get(alert.drug, NO_CLASSES)

    def _candidates(self, alert: wire.Alert, place: terms.Jurisdiction) -> list[Replacement]:
        """Two drugs at most of each alternative that the alert's findings name."""
        found: dict[Replacement, None] = {}
        for finding in alert.findings:
            for alternative in self._alternatives(finding, place):
                route = terms.Route.Name(alternative.route or 0)
                for name in alternative.ingredients[:2]:
                    rxcui = self._engine.rxcui_of(name)
                    if rxcui and name != alert.drug:
                        found[Replacement(name, rxcui, alternative.text, route)] = None
        return list(found)

    def _alternatives(
        self, finding: wire.Finding, place: terms.Jurisdiction
    ) -> Iterable[Alternative]:
        rule, told = self._engine.rules.get(finding.rule_id), set(finding.alternatives)
        if rule is None:
            return ()
        every = (each for outcome in rule.outcomes for each in outcome.advice.alternatives)
        named = (
            each
            for each in every
            if each.text in told and Jurisdiction(place) in each.jurisdictions
        )
        return dict.fromkeys(named)

    def _clear(self, candidates: list[Replacement]) -> set[Replacement]:
        """Those of which nothing at CAUTION or worse is said, beside what is taken already.

        The other drafts are left out: whichever alternative is taken, it is checked with them when
        it is signed; and without them the same patient's question is one that a cache knows.
        """
        request = self._request
        trial = request_wire.CheckPrescriptionRequest(
            patient=request.patient,
            active=request.active,
            stopped=request.stopped,
            jurisdiction=request.jurisdiction,
        )
        by_id = {f"instead #{number}": each for number, each in enumerate(candidates)}
        for order_id, each in by_id.items():
            trial.proposed.add(id=order_id, text=each.ingredient, route=each.route)
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


def may_replace(alert: wire.Alert, needed: frozenset[str]) -> bool:
    """Whether taking the order away may be offered: never what may be needed to save a life.

    `needed` are the rules that say so of their drugs.
    """
    is_needed = any(finding.rule_id in needed for finding in alert.findings)
    return alert.severity >= terms.SEVERITY_AVOID and not is_needed


def is_replaceable(order: Order) -> bool:
    """Whether an order is one that another can take the place of; a statement is none."""
    return order.resource.get("resourceType") in REQUESTS


def replacement(order: Order, candidate: Replacement, patient: str) -> Resource:
    """A complete order of a patient for another drug, in the shape that the replaced one has."""
    kept = {name: order.resource[name] for name in KEPT if order.resource.get(name)}
    if release_of(order.resource) in {"R4", "R5"}:
        for name in AS_LISTS:
            if isinstance(kept.get(name), dict):
                kept[name] = [kept[name]]
    held = _held(kept, objs(order.resource.get("contained")))
    resource: dict[str, Any] = _resolved(kept, {f"#{text(each.get('id'))}" for each in held})
    if held:
        resource["contained"] = held
    resource["status"] = "draft"
    if resource.get("resourceType") == "MedicationRequest":
        resource["intent"] = text(resource.get("intent")) or "order"
        resource["subject"] = obj(resource.get("subject")) or {"reference": patient}
    concept = {
        "coding": [{"system": RXNORM, "code": candidate.rxcui, "display": candidate.ingredient}],
        "text": candidate.ingredient,
    }
    if release_of(order.resource) == "R5" and obj(order.resource.get("medication")):
        resource["medication"] = {"concept": concept}
    else:
        resource["medicationCodeableConcept"] = concept
    resource["dosageInstruction"] = [{"text": TO_BE_CHOSEN} | _route(candidate)]
    cleaned: Resource = without_empty(resource)
    return cleaned


def _held(value: Any, contained: list[Resource]) -> list[Resource]:  # noqa: ANN401 - any JSON
    """The contained resources that are referred to, and those that these refer to in turn."""
    found = set(_referred_to(value)) - {"#"}
    held = [each for each in contained if f"#{text(each.get('id'))}" in found]
    rest = [each for each in contained if each not in held]
    return held + _held(held, rest) if held else []


def _referred_to(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    members = value.items() if isinstance(value, dict) else ()
    yield from (text(each) for name, each in members if name == "reference")
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, dict | list):
            yield from _referred_to(each)


def _resolved(value: Any, held: set[str]) -> Any:  # noqa: ANN401 - any JSON
    """The same JSON without references to what was contained and is not held."""
    if isinstance(value, list):
        return [_resolved(each, held) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _resolved(each, held)
        for name, each in value.items()
        if not (name == "reference" and text(each).startswith("#") and text(each) not in held)
    }


def _route(candidate: Replacement) -> dict[str, Any]:
    """The route, where the alternative holds by that route alone: doxycycline by mouth, say."""
    words = word(candidate.route, "ROUTE_")
    if words == "unspecified":
        return {}
    coded = [
        {"system": SNOMED_CT, "code": each.code}
        for each in ROUTES
        if terms.Route.Name(each.route) == candidate.route
    ]
    return {"route": ({"coding": coded} if coded else {}) | {"text": words}}


def without_empty(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same JSON without null or empty members at any depth."""
    if isinstance(value, dict):
        cleaned = {name: without_empty(each) for name, each in value.items()}
        return {name: each for name, each in cleaned.items() if each not in (None, "", [], {})}
    if isinstance(value, list):
        cleaned_items = [without_empty(each) for each in value]
        return [each for each in cleaned_items if each not in (None, "", [], {})]
    return value
