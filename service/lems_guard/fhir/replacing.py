"""An order for another drug, written in the shape of the order whose place it takes."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from lems_guard.fhir.codes import ROUTES, RXNORM, SNOMED_CT
from lems_guard.fhir.shapes import Resource, obj, objs, release_of, text
from lems_guard.fhir.words import word
from lems_guard.v1 import terms_pb2 as terms

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


class NewDrug(NamedTuple):
    """The drug that is ordered instead: its name, its RxNorm code where it has one, and its route.

    The route is that of the contract in words, as `ROUTE_ORAL`.
    """

    name: str
    rxcui: str
    route: str


def replacing(replaced: Resource, drug: NewDrug, patient: str) -> Resource:
    """A complete order of a patient for another drug, in the shape that the replaced one has."""
    kept = {name: replaced[name] for name in KEPT if replaced.get(name)}
    if release_of(replaced) in {"R4", "R5"}:
        for name in AS_LISTS:
            if isinstance(kept.get(name), dict):
                kept[name] = [kept[name]]
    held = _held(kept, objs(replaced.get("contained")))
    resource: dict[str, Any] = _resolved(kept, {f"#{text(each.get('id'))}" for each in held})
    if held:
        resource["contained"] = held
    resource["status"] = "draft"
    if resource.get("resourceType") == "MedicationRequest":
        resource["intent"] = text(resource.get("intent")) or "order"
        resource["subject"] = obj(resource.get("subject")) or {"reference": patient}
    coding = {"system": RXNORM, "code": drug.rxcui, "display": drug.name}
    concept = {"coding": [coding] if drug.rxcui else [], "text": drug.name}
    if release_of(replaced) == "R5":
        resource["medication"] = {"concept": concept}
    else:
        resource["medicationCodeableConcept"] = concept
    resource["dosageInstruction"] = [{"text": TO_BE_CHOSEN} | _route(drug)]
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


def _route(drug: NewDrug) -> dict[str, Any]:
    """The route, where the alternative holds by that route alone: doxycycline by mouth, say."""
    words = word(drug.route, "ROUTE_")
    if words == "unspecified":
        return {}
    coded = [
        {"system": SNOMED_CT, "code": each.code}
        for each in ROUTES
        if terms.Route.Name(each.route) == drug.route
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
